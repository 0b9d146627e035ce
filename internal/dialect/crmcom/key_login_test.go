package crmcom_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	keyLoginPath = "/crmapi/rest/v2/authentication/web_api_key/token"
	webKey       = "C0FFEE00C0FFEE00C0FFEE00C0FFEE00"
)

// moreKeys are put into the demo directory before the last of its keys.
const moreKeys = `      - {name: Pair, key: crm-pair, secret: "crm:pair-secret", account: 1200, person: owner@acme.test, dialects: [crmcom]}
      - {name: Everywhere, key: integrator-key-000000000000000000000, accounts: [1200]}
      - {name: Elsewhere, key: elsewhere-key-000000000000000000000, person: mpadministrator, dialects: [pulse]}
      - {name: Disabled, key: disabled-key-0000000000000000000000, person: mpadministrator, status: disabled}
      - {name: Expired, key: expired-key-00000000000000000000000, person: mpadministrator, expires_at: 2020-01-01T00:00:00Z}
      - {name: Far, key: far-key-000000000000000000000000000, person: mpadministrator, networks: [203.0.113.0/24]}
      - {name: Left, key: left-key-00000000000000000000000000, person: left@acme.test}
`

// newKeyClient serves the dialect over the demo directory with more keys.
func newKeyClient(t *testing.T, env *testenv.Env, o crmcom.Options) client {
	t.Helper()
	env.Demo(t)
	const before = "      - name: Nightly export "
	text := string(demo.Directory)
	if strings.Count(text, before) != 1 {
		t.Fatalf("the demo directory has %q %d times", before, strings.Count(text, before))
	}
	env.Apply(t, strings.Replace(text, before, moreKeys+before, 1))
	return client{base: env.Serve(t, crmcom.New(env.Authority, o)), env: env}
}

func isWebKey(c authority.Credential) bool { return c.Name == "Nightly export" }

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

func (c client) keyLogin(t *testing.T, authorization, body string) answer {
	t.Helper()
	return c.call(t, "POST", keyLoginPath, body, "Authorization", authorization)
}

func (c client) keyToken(t *testing.T, authorization, body string) string {
	t.Helper()
	a := c.keyLogin(t, authorization, body)
	said := read(t, a)
	if a.status != http.StatusOK || said.Status.Code != "OK" || len(said.Data.Token) != 32 {
		t.Fatalf("log in with %s and %q: %d %s", authorization, body, a.status, a.body)
	}
	return said.Data.Token
}

// keyTeller tells the story of a token that a key was given.
type keyTeller struct{ teller }

func (s keyTeller) Begin(t *testing.T) string { return s.keyToken(t, basic(webKey+":"), "") }

func TestATokenIsGivenToAKeyUsedAndReleased(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return keyTeller{teller{newClient(t, env, crmcom.Options{})}}
	})
}

func TestAKeyIsTakenAsRealClientsSendIt(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		encoded := strings.TrimPrefix(basic(webKey+":"), "Basic ")
		for _, authorization := range []string{basic(webKey + ":"), basic(webKey), "basic " + encoded, "BASIC " + encoded, "Basic  " + encoded} {
			for _, body := range []string{"", " \r\n", "{}", "null", `{"unit":""}`, `{"unit":"` + headOffice + `"}`, `{"unknown":1}`} {
				token := c.keyToken(t, authorization, body)
				if got := read(t, c.whoIs(t, token)).Data.Unit.ID; got != headOffice {
					t.Errorf("%s with %q: the unit is %q", authorization, body, got)
				}
			}
		}
		a := c.call(t, "POST", keyLoginPath, "{}", "Authorization", basic(webKey+":"), "Content-Tpye", "applicaton/json", "Content-Type", "text/plain")
		if got := read(t, a).Status.Code; got != "OK" {
			t.Errorf("a misspelt Content-Type is answered %s", a.body)
		}
	})
}

func TestATokenOfAKeyLivesTwoHoursHoweverItIsUsed(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		for lifetime, o := range map[time.Duration]crmcom.Options{
			2 * time.Hour:    {SessionLifetime: time.Minute},
			90 * time.Second: {KeySessionLifetime: 90 * time.Second},
		} {
			c := newClient(t, env, o)
			token := c.keyToken(t, basic(webKey), "")
			env.Clock.Advance(lifetime / 2)
			until := env.Clock.Now().Add(lifetime / 2)
			if said := read(t, c.whoIs(t, token)); said.Data.ExpiresAt != until.Format("2006-01-02T15:04:05.000Z") {
				t.Errorf("of %s: the token is answered %+v", lifetime, said)
			}
			env.Clock.Advance(lifetime/2 - time.Millisecond)
			if got := read(t, c.whoIs(t, token)).Status.Code; got != "OK" {
				t.Errorf("of %s: a moment before its end the token is answered %s", lifetime, got)
			}
			env.Clock.Advance(time.Millisecond)
			if got := read(t, c.whoIs(t, token)).Status.Code; got != "INVALID_TOKEN" {
				t.Errorf("of %s: at its end the token is answered %s", lifetime, got)
			}
		}
	})
}

func TestABadKeyLogInNamesItsParameter(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		header, good := "Authorization", basic(webKey+":")
		for _, b := range []struct {
			name            string
			given           []string
			body            string
			code, parameter string
		}{
			{"no header", nil, "", absent, header},
			{"two headers", []string{good, good}, "", invalid, header},
			{"an empty header", []string{""}, "", invalid, header},
			{"another scheme", []string{"Bearer " + webKey}, "", invalid, header},
			{"a scheme that looks alike", []string{"Baſic " + good[6:]}, "", invalid, header},
			{"the scheme alone", []string{"Basic"}, "", absent, header},
			{"no user name", []string{basic(":")}, "", absent, header},
			{"a password alone", []string{basic(":x")}, "", absent, header},
			{"the key as it is", []string{"Basic " + webKey + "!"}, "", invalid, header},
			{"base64 of the web", []string{"Basic " + base64.URLEncoding.EncodeToString([]byte("\xfb\xff:"))}, "", invalid, header},
			{"bits left over", []string{"Basic QR=="}, "", invalid, header},
			{"control characters", []string{basic(webKey + "\x00:")}, "", invalid, header},
			{"invalid UTF-8", []string{basic(webKey + "\xff:")}, "", invalid, header},
			{"no JSON", []string{good}, "unit=" + headOffice, invalid, "body"},
			{"a list", []string{good}, "[]", invalid, "body"},
			{"trailing data", []string{good}, "{}{}", invalid, "body"},
			{"unit twice", []string{good}, `{"unit":"x","unit":"x"}`, invalid, "unit"},
			{"a number for unit", []string{good}, `{"unit":1}`, invalid, "unit"},
			{"NUL in unit", []string{good}, `{"unit":"x\u0000"}`, invalid, "unit"},
			{"the key in the body", nil, `{"web_api_key":"` + webKey + `"}`, absent, header},
		} {
			var headers []string
			for _, h := range b.given {
				headers = append(headers, header, h)
			}
			a := c.call(t, "POST", keyLoginPath, b.body, headers...)
			said := read(t, a)
			if a.status != http.StatusOK || said.Status.Code != b.code || !strings.HasPrefix(said.Status.Message, b.parameter+": ") {
				t.Errorf("%s: answered %d %s, not %s for %s", b.name, a.status, a.body, b.code, b.parameter)
			}
			if strings.Contains(a.body, webKey[:6]) {
				t.Errorf("%s: the answer repeats the key", b.name)
			}
		}
	})
}

func TestUselessKeysAreAnsweredAlike(t *testing.T) {
	foreign := `{"unit":"` + limassol + `"}`
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newKeyClient(t, env, crmcom.Options{})
		want := c.login(t, login("nobody", "any", "NOWHERE"))
		for _, u := range []struct {
			name, credentials, body string
			edit                    edit
		}{
			{"unknown", "nobodys-key-000000000000000000000000:", "", nothing},
			{"unknown, and a foreign unit", "nobodys-key-000000000000000000000000:", foreign, nothing},
			{"in another letter case", strings.ToLower(webKey) + ":", "", nothing},
			{"with a password", webKey + ":x", "", nothing},
			{"with itself for a password", webKey + ":" + webKey, "", nothing},
			{"with a password, and a foreign unit", webKey + ":x", foreign, nothing},
			{"with a second colon", webKey + "::", "", nothing},
			{"with a space", webKey + " ", "", nothing},
			{"another dialect's", "elsewhere-key-000000000000000000000:", "", nothing},
			{"disabled", "disabled-key-0000000000000000000000:", "", nothing},
			{"expired", "expired-key-00000000000000000000000:", "", nothing},
			{"from another network", "far-key-000000000000000000000000000:", "", nothing},
			{"of an inactive person", "left-key-00000000000000000000000000:", "", nothing},
			{"revoked, and a foreign unit", webKey + ":", foreign, editCredentialOf(isWebKey, revoked)},
			{"of a deleted person", webKey + ":", "", editMary(authority.Deleted)},
			{"of a suspended organisation", webKey + ":", "", suspend(tenant.Organisation("CRMDEMO"))},
			{"a pair's key alone", "crm-pair:", "", nothing},
			{"a pair's key without its colon", "crm-pair", "", nothing},
			{"a pair with another secret", "crm-pair:crm:pair-secreT", "", nothing},
			{"a pair with half its secret", "crm-pair:crm", "", nothing},
			{"a pair with itself for a secret", "crm-pair:crm-pair", "", nothing},
			{"a pair of another dialect", "apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef", "", nothing},
			{"a user name and its password", "mpadministrator:1234", "", nothing},
			{"a relying module's key, which opens no session", "demo-b2b-portal-redeem-key:", "", nothing},
			{"an authentication code", "5E0D93A1C7B84F62:", "", nothing},
		} {
			env.Clock.Advance(time.Hour)
			u.edit.make(t, c)
			if diff := cmp.Diff(want, c.keyLogin(t, basic(u.credentials), u.body), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: not answered alike (-want +got):\n%s", u.name, diff)
			}
			u.edit.undo(t, c)
		}
		env.Clock.Advance(time.Hour)
		c.keyToken(t, basic(webKey+":"), "")
	})
}

func TestAUnitThatIsNotTheKeysIsToldOnceTheKeyIsRight(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, unit := range []string{limassol, strings.ToLower(headOffice), "x"} {
			said := read(t, c.keyLogin(t, basic(webKey+":"), `{"unit":"`+unit+`"}`))
			if said.Status.Code != "INVALID_UNIT" || said.Data.Token != "" {
				t.Errorf("unit %q is answered %+v", unit, said)
			}
		}
	})
}

func TestEveryKindOfKeyThatIsAllowedHereLogsIn(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newKeyClient(t, env, crmcom.Options{})
		for credentials, want := range map[string]string{
			webKey + ":":                            `"person":{"id":7,"username":"mpadministrator",`,
			"crm-pair:crm:pair-secret":              `"person":{"id":3,"username":"acme.owner",`,
			"integrator-key-000000000000000000000:": `"person":{"id":null,"username":null,"email":null,"name":"Everywhere"}`,
			"vY5fwetestK3gJXZH5uHCw:":               `"person":{"id":8,"username":null,`,
		} {
			token := c.keyToken(t, basic(credentials), "")
			if a := c.whoIs(t, token); !strings.Contains(a.body, want) {
				t.Errorf("%s is %s", credentials, a.body)
			}
			if got := read(t, c.release(t, token)).Status.Code; got != "OK" {
				t.Errorf("%s: the release is answered %s", credentials, got)
			}
		}
	})
}

func TestAKeysSessionsEndWithTheKey(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		token := c.keyToken(t, basic(webKey), "")
		for name, e := range map[string]edit{
			"disabled": editCredentialOf(isWebKey, disabled),
			"revoked":  editCredentialOf(isWebKey, revoked),
			"inactive": editMary(authority.Inactive),
		} {
			e.make(t, c)
			if got := read(t, c.whoIs(t, token)).Status.Code; got != "INVALID_TOKEN" {
				t.Errorf("%s: the token is answered %s", name, got)
			}
			e.undo(t, c)
		}
	})
}
