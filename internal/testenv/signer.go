package testenv

import (
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/doorward/doorward/demo"
)

// ClientKeys returns the JWK set of the demo's client that signs.
func ClientKeys(t testing.TB) string {
	t.Helper()
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(demo.ClientKey); err != nil {
		t.Fatal(err)
	}
	public, err := key.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return `{"keys":[` + string(public) + `]}`
}

// Assertion returns what the demo's client that signs proves itself by (RFC 7523), with these claims.
func Assertion(t testing.TB, claims map[string]any) string {
	t.Helper()
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(demo.ClientKey); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
