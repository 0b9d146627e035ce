package activeplatform_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/testenv"
)

// shop is a directory in which every status is marked by whose it is.
const shop = `version: 1
audiences:
  - id: 3
    name: Panel
    kind: portal
    url: "{installation}/?user_email={email}&user_token={token}"
    lifetime: {default: 5m, min: 5s, max: 15m}
    credential: demo-control-panel-redeem-key
organisations:
  - name: TESTERS
    people:
      - id: 1
        email: owner@shop.test
        name: Owner
        status: active # owner
      - id: 2
        email: manager@up.test
        name: Manager
        status: active # manager
    resellers:
      - id: 1
        name: Up
        status: active # reseller
        managers:
          - {person: manager@up.test, role: admin, api_token: vY5fwetestK3gJXZH5uHCw}
        accounts:
          - id: 10
            name: Shop
            status: active # account
            members:
              - person: owner@shop.test
                level: owner
                status: active # membership
`

// changes are what ends a hand-over, with what the manager is told who asks for one afterwards.
var changes = []struct {
	whose, status string
	answer        int
}{
	{"owner", "inactive", http.StatusUnprocessableEntity},
	{"owner", "deleted", http.StatusUnprocessableEntity},
	{"membership", "inactive", http.StatusUnprocessableEntity},
	{"account", "suspended", http.StatusUnprocessableEntity},
	{"reseller", "suspended", http.StatusUnprocessableEntity},
	{"manager", "inactive", http.StatusUnauthorized},
	{"manager", "deleted", http.StatusUnauthorized},
}

func changed(whose, status string) string {
	return strings.Replace(shop, "active # "+whose, status+" # "+whose, 1)
}

func TestWhatEndsBeforeRedemptionEndsTheTokenAndTheNextOne(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
		for _, c := range changes {
			t.Run(c.whose+" "+c.status, func(t *testing.T) {
				env.Apply(t, shop)
				before := w.mustMint(t, "1", "10")
				env.Apply(t, changed(c.whose, c.status))
				if w.redeem(t, before.Token, before.Email) {
					t.Error("the token of before was redeemed")
				}
				if status, body := w.get(t, "1", "account_id=10"); status != c.answer {
					t.Errorf("the next one: %d %s, want %d", status, body, c.answer)
				}
			})
		}
		env.Apply(t, shop)
		if again := w.mustMint(t, "1", "10"); !w.redeem(t, again.Token, again.Email) {
			t.Error("with everything active again, the token was refused")
		}
	})
}

func TestWhatEndsAfterRedemptionEndsTheSession(t *testing.T) {
	env := testenv.New(t, "sqlite")
	w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
	for _, c := range changes {
		env.Apply(t, shop)
		minted := w.mustMint(t, "1", "10")
		session := w.mustRedeem(t, minted)
		if !w.counts(t, session) {
			t.Fatalf("%s: the session does not count", c.whose)
		}
		env.Apply(t, changed(c.whose, c.status))
		if w.counts(t, session) {
			t.Errorf("%s %s: the session still counts", c.whose, c.status)
		}
	}
}

func TestTheTokenIs22LettersAndDigits(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
	if minted := w.mustMint(t, "1", "505"); !regexp.MustCompile(`\A[A-Za-z0-9]{22}\z`).MatchString(minted.Token) {
		t.Error("it has another form")
	}
}

func TestAnIDHasOneSpelling(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := wire{base: env.Serve(t, withRedeemer(env)), key: northKey}
	for _, spelling := range []string{
		"0", "-505", "%2B505", "0505", "505.0", "5e2", "0x1f9", "%20505", "505%20", "505,", "%EF%BC%95", "9223372036854775808",
		"99999999999999999999999", "five", "%00", "%FF", "505%0A",
	} {
		if status, body := w.get(t, "1", "account_id="+spelling); status != http.StatusBadRequest || !strings.Contains(body, "account_id") {
			t.Errorf("account_id=%s: %d %s", spelling, status, body)
		}
	}
	for _, spelling := range []string{"0", "-1", "+1", "01", "1.0", "one", "1%20", "9223372036854775808"} {
		if status, body := w.get(t, spelling, "account_id=505"); status != http.StatusBadRequest || !strings.Contains(body, "reseller_id") {
			t.Errorf("reseller_id %s: %d %s", spelling, status, body)
		}
	}
	for _, query := range []string{"", "account_id", "account_id=", "Account_ID=505", "account_id=505&account_id=506", "account_id=505&x=%zz"} {
		if status, body := w.get(t, "1", query); status != http.StatusBadRequest {
			t.Errorf("?%s: %d %s", query, status, body)
		}
	}
}

func TestARoleThatMayNotActIsDeniedBeforeAnythingElseIsSaid(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Authority = authority.New(env.Store, env.Keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), limit.NewPool(0, 0),
		authority.Options{ActingManagers: []string{"admin", "owner"}})
	w := wire{base: env.Serve(t, withRedeemer(env)), key: "Nb2downstreamDemoToken"}
	for _, query := range []string{"account_id=1200", "account_id=505", "account_id=x", ""} {
		if status, body := w.get(t, "2", query); status != http.StatusForbidden {
			t.Errorf("sales, ?%s: %d %s", query, status, body)
		}
	}
	w.key = northKey
	w.mustMint(t, "2", "1200")
}

func TestAnInactiveManagerAndAnUnknownKeyAreAnsweredAlike(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, changed("manager", "inactive"))
	base := env.Serve(t, withRedeemer(env))
	status, inactive := wire{base, northKey}.get(t, "1", "account_id=10")
	unknownStatus, unknown := wire{base, "vY5fwetestK3gJXZH5uHCx"}.get(t, "1", "account_id=10")
	if status != http.StatusUnauthorized || unknownStatus != status || inactive != unknown {
		t.Errorf("%d %s\n%d %s", status, inactive, unknownStatus, unknown)
	}
}

func TestTheLifetimeAndAudienceAreTheOperators(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	for _, c := range []struct {
		name    string
		options activeplatform.Options
		status  int
	}{
		{"defaults", activeplatform.Options{}, http.StatusOK},
		{"ten minutes", activeplatform.Options{TokenLifetime: 10 * time.Minute}, http.StatusOK},
		{"the B2B portal", activeplatform.Options{Audience: 1, TokenLifetime: time.Minute}, http.StatusOK},
		{"outside the audience's range", activeplatform.Options{TokenLifetime: time.Hour}, http.StatusInternalServerError},
		{"no such audience", activeplatform.Options{Audience: 99}, http.StatusInternalServerError},
	} {
		w := wire{base: env.Serve(t, activeplatform.New(env.Authority, c.options)), key: northKey}
		if status, body := w.get(t, "2", "account_id=1200"); status != c.status {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}

func TestAConfiguredLifetimeIsKeptToTheSecond(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	d := withRedeemer(env)
	d.Routes[0] = activeplatform.New(env.Authority, activeplatform.Options{TokenLifetime: 10 * time.Minute}).Routes[0]
	w := wire{base: env.Serve(t, d), key: northKey}
	first, second := w.mustMint(t, "1", "505"), w.mustMint(t, "1", "1200")
	env.Clock.Advance(10*time.Minute - time.Second)
	if !w.redeem(t, first.Token, first.Email) {
		t.Error("refused within its lifetime")
	}
	env.Clock.Advance(time.Second)
	if w.redeem(t, second.Token, second.Email) {
		t.Error("redeemed after its lifetime")
	}
}
