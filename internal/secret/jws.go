package secret

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/fault"
)

const (
	compactMax    = 16 << 10
	base64URL     = alnum + "-_"
	ownLeeway     = 2 * time.Second  // nodes are at most a second off the store's clock
	foreignLeeway = 30 * time.Second // clocks that are not ours
)

// The reasons for which a JWS is refused. The public message is the same for all of them.
const (
	reasonSize      = "jws-too-large"
	reasonForm      = "jws-malformed"
	reasonHeader    = "jws-header"
	reasonType      = "jws-type"
	reasonKey       = "jws-unknown-key"
	reasonSignature = "jws-signature"
	reasonClaims    = "jws-claims"
	reasonIssuer    = "jws-issuer"
	reasonAudience  = "jws-audience"
	reasonExpired   = "jws-expired"
	reasonEarly     = "jws-not-yet-valid"
	reasonBinding   = "jws-binding"
)

// joseHeader is every header member we allow; crit, jku, x5u, x5c, zip, b64 and the rest are refused by having no field.
type joseHeader struct {
	Algorithm string         `json:"alg"`
	KeyID     string         `json:"kid,omitzero"`
	Type      string         `json:"typ,omitzero"`
	Key       jsontext.Value `json:"jwk,omitzero"`
}

// compact is a JWS taken apart, of which nothing is proven yet.
type compact struct {
	text      string
	header    joseHeader
	payload   []byte
	signature []byte
}

// parseCompact reads the compact serialisation exactly: three parts of canonical base64url, at most 16 KiB in all.
func parseCompact(text Text) (compact, error) {
	c := compact{text: text.Reveal()}
	if len(c.text) > compactMax {
		return compact{}, refusedJWS(reasonSize, nil)
	}
	parts := strings.SplitN(c.text, ".", 4)
	if len(parts) != 3 {
		return compact{}, refusedJWS(reasonForm, nil)
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = decodeBase64URL(part); !ok {
			return compact{}, refusedJWS(reasonForm, nil)
		}
	}
	if err := json.Unmarshal(decoded[0], &c.header, json.RejectUnknownMembers(true)); err != nil {
		return compact{}, refusedJWS(reasonHeader, err)
	}
	c.payload, c.signature = decoded[1], decoded[2]
	return c, nil
}

func decodeBase64URL(text string) ([]byte, bool) {
	// The alphabet is checked here because the decoder skips line breaks.
	if text == "" || !onlyOf(text, base64URL) {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil
}

// signedBy checks the signature with the algorithm that belongs to the key: the header only has to agree.
func (c compact) signedBy(alg Algorithm, key crypto.PublicKey) error {
	if c.header.Algorithm != string(alg) {
		return refusedJWS(reasonKey, nil)
	}
	parsed, err := jose.ParseSignedCompact(c.text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return refusedJWS(reasonSignature, err)
	}
	payload, err := parsed.Verify(key)
	if err != nil || !bytes.Equal(payload, c.payload) {
		return refusedJWS(reasonSignature, err)
	}
	return nil
}

// verifyOwn checks what we signed ourselves and decodes its claims, which have no member that we do not write.
func verifyOwn(text Text, keys KeySet, claims Claims) error {
	c, err := parseCompact(text)
	if err != nil {
		return err
	}
	if c.header.Type != claims.kind() {
		return refusedJWS(reasonType, nil)
	}
	if c.header.Key != nil {
		return refusedJWS(reasonHeader, nil)
	}
	id, err := ParseID(c.header.KeyID)
	if err != nil {
		return refusedJWS(reasonKey, nil)
	}
	key, known := keys[id]
	if !known {
		return refusedJWS(reasonKey, nil)
	}
	if err := c.signedBy(key.Algorithm, key.key); err != nil {
		return err
	}
	if !hasLowS(key.Algorithm, c.signature) {
		return refusedJWS(reasonSignature, nil)
	}
	if err := json.Unmarshal(c.payload, claims, json.RejectUnknownMembers(true)); err != nil {
		return refusedJWS(reasonClaims, err)
	}
	return claims.complete()
}

func refusedJWS(reason string, cause error) error {
	return &fault.Error{Kind: fault.Unauthenticated, Reason: reason, Message: "The token is not valid.", Cause: cause}
}
