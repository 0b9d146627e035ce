package testenv

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/doorward/doorward/internal/secret"
)

// Holder holds the key that access tokens are bound to, and proves it as a client does (RFC 9449 §4.2).
type Holder struct {
	Thumbprint string // RFC 7638

	t   testing.TB
	key *ecdsa.PrivateKey
}

// NewHolder returns a holder of a new key.
func NewHolder(t testing.TB) Holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return Holder{base64.RawURLEncoding.EncodeToString(sum), t, key}
}

// Proof returns a proof for a request with an access token.
func (h Holder) Proof(token secret.Text, id, method, url string, at time.Time) secret.Text {
	h.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: h.key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		h.t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(map[string]any{
		"jti": id, "htm": method, "htu": url, "iat": at.Unix(), "ath": secret.AccessTokenHash(token),
	}).Serialize()
	if err != nil {
		h.t.Fatal(err)
	}
	return secret.Of(text)
}
