package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const shop = "https://shop.test/orders"

func TestAGatewayDemandsAProofForATokenThatIsBoundToAKey(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	key, other := testenv.NewHolder(t), testenv.NewHolder(t)
	bound := access(t, env, as(t, env, pair), authority.AccessTokenRequest{Thumbprint: key.Thumbprint}).Token
	bearer := access(t, env, as(t, env, pair), authority.AccessTokenRequest{}).Token
	now := env.Clock.Now()
	for _, c := range []struct {
		name   string
		token  secret.Text
		proof  secret.Text
		reason string // "": passes
	}{
		{"a proof of the key", bound, key.Proof(bound, "1", "GET", shop, now), ""},
		{"another one", bound, key.Proof(bound, "2", "GET", shop, now), ""},
		{"the first again", bound, key.Proof(bound, "1", "GET", shop, now), authority.ReasonRepeated},
		{"none", bound, secret.Text{}, authority.ReasonNotPossessed},
		{"of another key", bound, other.Proof(bound, "3", "GET", shop, now), authority.ReasonNotPossessed},
		{"for another method", bound, key.Proof(bound, "4", "POST", shop, now), "jws-binding"},
		{"for another URL", bound, key.Proof(bound, "5", "GET", "https://shop.test/invoices", now), "jws-binding"},
		{"for another token", bound, key.Proof(bearer, "6", "GET", shop, now), "jws-binding"},
		{"too old", bound, key.Proof(bound, "7", "GET", shop, now.Add(-61*time.Second)), "jws-expired"},
		{"no proof at all", bound, bound, "jws-malformed"},
		{"a bearer, without", bearer, secret.Text{}, ""},
		{"a bearer, with a proof", bearer, key.Proof(bearer, "8", "GET", shop, now), authority.ReasonNotPossessed},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := admit(t, env, c.token, authority.Pass{Audience: 2, Proof: c.proof, URL: shop})
			if c.reason == "" && err != nil {
				t.Error(err)
			}
			if c.reason != "" && (fault.KindOf(err) != fault.Unauthenticated || fault.OriginOf(err) != c.reason) {
				t.Errorf("got %v, want %s", err, c.reason)
			}
		})
	}
}

func TestAProofIsRememberedForAsLongAsItIsFresh(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	key := testenv.NewHolder(t)
	token := access(t, env, as(t, env, pair), authority.AccessTokenRequest{Thumbprint: key.Thumbprint}).Token
	for round := range 5 {
		ahead := key.Proof(token, string(rune('a'+round)), "GET", shop, env.Clock.Now().Add(29*time.Second))
		pass := authority.Pass{Audience: 2, Proof: ahead, URL: shop}
		if _, err := admit(t, env, token, pass); err != nil {
			t.Fatal(err)
		}
		for range 8 {
			env.Clock.Advance(11 * time.Second)
			_, err := admit(t, env, token, pass)
			wantFault(t, err, fault.Unauthenticated, authority.ReasonRepeated)
		}
		env.Clock.Advance(2 * time.Second)
		_, err := admit(t, env, token, pass)
		wantFault(t, err, fault.Unauthenticated, authority.ReasonBadProof)
	}
}
