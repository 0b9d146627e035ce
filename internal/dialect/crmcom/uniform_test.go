package crmcom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

func with(unit, body string) string { return strings.Replace(body, "{", `{"unit":"`+unit+`",`, 1) }

func login(username, password, organisation string) string {
	return `{"username":"` + username + `","password":"` + password + `","organisation":"` + organisation + `"}`
}

func passCode(identifier, code, organisation string) string {
	return `{"access_token_identifier":{"identifier":"` + identifier + `","pass_code":"` + code + `"},"organisation":"` + organisation + `"}`
}

func code(authenticationCode, organisation string) string {
	return `{"access_token_identifier":{"authentication_code":"` + authenticationCode + `"},"organisation":"` + organisation + `"}`
}

const limassol = "0C1D2E3F405162738495A6B7C8D9EAFB"

// locking fails often enough for the next try to be refused whatever it holds.
func locking(wrong string) edit {
	return edit{undo: nothing.undo, make: func(t *testing.T, c client) {
		t.Helper()
		for range 5 {
			c.login(t, wrong)
		}
	}}
}

// useless is everything that makes good-looking credentials not count.
var useless = []struct {
	name, body string
	edit       edit
}{
	{"wrong password", login("mpadministrator", "4321", "CRMDEMO"), nothing},
	{"password in another letter case", login("acme.owner", "Correct-horse-battery-staple", "CRMDEMO"), nothing},
	{"password of 2000 bytes", login("mpadministrator", strings.Repeat("1", 2000), "CRMDEMO"), nothing},
	{"wrong password and a foreign unit", with(limassol, login("mpadministrator", "4321", "CRMDEMO")), nothing},
	{"other organisation", login("mpadministrator", "1234", "OTHER"), nothing},
	{"organisation in another letter case", login("mpadministrator", "1234", "crmdemo"), nothing},
	{"e-mail of another organisation", login("mp@crmdemo.test", "1234", "OTHER"), nothing},
	{"user name nobody can have", login(" mpadministrator", "1234", "CRMDEMO"), nothing},
	{"no password", login("sales@north.test", "1234", "CRMDEMO"), nothing},
	{"person inactive", passwordBody, editMary(authority.Inactive)},
	{"person deleted", passwordBody, editMary(authority.Deleted)},
	{"organisation suspended", passwordBody, suspend(tenant.Organisation("CRMDEMO"))},
	{"password disabled", passwordBody, editCredential(authority.Password, disabled)},
	{"password for another dialect", passwordBody, editCredential(authority.Password, func(c *authority.Credential) { c.Dialects = []string{"oauth"} })},
	{"locked by passwords", passwordBody, locking(login("mpadministrator", "4321", "CRMDEMO"))},
	{"locked by passwords, and a foreign unit", with(limassol, passwordBody), locking(login("MPadministrator", "4321", "CRMDEMO"))},
	{"locked by pass codes", passwordBody, locking(passCode("CARD-1001", "000000", "CRMDEMO"))},
	{"unknown identifier", passCode("CARD-1002", "9Q4T7Z", "CRMDEMO"), nothing},
	{"wrong pass code", passCode("CARD-1001", "9Q4T7Y", "CRMDEMO"), nothing},
	{"pass code of another organisation", passCode("CARD-1001", "9Q4T7Z", "OTHER"), nothing},
	{"identifier for authentication code", code("CARD-1001", "CRMDEMO"), nothing},
	{"person of the pass code inactive", passCodeBody, editMary(authority.Inactive)},
	{"pass code revoked", passCodeBody, editCredential(authority.PassCode, revoked)},
	{"pass code locked", passCodeBody, locking(passCode("CARD-1001", "000000", "CRMDEMO"))},
	{"unknown authentication code", code("5E0D93A1C7B84F63", "CRMDEMO"), nothing},
	{"authentication code in another letter case", code("5e0d93a1c7b84f62", "CRMDEMO"), nothing},
	{"authentication code of another organisation", code("5E0D93A1C7B84F62", "OTHER"), nothing},
	{"authentication code expired", codeBody, editCredential(authority.AuthenticationCode, expired)},
	{"person of the authentication code deleted", codeBody, editMary(authority.Deleted)},
}

func TestUselessCredentialsAreAnsweredAlike(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		want := c.login(t, login("nobody", "any", "NOWHERE"))
		if got := read(t, want).Status.Code; got != "INVALID_CREDENTIALS" {
			t.Fatalf("nobody is answered %s", got)
		}
		for _, u := range useless {
			env.Clock.Advance(time.Hour) // past all that was locked or counted
			u.edit.make(t, c)
			if diff := cmp.Diff(want, c.login(t, u.body), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", u.name, diff)
			}
			u.edit.undo(t, c)
		}
		env.Clock.Advance(time.Hour)
		for _, body := range []string{passwordBody, passCodeBody, codeBody} {
			c.token(t, body)
		}
	})
}

func TestUselessTokensAreAnsweredAlike(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		want, wantReleased := c.whoIs(t, strings.Repeat("0", 32)), c.release(t, strings.Repeat("0", 32))
		if got := read(t, want).Status.Code; got != "INVALID_TOKEN" {
			t.Fatalf("an unknown token is answered %s", got)
		}
		alike := func(name, token string) {
			if diff := cmp.Diff(want, c.whoIs(t, token), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(wantReleased, c.release(t, token), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: its release is not answered alike (-want +got):\n%s", name, diff)
			}
		}
		token := c.token(t, passwordBody)
		alike("lower case", strings.ToLower(token))
		alike("cut", token[:31])
		alike("longer", token+"0")
		alike("a credential", "5E0D93A1C7B84F62")
		alike("another dialect's", c.otherDialectsSession(t))
		for name, e := range map[string]edit{
			"person inactive":        editMary(authority.Inactive),
			"organisation suspended": suspend(tenant.Organisation("CRMDEMO")),
			"unit suspended":         suspend(tenant.Unit("EE63A82C4FEBE02FF34E90DD1EBA5ABE")),
			"password disabled":      editCredential(authority.Password, disabled),
		} {
			e.make(t, c)
			alike(name, token)
			e.undo(t, c)
		}
		if got := read(t, c.whoIs(t, token)).Status.Code; got != "OK" {
			t.Errorf("after all is undone the token is answered %s", got)
		}
		c.release(t, token)
		alike("released", token)
		token = c.token(t, codeBody)
		env.Clock.Advance(time.Hour)
		alike("expired", token)
	})
}
