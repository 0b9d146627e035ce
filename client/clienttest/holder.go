package clienttest

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Holder is a client that proves with each request that it holds the key its tokens are bound to (RFC 9449).
type Holder struct {
	Thumbprint string // of its key, for Token
	key        signingKey
}

// NewHolder returns a holder with a new key.
func NewHolder(t testing.TB) *Holder {
	t.Helper()
	h := &Holder{key: newSigningKey(t, jose.ES256)}
	sum, err := (&jose.JSONWebKey{Key: h.key.private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	h.Thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return h
}

// Proof returns the value of the header DPoP for one request with a token.
func (h *Holder) Proof(t testing.TB, now time.Time, method, url, token string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(token))
	return h.Sign(t, nil, map[string]any{
		"jti": h.NewID(), "htm": method, "htu": url, "iat": now.Unix(), "ath": base64.RawURLEncoding.EncodeToString(sum[:]),
	})
}

// NewID returns a jti that was never used.
func (h *Holder) NewID() string { return rand.Text() }

// Sign signs any claims under the header of a proof, of which a nil member of edit takes one away and another replaces it.
func (h *Holder) Sign(t testing.TB, edit, claims map[string]any) string {
	t.Helper()
	header := map[string]any{"typ": "dpop+jwt", "alg": "ES256", "jwk": h.jwk(t, h.key.private.Public())}
	for name, value := range edit {
		if header[name] = value; value == nil {
			delete(header, name)
		}
	}
	return h.key.sign(t, header, claims)
}

// PrivateJWK returns the whole key, which no proof may carry.
func (h *Holder) PrivateJWK(t testing.TB) jsontext.Value {
	t.Helper()
	return h.jwk(t, h.key.private)
}

func (h *Holder) jwk(t testing.TB, key any) jsontext.Value {
	t.Helper()
	raw, err := json.Marshal(jose.JSONWebKey{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
