package secret

import "encoding/hex"

// Presented is what a well-formed secret says about where to look: the row's key, and the fingerprint that must match it.
type Presented struct {
	ID          ID
	Fingerprint Fingerprint
	Shape       Shape
}

// ParseSession recognises a session secret by exact length, alphabet, prefix and checksum.
//
// False means that no store needs to be asked: it is none of ShapeNative (dws_), ShapeHex64 and ShapeUpperHex32.
func (k *Keys) ParseSession(text Text) (Presented, bool) {
	clear := text.Reveal()
	if body, ok := decodeNative(prefixSession, clear); ok {
		return k.presented(PurposeSession, text, ShapeNative, ID(body[:idBytes])), true
	}
	if len(clear) == 2*bodyBytes && onlyOf(clear, lowerHex) {
		var id ID
		_, err := hex.Decode(id[:], []byte(clear[:idHex]))
		return k.presented(PurposeSession, text, ShapeHex64, id), err == nil
	}
	if len(clear) == 32 && onlyOf(clear, upperHex) {
		return k.presentedByFingerprint(PurposeSession, text, ShapeUpperHex32), true
	}
	return Presented{}, false
}

// ParseLoginToken recognises a login token secret in ShapeNative (dwl_) or ShapeAlnum22, as exactly as ParseSession does.
func (k *Keys) ParseLoginToken(text Text) (Presented, bool) {
	clear := text.Reveal()
	if body, ok := decodeNative(prefixLoginToken, clear); ok {
		return k.presented(PurposeLoginToken, text, ShapeNative, ID(body[:idBytes])), true
	}
	if len(clear) == 22 && onlyOf(clear, alnum) {
		return k.presentedByFingerprint(PurposeLoginToken, text, ShapeAlnum22), true
	}
	return Presented{}, false
}

// ParseAccessToken recognises an opaque access token, as exactly as ParseSession does a session's secret.
func (k *Keys) ParseAccessToken(text Text) (Presented, bool) {
	body, ok := decodeNative(prefixAccess, text.Reveal())
	if !ok {
		return Presented{}, false
	}
	return k.presented(PurposeAccessToken, text, ShapeNative, ID(body[:idBytes])), true
}

func (k *Keys) presented(purpose Purpose, text Text, shape Shape, id ID) Presented {
	return Presented{ID: id, Fingerprint: k.Fingerprint(purpose, text), Shape: shape}
}

func (k *Keys) presentedByFingerprint(purpose Purpose, text Text, shape Shape) Presented {
	p := k.presented(purpose, text, shape, ID{})
	p.ID = ID(p.Fingerprint[:idBytes])
	return p
}
