package pulse_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const ownerBody = `{"email":"owner@acme.test","password":"correct-horse-battery-staple"}`

var nothing = edit{make: func(*testing.T, client) {}, undo: func(*testing.T, client) {}}

// useless is everything that makes good-looking credentials not count.
var useless = []struct {
	name, body string
	edit       edit
}{
	{"wrong secret", `{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"wrong"}`, nothing},
	{"unknown key", `{"apiKey":"apiKey-000000000000","apiSecret":"demo-secret-0123456789abcdef"}`, nothing},
	{"key in another letter case", `{"apiKey":"APIKEY-3f9a1c2b7d4e","apiSecret":"demo-secret-0123456789abcdef"}`, nothing},
	{"key of another kind", `{"apiKey":"6F9619FF-8B86-D011-B42D-00C04FC964FF","apiSecret":"6F9619FF-8B86-D011-B42D-00C04FC964FF"}`, nothing},
	{"key disabled", keyBody, editKey(func(c *authority.Credential) { c.Status = authority.Disabled })},
	{"key revoked", keyBody, editKey(func(c *authority.Credential) { c.RevokedAt = time.Unix(1, 0) })},
	{"key expired", keyBody, editKey(func(c *authority.Credential) { c.ExpiresAt = time.Unix(1, 0) })},
	{"key for another dialect", keyBody, editKey(func(c *authority.Credential) { c.Dialects = []string{"oauth"} })},
	{"key for another network", keyBody, editKey(func(c *authority.Credential) {
		c.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})},
	{"person of the key inactive", keyBody, editOwner(authority.Inactive)},
	{"person of the key deleted", keyBody, editOwner(authority.Deleted)},
	{"person of the key inactive in the account", keyBody, leaveAccount()},
	{"account of the key suspended", keyBody, suspend(account)},
	{"reseller above the account suspended", keyBody, suspend(tenant.Reseller(77))},
	{"organisation suspended", keyBody, suspend(tenant.Organisation("CRMDEMO"))},
	{"wrong password", `{"email":"owner@acme.test","password":"wrong"}`, nothing},
	{"password of 2000 bytes", `{"email":"owner@acme.test","password":"` + strings.Repeat("x", 2000) + `"}`, nothing},
	{"unknown e-mail", `{"email":"nobody@acme.test","password":"correct-horse-battery-staple"}`, nothing},
	{"user name for e-mail", `{"email":"acme.owner","password":"correct-horse-battery-staple"}`, nothing},
	{"e-mail nobody can have", `{"email":" owner@acme.test","password":"correct-horse-battery-staple"}`, nothing},
	{"no password", `{"email":"example@activeplatform.com","password":"correct-horse-battery-staple"}`, nothing},
	{"person inactive", ownerBody, editOwner(authority.Inactive)},
	{"person deleted", ownerBody, editOwner(authority.Deleted)},
	{"person's organisation suspended", ownerBody, suspend(tenant.Organisation("CRMDEMO"))},
	{"locked, with the right password", ownerBody, edit{make: lock, undo: func(*testing.T, client) {}}},
}

func lock(t *testing.T, c client) {
	t.Helper()
	for range 5 {
		c.call(t, "POST", "/auth/login", `{"email":"owner@acme.test","password":"wrong"}`)
	}
}

func TestUselessCredentialsAreAnsweredAlike(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		want := c.call(t, "POST", "/auth/login", `{"email":"nobody@nowhere.test","password":"any"}`)
		if want.status != http.StatusUnauthorized {
			t.Fatalf("nobody is answered %d %s", want.status, want.body)
		}
		for _, u := range useless {
			env.Clock.Advance(24 * time.Hour) // past all that was locked or counted
			u.edit.make(t, c)
			got := c.call(t, "POST", "/auth/login", u.body)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", u.name, diff)
			}
			u.edit.undo(t, c)
		}
		env.Clock.Advance(24 * time.Hour)
		c.login(t, keyBody)
		c.login(t, ownerBody)
	})
}

func TestUselessTokensAreAnsweredAlike(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, keyBody)
		want := c.session(t, strings.Repeat("0", 64))
		if want.status != http.StatusUnauthorized {
			t.Fatalf("an unknown token is answered %d %s", want.status, want.body)
		}
		for name, presented := range map[string]string{
			"upper case": strings.ToUpper(token), "cut": token[:63], "longer": token + "0", "padded": token + "=",
			"a key": "apiKey-3f9a1c2b7d4e", "another dialect's": c.otherDialectsSession(t),
		} {
			if diff := cmp.Diff(want, c.session(t, presented), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", name, diff)
			}
		}
		for _, u := range useless {
			if u.body != keyBody || strings.HasSuffix(u.name, "dialect") {
				continue
			}
			u.edit.make(t, c)
			if diff := cmp.Diff(want, c.session(t, token), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", u.name, diff)
			}
			u.edit.undo(t, c)
		}
		if got := c.session(t, token); got.status != http.StatusOK {
			t.Errorf("after all is undone the session is answered %d %s", got.status, got.body)
		}
	})
}
