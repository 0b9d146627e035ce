package pulse_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

var badBodies = []struct{ name, body, parameter string }{
	{"empty", "", "body"},
	{"no members", "{}", "body"},
	{"null", "null", "body"},
	{"a list", "[]", "body"},
	{"a string", `"apiKey"`, "body"},
	{"a form", "apiKey=apiKey-3f9a1c2b7d4e&apiSecret=demo-secret-0123456789abcdef", "body"},
	{"truncated", keyBody[:len(keyBody)-1], "body"},
	{"trailing data", keyBody + "{}", "body"},
	{"deep", `{"x":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + "}", "body"},
	{"invalid UTF-8", "{\"email\":\"\xff\",\"password\":\"x\"}", "email"},
	{"lone surrogate", `{"email":"\ud800","password":"x"}`, "email"},
	{"invalid UTF-8 in an unknown member", keyBody[:len(keyBody)-1] + ",\"x\":\"\xff\"}", "body"},
	{"key missing", `{"apiSecret":"x"}`, "apiKey"},
	{"key empty", `{"apiKey":"","apiSecret":"x"}`, "apiKey"},
	{"secret missing", `{"apiKey":"x"}`, "apiSecret"},
	{"secret null", `{"apiKey":"x","apiSecret":null}`, "apiSecret"},
	{"half a pair beside a password", `{"apiKey":"x","email":"owner@acme.test","password":"correct-horse-battery-staple"}`, "apiSecret"},
	{"e-mail missing", `{"password":"x"}`, "email"},
	{"password empty", `{"email":"x","password":""}`, "password"},
	{"names in another letter case", `{"ApiKey":"apiKey-3f9a1c2b7d4e","APISECRET":"demo-secret-0123456789abcdef"}`, "body"},
	{"duplicate", `{"apiKey":"a","apiKey":"a","apiSecret":"x"}`, "apiKey"},
	{"duplicate by escape", `{"email":"a","\u0065mail":"a","password":"x"}`, "email"},
	{"duplicate unknown member", `{"x":1,"x":1,"apiKey":"a","apiSecret":"x"}`, "body"},
	{"number for key", `{"apiKey":5,"apiSecret":"x"}`, "apiKey"},
	{"list for secret", `{"apiKey":"x","apiSecret":["x"]}`, "apiSecret"},
	{"object for e-mail", `{"email":{"$ne":""},"password":"x"}`, "email"},
	{"wrong type in the form that loses", keyBody[:len(keyBody)-1] + `,"email":true}`, "email"},
	{"NUL in key", `{"apiKey":"a\u0000","apiSecret":"x"}`, "apiKey"},
	{"NUL in secret", `{"apiKey":"a","apiSecret":"x\u0000"}`, "apiSecret"},
	{"NUL in e-mail", `{"email":"owner@acme.test\u0000","password":"x"}`, "email"},
	{"line break in password", `{"email":"owner@acme.test","password":"x\ny"}`, "password"},
}

func TestABadBodyIs400AndNamesItsMember(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		for _, b := range badBodies {
			a := c.call(t, "POST", "/auth/login", b.body)
			message, _ := decode(t, a)["message"].(string)
			if a.status != http.StatusBadRequest || !strings.HasPrefix(message, b.parameter+": ") {
				t.Errorf("%s: answered %d %s, not 400 for %s", b.name, a.status, a.body, b.parameter)
			}
		}
	})
}

func TestABodyOver64KiBIs413(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		a := c.call(t, "POST", "/auth/login", `{"x":"`+strings.Repeat("x", 64<<10)+`"}`)
		if a.status != http.StatusRequestEntityTooLarge || decode(t, a)["error"] == nil {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
}

func TestAnyContentTypeAndUnknownMembersAreAccepted(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		body := keyBody[:len(keyBody)-1] + `,"client":{"version":[1,2]}}`
		for _, contentType := range []string{"", "text/plain", "application/json; charset=utf-8", "nonsense"} {
			if a := c.call(t, "POST", "/auth/login", body, "Content-Type", contentType); a.status != http.StatusOK {
				t.Errorf("Content-Type %q: answered %d %s", contentType, a.status, a.body)
			}
		}
	})
}

func TestACompleteKeyPairWinsOverAPassword(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		both := keyBody[:len(keyBody)-1] + "," + passwordBody[1:]
		if id := decode(t, c.call(t, "POST", "/auth/login", both))["id"]; id != 3.0 {
			t.Errorf("person %v is logged in, not the key's", id)
		}
		wrong := `{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"wrong",` + passwordBody[1:]
		if a := c.call(t, "POST", "/auth/login", wrong); a.status != http.StatusUnauthorized {
			t.Errorf("a wrong key pair beside a right password: answered %d", a.status)
		}
	})
}

func TestABadHeaderIsRefused(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, keyBody)
		bearer := []string{"Authorization", "Bearer " + token}
		for _, h := range []struct {
			name   string
			header []string
			status int
		}{
			{"none", nil, 401},
			{"empty", []string{"Authorization", ""}, 401},
			{"scheme only", []string{"Authorization", "Bearer"}, 401},
			{"token only", []string{"Authorization", token}, 401},
			{"another scheme", []string{"Authorization", "Basic " + token}, 401},
			{"another header", []string{"X-Authorization", "Bearer " + token}, 401},
			{"twice", slices.Concat(bearer, bearer), 400},
			{"account twice", append([]string{"X-Account-ID", "6591739253089529", "X-Account-ID", "6591739253089529"}, bearer...), 400},
			{"account twice and no token", []string{"X-Account-ID", "1", "X-Account-ID", "1"}, 400},
			{"account empty", append([]string{"X-Account-ID", ""}, bearer...), 403},
			{"account with a sign", append([]string{"X-Account-ID", "+6591739253089529"}, bearer...), 403},
			{"account with a zero", append([]string{"X-Account-ID", "06591739253089529"}, bearer...), 403},
			{"account as ID", append([]string{"X-Account-ID", "account:6591739253089529"}, bearer...), 403},
			{"account too large", append([]string{"X-Account-ID", "99999999999999999999"}, bearer...), 403},
			{"account not UTF-8", append([]string{"X-Account-ID", "\xff\xfe"}, bearer...), 403},
			{"account of somebody else", append([]string{"X-Account-ID", "505"}, bearer...), 403},
		} {
			a := c.call(t, "GET", "/auth/session", "", h.header...)
			if a.status != h.status || decode(t, a)["error"] == nil {
				t.Errorf("%s: answered %d %s, not %d", h.name, a.status, a.body, h.status)
			}
		}
	})
}

func TestOtherMethodsAreRefusedOnEveryRoute(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, keyBody)
		allowed := map[string][]string{}
		for _, route := range pulse.New(env.Authority, pulse.Options{}).Routes {
			allowed[route.Path] = append(allowed[route.Path], route.Method)
		}
		for path, methods := range allowed {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "LOGIN"} {
				if slices.Contains(methods, method) {
					continue
				}
				a := c.call(t, method, path, keyBody, "Authorization", "Bearer "+token, "X-HTTP-Method-Override", methods[0])
				if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != strings.Join(methods, ", ") || a.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: answered %d %v %s", method, path, a.status, a.header, a.body)
				}
				if (a.body == "") != (method == "HEAD") {
					t.Errorf("%s %s: the body is %q", method, path, a.body)
				}
			}
		}
	})
}

func TestDevelopmentTellsTheReasonAndNothingThatWasSent(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{Development: true})
		a := c.call(t, "POST", "/auth/login", `{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"canary-5d1c"}`)
		if told := decode(t, a)["dev_err_msg"]; told != "unauthenticated ("+authority.ReasonWrong+")" {
			t.Errorf("dev_err_msg is %v", told)
		}
		for _, body := range []string{`{"apiKey":"x","apiSecret":{"canary-5d1c":1}}`, `{"apiKey":"x","apiSecret":"canary-5d1c"`} {
			if a := c.call(t, "POST", "/auth/login", body); strings.Contains(a.body, "canary-5d1c") {
				t.Errorf("the answer holds what was sent: %s", a.body)
			}
		}
	})
}
