package alephee_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// refusal is one way to fail for a reason that the caller must not learn.
type refusal struct {
	name, account, key, email string
	reason                    string // that the audit log has
}

var refusals = []refusal{
	{"unknown key", "1200", "00000000-0000-0000-0000-000000000000", "owner@acme.test", authority.ReasonUnknown},
	{"key in another letter case", "1200", strings.ToLower(demoKey), "owner@acme.test", authority.ReasonUnknown},
	{"empty key", "1200", "", "owner@acme.test", authority.ReasonUnknown},
	{"key of another dialect", "1200", "elsewhere-key-000000000000000000000", "owner@acme.test", authority.ReasonDialect},
	{"disabled key", "1200", "disabled-key-0000000000000000000000", "owner@acme.test", authority.ReasonDisabled},
	{"expired key", "1200", "expired-key-00000000000000000000000", "owner@acme.test", authority.ReasonExpired},
	{"revoked key", "1200", "revoked-key-00000000000000000000000", "owner@acme.test", authority.ReasonRevoked},
	{"key that may not mint", "1200", "restricted-key-00000000000000000000", "owner@acme.test", authority.ReasonOutside},
	{"account of another key", "6591739253089529", demoKey, "owner@acme.test", authority.ReasonOutside},
	{"unknown account", "9999", demoKey, "owner@acme.test", authority.ReasonOutside},
	{"suspended account", "1201", demoKey, "owner@acme.test", authority.ReasonTenantSuspended},
	{"unknown e-mail", "1200", demoKey, "nobody@acme.test", authority.ReasonUnknown},
	{"member of another account", "1200", demoKey, "example@activeplatform.com", authority.ReasonNotMember},
	{"inactive", "1200", demoKey, "left@acme.test", authority.ReasonInactive},
	{"deleted", "1200", demoKey, "gone@acme.test", authority.ReasonDeleted},
	{"empty e-mail", "1200", demoKey, "", authority.ReasonUnknown},
	{"user name", "1200", demoKey, "acme.owner", authority.ReasonUnknown},
	{"malformed e-mail", "1200", demoKey, " owner@acme.test", authority.ReasonUnknown},
	{"overlong e-mail", "1200", demoKey, strings.Repeat("a", 5000) + "@acme.test", authority.ReasonUnknown},
	{"e-mail that looks alike", "1200", demoKey, "οwner@acme.test", authority.ReasonUnknown},
}

// prepareRefusals makes the states that a directory file does not.
func prepareRefusals(t *testing.T, env *testenv.Env) {
	t.Helper()
	applyMore(t, env)
	now := env.Clock.Now()
	changeKey(t, env, "disabled-key-0000000000000000000000", func(c *authority.Credential) { c.Status = authority.Disabled })
	changeKey(t, env, "expired-key-00000000000000000000000", func(c *authority.Credential) { c.ExpiresAt = now })
	changeKey(t, env, "revoked-key-00000000000000000000000", func(c *authority.Credential) { c.RevokedAt = now })
	err := env.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		found, err := tx.Tenants(ctx, []tenant.ID{tenant.Account(1201)})
		if err == nil {
			found[0].Status = authority.Suspended
			tx.PutTenant(found[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryFailureOfKeyAccountAndUserIsTheSameAnswer(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		prepareRefusals(t, env)
		base := env.Serve(t, speak(env))
		same := get(t, base+"/v2/accounts/1200/logintoken?userEmail=owner@acme.test") // no key at all
		if same.status != http.StatusUnauthorized {
			t.Fatalf("without a key the status is %d: %s", same.status, same.body)
		}
		for _, refused := range refusals {
			t.Run(refused.name, func(t *testing.T) {
				got := mint(t, base, refused.account, "API_KEY", refused.key, "userEmail", refused.email)
				if diff := cmp.Diff(same.visible(), got.visible()); diff != "" {
					t.Errorf("it can be told apart:\n%s", diff)
				}
				if reason := reasonOf(t, env, got.header.Get("X-Request-Id")); reason != refused.reason {
					t.Errorf("the audit log says %q, not %q", reason, refused.reason)
				}
			})
			env.Clock.Advance(10 * time.Second)
		}
		missing := mint(t, base, "1200", "API_KEY", demoKey)
		if diff := cmp.Diff(same.visible(), missing.visible()); diff != "" {
			t.Errorf("no userEmail can be told apart:\n%s", diff)
		}
	})
}

// visible is all of an answer but what differs between any two.
func (a answer) visible() map[string][]string {
	seen := a.header.Clone()
	for _, name := range []string{"X-Request-Id", "Date", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		seen.Del(name)
	}
	seen["body"] = []string{a.body}
	seen["status"] = []string{http.StatusText(a.status)}
	return seen
}

// reasonOf returns the operator's reason of the one refusal under a request id.
func reasonOf(t *testing.T, env *testenv.Env, request string) string {
	t.Helper()
	var reasons []string
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		after := secret.ID{}
		for {
			events, err := v.Events(ctx, authority.EventFilter{After: after, Limit: 500})
			if err != nil || len(events) == 0 {
				return err
			}
			for _, e := range events {
				if after = e.ID; e.Request == request && e.Outcome == audit.Denied {
					reasons = append(reasons, e.Reason)
				}
			}
		}
	})
	if err != nil || len(reasons) != 1 {
		t.Fatalf("events of request %s: %q, %v", request, reasons, err)
	}
	return reasons[0]
}

func TestNoFailureRepeatsAKeyOrToken(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Demo(t)
	base := env.Serve(t, speak(env))
	for _, target := range []string{
		"/v2/accounts/1200/logintoken?API_KEY=" + demoKey + "&API_KEY=" + demoKey,
		"/v2/accounts/1200/logintoken?" + demoKey + "=1&" + demoKey + "=2",
		"/v2/accounts/1200/logintoken?API_KEY=" + demoKey + "%00",
		"/v2/accounts/1200/logintoken?ttl=" + demoKey,
		"/v2/accounts/" + demoKey + "/logintoken",
		"/v2/accounts/1200/logintoken?API_KEY=" + demoKey + "&userEmail=nobody",
		"/v2/accounts/1201/logintoken?API_KEY=" + demoKey + "&userEmail=owner@acme.test",
		"/v2/" + demoKey,
		"/v2/accounts?sort=" + demoKey,
		"/v2/accounts?offset=" + demoKey,
		"/v2/accounts/1200/users?API_KEY=" + demoKey + "&token=" + demoKey,
		"/v2/accounts/1200/users?token=" + demoKey + "&token=" + demoKey,
	} {
		got := get(t, base+target)
		if got.status < 400 || strings.Contains(strings.ToLower(got.body), strings.ToLower(demoKey)) {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
	}
}
