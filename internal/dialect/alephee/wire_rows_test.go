package alephee_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/testenv"
)

// portals is a directory of two accounts with a portal each, and a landing path of the operator's own.
const portals = `version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/enter?who={account}&t={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
organisations:
  - name: ORG
    people: [{id: 1, email: a@b.test, name: A}]
    resellers:
      - id: 1
        name: R
        accounts:
          - {id: 1, name: One, portal: "https://one.test", pickup_code: P-7, members: [{person: a@b.test, level: owner}]}
          - {id: 2, name: Two, portal: "https://two.test:8443", members: [{person: a@b.test, level: owner}]}
    api_keys:
      - {name: K, key: a-key-of-forty-characters-0123456789012, accounts: [1, 2], dialects: [alephee]}
`

func TestTheURLIsAtTheAccountsOwnPortalByTheAudiencesTemplate(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, portals)
		base := env.Serve(t, speak(env))
		for account, want := range map[string]string{"1": "https://one.test/enter?who=1&t=", "2": "https://two.test:8443/enter?who=2&t="} {
			got := mint(t, base, account, "API_KEY", "a-key-of-forty-characters-0123456789012", "userEmail", "a@b.test")
			if got.status != http.StatusOK || !strings.Contains(got.body, `"Url":"`+want) {
				t.Errorf("account %s: %d %s", account, got.status, got.body)
			}
		}
	})
}

func TestAnAccountIsListedWithItsPickupCode(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, portals)
		got := get(t, env.Serve(t, speak(env))+"/v2/accounts?API_KEY=a-key-of-forty-characters-0123456789012&accountId=1")
		if !strings.Contains(got.body, `"PickupCode":"P-7"`) {
			t.Error(got.body)
		}
	})
}

func TestWhatIsBeyondTheRateIsNotProcessed(t *testing.T) {
	env, base := serve(t, alephee.Options{PerMinute: 1})
	minted := func() (count int) {
		err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			events, err := v.Events(ctx, authority.EventFilter{Limit: 100_000})
			for _, e := range events {
				if e.Act == audit.MintLoginToken {
					count++
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	ask := func() answer { return mint(t, base, "1200", "API_KEY", secondKey, "userEmail", "owner@acme.test") }
	ask().check(t, http.StatusOK, 1, 0, -1)
	if got := minted(); got != 1 {
		t.Fatalf("%d hand-overs on record", got)
	}
	ask().check(t, http.StatusTooManyRequests, 1, 0, 60)
	if got := minted(); got != 1 {
		t.Errorf("%d hand-overs on record after the one that was refused", got)
	}
}
