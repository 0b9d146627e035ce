package secret

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Minted is a new secret: the text for its owner, the row's key and the fingerprint for the store.
type Minted struct {
	Text        Text
	ID          ID
	Fingerprint Fingerprint
}

// MintSession makes a session secret in ShapeNative, ShapeHex64 or ShapeUpperHex32; another shape is a bug and panics.
func (k *Keys) MintSession(shape Shape, now time.Time) Minted {
	switch shape {
	case ShapeNative:
		return k.mintNative(PurposeSession, prefixSession, now)
	case ShapeHex64:
		body := k.newBody(now)
		return k.minted(PurposeSession, hex.EncodeToString(body[:]), ID(body[:idBytes]))
	case ShapeUpperHex32:
		var random [16]byte
		k.draw(random[:])
		return k.mintedByFingerprint(PurposeSession, strings.ToUpper(hex.EncodeToString(random[:])))
	}
	panic("secret: a session has no shape " + shape.String())
}

// MintLoginToken makes a login token secret in ShapeNative or ShapeAlnum22; another shape is a bug and panics.
func (k *Keys) MintLoginToken(shape Shape, now time.Time) Minted {
	switch shape {
	case ShapeNative:
		return k.mintNative(PurposeLoginToken, prefixLoginToken, now)
	case ShapeAlnum22:
		return k.mintedByFingerprint(PurposeLoginToken, randomAlnum(22))
	}
	panic("secret: a login token has no shape " + shape.String())
}

// MintAccessToken makes an opaque access token in the native shape.
func (k *Keys) MintAccessToken(now time.Time) Minted {
	return k.mintNative(PurposeAccessToken, prefixAccess, now)
}

// MintAPIKey makes an API key in the native shape, which every dialect accepts.
func (k *Keys) MintAPIKey(now time.Time) Minted {
	return k.mintNative(PurposeAPIKey, prefixAPIKey, now)
}

// MintManagerKey makes the personal key of a reseller's staff in the native shape.
func (k *Keys) MintManagerKey(now time.Time) Minted {
	return k.mintNative(PurposeManagerKey, prefixManagerKey, now)
}

// MintAuthenticationCode makes a code that is enough alone, in the native shape.
func (k *Keys) MintAuthenticationCode(now time.Time) Minted {
	return k.mintNative(PurposeAuthenticationCode, prefixCode, now)
}

// MintKeyPair makes a key pair: the key, "apiKey-" and twelve hex digits, which is no secret, and the native secret.
func (k *Keys) MintKeyPair(now time.Time) (key Text, pairSecret Minted) {
	var random [6]byte
	k.draw(random[:])
	return Of("apiKey-" + hex.EncodeToString(random[:])), k.mintNative(PurposePairSecret, prefixPairSecret, now)
}

// MintPassword makes a password or pass code of 20 letters and digits, about 119 bits, which nobody has to remember.
func MintPassword() Text { return Of(randomAlnum(20)) }

// DeriveSession makes the native session secret that a redemption with an idempotency key leads to.
//
// The same arguments give the same secret, so that a repeated redemption is
// answered alike from the row's identifier while no clear text is stored.
func (k *Keys) DeriveSession(loginToken Text, audience int64, idempotencyKey string, id ID) Minted {
	mac := framedMAC(k.pepper, "derive-session",
		loginToken.Reveal(), strconv.FormatInt(audience, 10), idempotencyKey, string(id[:]))
	var body [bodyBytes]byte
	copy(body[:idBytes], id[:])
	copy(body[idBytes:], mac)
	return k.minted(PurposeSession, encodeNative(prefixSession, body), id)
}

// NumberedSession makes the native session secret of a number under a seed, for load tests: the same arguments give the
// same secret, and only the pepper leads to it. Its row comes after those of lower numbers and of earlier milliseconds.
func (k *Keys) NumberedSession(seed string, number int64, at time.Time) Minted {
	id := FirstID(at)
	binary.BigEndian.PutUint64(id[idBytes-8:], uint64(number))
	mac := framedMAC(k.pepper, "numbered-session", seed, string(id[:]))
	var body [bodyBytes]byte
	copy(body[:idBytes], id[:])
	copy(body[idBytes:], mac)
	return k.minted(PurposeSession, encodeNative(prefixSession, body), id)
}

func (k *Keys) mintNative(purpose Purpose, prefix string, now time.Time) Minted {
	body := k.newBody(now)
	return k.minted(purpose, encodeNative(prefix, body), ID(body[:idBytes]))
}

func (k *Keys) minted(purpose Purpose, clear string, id ID) Minted {
	text := Of(clear)
	return Minted{Text: text, ID: id, Fingerprint: k.Fingerprint(purpose, text)}
}

// mintedByFingerprint serves the shapes that are too short for an identifier beside 128 random bits.
func (k *Keys) mintedByFingerprint(purpose Purpose, clear string) Minted {
	m := k.minted(purpose, clear, ID{})
	m.ID = ID(m.Fingerprint[:idBytes])
	return m
}

func (k *Keys) newBody(now time.Time) (body [bodyBytes]byte) {
	id := FirstID(now)
	copy(body[:], id[:])
	k.draw(body[stampBytes:])
	return body
}

func randomAlnum(length int) string {
	const fair = 256 - 256%len(alnum) // bytes from here on would favour the first letters
	out := make([]byte, 0, length)
	var random [64]byte
	for {
		_, _ = rand.Read(random[:])
		for _, b := range random {
			if int(b) >= fair {
				continue
			}
			out = append(out, alnum[int(b)%len(alnum)])
			if len(out) == length {
				return string(out)
			}
		}
	}
}
