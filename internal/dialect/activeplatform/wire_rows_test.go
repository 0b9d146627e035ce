package activeplatform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/testenv"
)

func TestAnAccountOutsideTheSubtreeIsUnknownEvenIfItHasNoActiveOwner(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		const beside = `      - id: 2
        name: Beside
        accounts:
          - {id: 20, name: Other, members: [{person: left@shop.test, level: owner}]}
`
		people := strings.Replace(shop, "    people:\n", "    people:\n      - {id: 3, email: left@shop.test, name: Left, status: inactive}\n", 1)
		env.Apply(t, people+beside)
		w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
		for _, reseller := range []string{"1", "2"} {
			if status, body := w.get(t, reseller, "account_id=20"); status != http.StatusNotFound {
				t.Errorf("through reseller %s: %d %s", reseller, status, body)
			}
		}
	})
}

func TestEveryManagerRoleMayActByDefaultAndNobodyElse(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
		for _, role := range []string{"sales", "marketing", "owner", "admin"} {
			env.Apply(t, strings.Replace(shop, "role: admin", "role: "+role, 1))
			w.mustMint(t, "1", "10")
		}
		w.key = panelKey
		if status, body := w.get(t, "1", "account_id=10"); status != http.StatusForbidden {
			t.Errorf("no manager: %d %s", status, body)
		}
	})
}

func TestTheTokenIsForTheConfiguredAudienceOnly(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	for audience, taken := range map[string]bool{"the panel's": true, "another": false} {
		d := withRedeemer(env)
		if !taken {
			o := activeplatform.Options{Audience: 1, TokenLifetime: 30e9}
			d.Routes[0] = activeplatform.New(env.Authority, o).Routes[0]
		}
		w := wire{base: env.Serve(t, d), key: northKey}
		minted := w.mustMint(t, "1", "1200")
		if got := w.redeem(t, minted.Token, minted.Email); got != taken {
			t.Errorf("a token for %s audience: the panel redeemed it: %t", audience, got)
		}
	}
}
