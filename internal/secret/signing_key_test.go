package secret_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

var signedAt = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const issuer = "https://tokens.example.test"

func newSigningKey(t testing.TB, alg secret.Algorithm) secret.SigningKey {
	t.Helper()
	key, err := secret.NewSigningKey(alg, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keySet(keys ...secret.SigningKey) secret.KeySet {
	set := secret.KeySet{}
	for _, key := range keys {
		set[key.ID] = key.Public()
	}
	return set
}

func accessClaims() secret.AccessClaims {
	return secret.AccessClaims{
		Issuer: issuer, Subject: "person:3", Audience: issuer + "/audiences/1", ClientID: "apiKey-0123456789ab",
		IssuedAt: secret.NumericDateOf(signedAt), ExpiresAt: secret.NumericDateOf(signedAt.Add(15 * time.Minute)),
		ID:    secret.NewID(signedAt).String(),
		Facts: []string{secret.Fact("session", "1")},
	}
}

func identityClaims() secret.IdentityClaims {
	return secret.IdentityClaims{
		Issuer: issuer, Subject: "person:3", Audience: issuer + "/audiences/1",
		IssuedAt: secret.NumericDateOf(signedAt), ExpiresAt: secret.NumericDateOf(signedAt.Add(time.Minute)),
		ID: secret.NewID(signedAt).String(),
	}
}

func signed(t testing.TB, key secret.SigningKey, claims secret.Claims) secret.Text {
	t.Helper()
	text, err := key.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestWhatEachAlgorithmSignsVerifies(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		claims := accessClaims()
		claims.Actor = &secret.Acting{Subject: "person:9", Email: "op@example.test"}
		claims.Confirmation = &secret.Confirmation{Thumbprint: strings.Repeat("A", 43)}
		claims.Account, claims.Name = "account:1200", "Zoë <script>"
		got, err := secret.VerifyAccess(signed(t, key, claims), keySet(key), issuer, signedAt)
		if err != nil || fmt.Sprint(*got.Actor, *got.Confirmation, got.Described, got.ID) !=
			fmt.Sprint(*claims.Actor, *claims.Confirmation, claims.Described, claims.ID) {
			t.Errorf("%s: %+v, %v", alg, got, err)
		}
		identity, err := secret.VerifyIdentity(signed(t, key, identityClaims()), keySet(key), issuer, issuer+"/audiences/1", signedAt)
		if err != nil || identity.Subject != "person:3" {
			t.Errorf("%s: %+v, %v", alg, identity, err)
		}
	}
}

func TestASealedSigningKeyOpensOnlyAsItself(t *testing.T) {
	keys := testKeys()
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		sealed, err := keys.SealSigningKey(key)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := keys.OpenSigningKey(key.ID, alg, sealed)
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		if _, err := secret.VerifyAccess(signed(t, opened, accessClaims()), keySet(key), issuer, signedAt); err != nil {
			t.Errorf("%s: what the opened key signs: %v", alg, err)
		}
		other, wrongAlg := secret.NewID(signedAt), secret.ES256
		if alg == secret.ES256 {
			wrongAlg = secret.EdDSA
		}
		changed := append([]byte(nil), sealed...)
		changed[len(changed)-1] ^= 1
		version := append([]byte{2}, sealed[1:]...)
		for name, open := range map[string]func() (secret.SigningKey, error){
			"another kid":       func() (secret.SigningKey, error) { return keys.OpenSigningKey(other, alg, sealed) },
			"another algorithm": func() (secret.SigningKey, error) { return keys.OpenSigningKey(key.ID, wrongAlg, sealed) },
			"another sealing key": func() (secret.SigningKey, error) {
				return secret.KeysFrom([32]byte{}, [32]byte{9}).OpenSigningKey(key.ID, alg, sealed)
			},
			"a changed bit":   func() (secret.SigningKey, error) { return keys.OpenSigningKey(key.ID, alg, changed) },
			"another version": func() (secret.SigningKey, error) { return keys.OpenSigningKey(key.ID, alg, version) },
			"nothing":         func() (secret.SigningKey, error) { return keys.OpenSigningKey(key.ID, alg, nil) },
			"a cut":           func() (secret.SigningKey, error) { return keys.OpenSigningKey(key.ID, alg, sealed[:9]) },
		} {
			if got, err := open(); err == nil || !got.IsZero() {
				t.Errorf("%s opens with %s", alg, name)
			}
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v %s %x", key, key, key, key, key), "private") {
			t.Errorf("%s prints itself", alg)
		}
	}
}

func TestAPublicKeyIsReadBackFromItsDER(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		der, err := key.Public().DER()
		if err != nil {
			t.Fatal(err)
		}
		read, err := secret.ParsePublicKey(key.ID, alg, der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := secret.VerifyAccess(signed(t, key, accessClaims()), secret.KeySet{read.ID: read}, issuer, signedAt); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		for _, wrong := range secret.Algorithms() {
			if _, err := secret.ParsePublicKey(key.ID, wrong, der); (err == nil) != (wrong == alg) {
				t.Errorf("a key for %s read for %s: %v", alg, wrong, err)
			}
		}
		set, err := secret.JWKS([]secret.PublicKey{read})
		if err != nil || !strings.Contains(string(set), `"kid":"`+key.ID.String()+`"`) || strings.Contains(string(set), `"d":`) {
			t.Errorf("%s: %s, %v", alg, set, err)
		}
		if _, err := secret.ParseClientKeys(set); err != nil {
			t.Errorf("%s: our own set is refused: %v", alg, err)
		}
	}
	if empty, err := secret.JWKS(nil); string(empty) != `{"keys":[]}` || err != nil {
		t.Errorf("no keys are %s, %v", empty, err)
	}
}

func TestAnES256SignatureOfOursHasTheLowerS(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	for range 64 {
		parts := strings.Split(signed(t, key, accessClaims()).Reveal(), ".")
		signature := decodedPart(t, parts[2])
		if len(signature) != 64 || signature[32] > 0x7f {
			t.Fatalf("signature %x", signature)
		}
	}
}
