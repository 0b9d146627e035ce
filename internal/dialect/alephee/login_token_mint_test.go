package alephee_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// portal is the integrator and the portal's back end in one.
type portal struct {
	env  *testenv.Env
	base string
}

func (p portal) Begin(t *testing.T) string { return p.mint(t, "30") }

func (p portal) mint(t *testing.T, ttl string) string {
	t.Helper()
	got := mint(t, p.base, "1200", "API_KEY", demoKey, "userEmail", "owner@acme.test", "ttl", ttl)
	var minted struct{ Token, Url string }
	if err := json.Unmarshal([]byte(got.body), &minted); err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	if landing := "http://acme.localhost:8080/login?token=" + url.QueryEscape(minted.Token); minted.Url != landing {
		t.Fatalf("the URL is %s", minted.Url)
	}
	return minted.Token
}

func (p portal) Use(t *testing.T, presented string) bool {
	t.Helper()
	from := authority.Origin{Dialect: "native", Request: "test"}
	by, err := p.env.Authority.Authenticate(t.Context(), from, authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
	if err != nil {
		t.Fatal(err)
	}
	redeemed, err := p.env.Authority.RedeemLoginToken(t.Context(), by, authority.RedeemRequest{Token: secret.Of(presented), Audience: 1})
	if err != nil && fault.KindOf(err) != fault.Unmet {
		t.Fatal(err)
	}
	if err == nil && redeemed.Subject.Principal.Email != "owner@acme.test" {
		t.Fatalf("it was %s", redeemed.Subject.Principal.Email)
	}
	return err == nil
}

func (p portal) End(*testing.T, string) {} // its first use has spent it

func TestStory(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return portal{env: env, base: env.Serve(t, speak(env))}
	})
}

func TestATokenDiesAtItsTTL(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		p := portal{env: env, base: env.Serve(t, speak(env))}
		for ttl, lifetime := range map[string]time.Duration{"5": 5 * time.Second, "60": time.Minute} {
			early, late := p.mint(t, ttl), p.mint(t, ttl)
			env.Clock.Advance(lifetime - time.Second)
			if !p.Use(t, early) {
				t.Errorf("ttl=%s: it was dead a second before", ttl)
			}
			env.Clock.Advance(time.Second)
			if p.Use(t, late) {
				t.Errorf("ttl=%s: it was alive at its end", ttl)
			}
		}
	})
}

func TestATokenForTheWebAPIIsNeverRedeemed(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		p := portal{env: env, base: env.Serve(t, speak(env))}
		got := mint(t, p.base, "1200", "API_KEY", demoKey, "userEmail", "owner@acme.test", "module", "2")
		var minted struct{ Token string }
		if err := json.Unmarshal([]byte(got.body), &minted); err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %s: %v", got.status, got.body, err)
		}
		if p.Use(t, minted.Token) {
			t.Error("the portal redeemed it")
		}
	})
}

func TestTheNamesOfTheAnswerAreTheOperatorsChoice(t *testing.T) {
	_, base := serve(t, alephee.Options{TokenMember: "LoginToken", URLMember: `"Link"`})
	got := mint(t, base, "1200", "API_KEY", demoKey, "userEmail", "owner@acme.test", "module", "2")
	if !strings.HasPrefix(got.body, `{"LoginToken":"`) || !strings.HasSuffix(got.body, `","\"Link\"":null,"ExpiresIn":30}`) {
		t.Error(got.body)
	}
}

func TestAKeyInTheQueryIsDeprecatedOnlyIfTheOperatorSaysSo(t *testing.T) {
	for _, on := range []bool{false, true} {
		_, base := serve(t, alephee.Options{DeprecateQueryKey: on})
		for _, query := range []string{"?API_KEY=" + demoKey, "?api_key=x", "?ttl=0&Api_Key=x", "?api_key=x&API_KEY=x"} {
			got := get(t, base+"/v2/accounts/1200/logintoken"+query)
			if deprecated := got.header.Get("Deprecation"); (deprecated != "") != on || (got.header.Get("Link") != "") != on {
				t.Errorf("turned on %t, %s: Deprecation %q, Link %q", on, query, deprecated, got.header.Get("Link"))
			}
		}
		for _, path := range []string{"/v2/accounts", "/v2/accounts/1200/users", "/v2/accounts/1200/logintoken"} {
			if got := get(t, base+path+"?API_KEY="+demoKey); (got.header.Get("Deprecation") != "") != on {
				t.Errorf("turned on %t, %s: Deprecation %q", on, path, got.header.Get("Deprecation"))
			}
			if got := get(t, base+path); got.header.Get("Deprecation") != "" {
				t.Errorf("turned on %t, %s: a request without a key in the query is deprecated", on, path)
			}
		}
	}
}

// oneModule is an installation that has no audience 2, and an account without a portal.
const oneModule = `version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/?t={token}", lifetime: {default: 30s, min: 5s, max: 60s}}
organisations:
  - name: ORG
    people: [{id: 1, email: a@b.test, name: A}]
    resellers:
      - id: 1
        name: R
        accounts:
          - {id: 1, name: A, members: [{person: a@b.test, level: owner}]}
          - {id: 2, name: B, members: [{person: a@b.test, level: owner}]}
    api_keys:
      - {name: K, key: a-key-of-forty-characters-0123456789012, accounts: [1], dialects: [alephee]}
`

func TestWhatTheInstallationOrTheAccountLacksIsToldOnlyToAKeyAndForAUserThatAreRight(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, oneModule)
		base := env.Serve(t, speak(env))
		const key, member = "a-key-of-forty-characters-0123456789012", "a@b.test"
		for _, module := range []string{"1", "2"} { // 1 lacks the account's portal, 2 the audience
			for _, c := range []struct {
				name, key, account, email string
				status                    int
			}{
				{"all right", key, "1", member, http.StatusPreconditionFailed},
				{"another key", "made-up", "1", member, http.StatusUnauthorized},
				{"no key", "", "1", member, http.StatusUnauthorized},
				{"another account", key, "2", member, http.StatusUnauthorized},
				{"an account nobody has", key, "3", member, http.StatusUnauthorized},
				{"another user", key, "1", "b@b.test", http.StatusUnauthorized},
				{"no user", key, "1", "", http.StatusUnauthorized},
			} {
				got := mint(t, base, c.account, "API_KEY", c.key, "userEmail", c.email, "module", module)
				if got.status != c.status {
					t.Errorf("module %s, %s: %d %s, not %d", module, c.name, got.status, got.body, c.status)
				}
			}
		}
	})
}

func TestARangeThatTheOperatorNarrowedIsNamedByTheWiresWord(t *testing.T) {
	env, base := serve(t, alephee.Options{})
	err := env.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		audience, err := tx.Audience(ctx, 1)
		audience.Lifetime.Max = 40 * time.Second
		tx.PutAudience(audience)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := mint(t, base, "1200", "API_KEY", demoKey, "userEmail", "owner@acme.test", "ttl", "41")
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"ttl: `) {
		t.Errorf("%d %s", got.status, got.body)
	}
}
