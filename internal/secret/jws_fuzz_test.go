package secret_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/secret"
)

// spelledOnce fails unless decoding and encoding every part again gives the text that was accepted.
func spelledOnce(t *testing.T, kind, text string) {
	t.Helper()
	parts := strings.Split(text, ".")
	for i, part := range parts {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != part || len(parts) != 3 {
			t.Errorf("%s is accepted in another spelling, part %d of %q", kind, i, text)
		}
	}
}

func seeds(f *testing.F, texts ...string) {
	for _, text := range texts {
		f.Add(text)
		f.Add(text + "=")
		f.Add(text + "\n")
		f.Add(strings.ReplaceAll(text, "-", "+"))
		f.Add(strings.Replace(text, ".", "..", 1))
		if strings.Count(text, ".") == 2 {
			f.Add(text[:len(text)-1])
		}
	}
	f.Add("")
	f.Add("e30.e30.e30")
}

func FuzzVerifyOfOursAcceptsOneSpelling(f *testing.F) {
	es, ed := newSigningKey(f, secret.ES256), newSigningKey(f, secret.EdDSA)
	keys := keySet(es, ed)
	access := signed(f, es, accessClaims()).Reveal()
	identity := signed(f, ed, identityClaims()).Reveal()
	seeds(f, access, identity, malleated(f, access), `{"payload":"e30","signatures":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, errAccess := secret.VerifyAccess(secret.Of(text), keys, issuer, signedAt)
		if errAccess == nil && text != access {
			t.Errorf("accepted as an access token: %q", text)
		}
		_, errIdentity := secret.VerifyIdentity(secret.Of(text), keys, issuer, issuer+"/audiences/1", signedAt)
		if errIdentity == nil && text != identity {
			t.Errorf("accepted as an identity: %q", text)
		}
	})
}

func FuzzVerifyOfOthersAcceptsOneSpelling(f *testing.F) {
	key := newSigningKey(f, secret.EdDSA)
	proof := forged(f, key.Signer(), proofHeader(secret.EdDSA, publicJWK(f, key)), proofClaims(f, nil))
	assertion := forged(f, key.Signer(), `{"alg":"EdDSA"}`, assertionClaims(f, nil))
	seeds(f, proof, assertion)
	keys := clientKeys(f, key)
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := secret.VerifyDPoP(secret.Of(text), proofRequest(), signedAt); err == nil {
			spelledOnce(t, "a proof", text)
			if !secret.IsThumbprint(got.Thumbprint) || got.ID == "" {
				t.Errorf("a proof shows %+v", got)
			}
		}
		_, err := secret.VerifyAssertion(secret.Of(text), keys, []string{issuer}, signedAt)
		if err == nil {
			spelledOnce(t, "an assertion", text)
		}
		if client, errClient := secret.AssertedClient(secret.Of(text)); err == nil && (errClient != nil || client == "") {
			t.Errorf("an assertion of nobody: %q", text)
		}
	})
}

func FuzzParseClientKeysNeverPanics(f *testing.F) {
	for _, alg := range secret.Algorithms() {
		set, err := secret.JWKS([]secret.PublicKey{newSigningKey(f, alg).Public()})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(set))
	}
	f.Add(`{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""}]}`)
	f.Add(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQ"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = secret.ParseClientKeys([]byte(text))
	})
}
