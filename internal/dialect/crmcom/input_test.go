package crmcom_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	invalid = "INVALID_PARAMETER"
	absent  = "MISSING_PARAMETER"

	identifier = "access_token_identifier"
)

var badLogins = []struct{ name, body, code, parameter string }{
	{"empty", "", invalid, "body"},
	{"a form", "username=mpadministrator&password=1234&organisation=CRMDEMO", invalid, "body"},
	{"a list", "[" + passwordBody + "]", invalid, "body"},
	{"truncated", passwordBody[:len(passwordBody)-1], invalid, "body"},
	{"trailing data", passwordBody + "null", invalid, "body"},
	{"deep", `{"x":` + strings.Repeat(`{"x":`, 33) + "1" + strings.Repeat("}", 34), invalid, "body"},
	{"invalid UTF-8", "{\"username\":\"\xc3\x28\",\"password\":\"x\",\"organisation\":\"CRMDEMO\"}", invalid, "username"},
	{"invalid UTF-8 in an unknown member", "{\"x\":\"\xff\"," + passwordBody[1:], invalid, "body"},
	{"too large", `{"x":"` + strings.Repeat("x", 64<<10) + `"}`, invalid, "body"},
	{"no members", "{}", absent, "organisation"},
	{"null", "null", absent, "organisation"},
	{"no organisation", `{"username":"mpadministrator","password":"1234"}`, absent, "organisation"},
	{"empty organisation", login("mpadministrator", "1234", ""), absent, "organisation"},
	{"null organisation", `{"username":"mpadministrator","password":"1234","organisation":null}`, absent, "organisation"},
	{"organisation only", `{"organisation":"CRMDEMO"}`, absent, "username or access_token_identifier"},
	{"user name only", `{"username":"mpadministrator","organisation":"CRMDEMO"}`, absent, "password"},
	{"empty password", login("mpadministrator", "", "CRMDEMO"), absent, "password"},
	{"password only", `{"password":"1234","organisation":"CRMDEMO"}`, absent, "username"},
	{"empty identifier object", `{"access_token_identifier":{},"organisation":"CRMDEMO"}`, absent, "username or access_token_identifier"},
	{"identifier without pass code", passCode("CARD-1001", "", "CRMDEMO"), absent, identifier + "/pass_code"},
	{"pass code without identifier", passCode("", "9Q4T7Z", "CRMDEMO"), absent, identifier + "/identifier"},
	{"both identifier forms", `{"access_token_identifier":{"authentication_code":"5E0D93A1C7B84F62","identifier":"CARD-1001","pass_code":"9Q4T7Z"},"organisation":"CRMDEMO"}`, invalid, identifier},
	{"one and a half identifier forms", `{"access_token_identifier":{"authentication_code":"5E0D93A1C7B84F62","pass_code":"9Q4T7Z"},"organisation":"CRMDEMO"}`, invalid, identifier},
	{"names in another letter case", `{"Username":"mpadministrator","PASSWORD":"1234","organisation":"CRMDEMO"}`, absent, "username or access_token_identifier"},
	{"organisation in another letter case", `{"username":"mpadministrator","password":"1234","Organisation":"CRMDEMO"}`, absent, "organisation"},
	{"duplicate", `{"username":"a","username":"a","password":"x","organisation":"CRMDEMO"}`, invalid, "username"},
	{"duplicate organisation", passwordBody[:len(passwordBody)-1] + `,"organisation":"CRMDEMO"}`, invalid, "organisation"},
	{"duplicate in the identifier", `{"access_token_identifier":{"identifier":"a","identifier":"b","pass_code":"x"},"organisation":"CRMDEMO"}`, invalid, identifier + "/identifier"},
	{"number for password", `{"username":"mpadministrator","password":1234,"organisation":"CRMDEMO"}`, invalid, "password"},
	{"string for the identifier", `{"access_token_identifier":"CARD-1001","organisation":"CRMDEMO"}`, invalid, identifier},
	{"list for the identifier", `{"access_token_identifier":[],"organisation":"CRMDEMO"}`, invalid, identifier},
	{"object for organisation", `{"username":"mpadministrator","password":"1234","organisation":{}}`, invalid, "organisation"},
	{"number for unit", `{"unit":1,` + passwordBody[1:], invalid, "unit"},
	{"NUL in user name", login(`mpadministrator\u0000`, "1234", "CRMDEMO"), invalid, "username"},
	{"NUL in password", login("mpadministrator", `1234\u0000`, "CRMDEMO"), invalid, "password"},
	{"NUL in organisation", login("mpadministrator", "1234", `CRMDEMO\u0000`), invalid, "organisation"},
	{"NUL in unit", with(headOffice+`\u0000`, passwordBody), invalid, "unit"},
	{"NUL in identifier", passCode(`CARD-1001\u0000`, "9Q4T7Z", "CRMDEMO"), invalid, identifier + "/identifier"},
	{"NUL in pass code", passCode("CARD-1001", `9Q4T7Z\u0000`, "CRMDEMO"), invalid, identifier + "/pass_code"},
	{"line break in authentication code", code(`5E0D93A1C7B84F62\n`, "CRMDEMO"), invalid, identifier + "/authentication_code"},
}

func TestABadLogInNamesItsParameter(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, b := range badLogins {
			a := c.login(t, b.body)
			said := read(t, a)
			if a.status != http.StatusOK || said.Status.Code != b.code || !strings.HasPrefix(said.Status.Message, b.parameter+": ") {
				t.Errorf("%s: answered %d %s, not %s for %s", b.name, a.status, a.body, b.code, b.parameter)
			}
		}
	})
}

func TestABadTokenNamesItsParameter(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		token := c.token(t, passwordBody)
		for _, b := range []struct{ name, method, target, body, code string }{
			{"none", "GET", tokenPath, "", absent},
			{"empty", "GET", tokenPath + "?token=", "", absent},
			{"no value", "GET", tokenPath + "?token", "", absent},
			{"in the body of a GET", "GET", tokenPath, `{"token":"` + token + `"}`, absent},
			{"in another letter case", "GET", tokenPath + "?Token=" + token, "", absent},
			{"twice", "GET", tokenPath + "?token=" + token + "&token=" + token, "", invalid},
			{"twice by escape", "GET", tokenPath + "?token=" + token + "&%74oken=x", "", invalid},
			{"broken escape", "GET", tokenPath + "?token=%zz", "", invalid},
			{"invalid UTF-8", "GET", tokenPath + "?token=%ff", "", invalid},
			{"NUL", "GET", tokenPath + "?token=" + token + "%00", "", invalid},
			{"none to release", "POST", releasePath, "{}", absent},
			{"null to release", "POST", releasePath, `{"token":null}`, absent},
			{"in the query of a POST", "POST", releasePath + "?token=" + token, "{}", absent},
			{"twice to release", "POST", releasePath, `{"token":"` + token + `","token":"` + token + `"}`, invalid},
			{"number to release", "POST", releasePath, `{"token":1}`, invalid},
			{"a form to release", "POST", releasePath, "token=" + token, invalid},
			{"nothing to release", "POST", releasePath, "", invalid},
			{"NUL to release", "POST", releasePath, `{"token":"` + token + `\u0000"}`, invalid},
		} {
			if a := c.call(t, b.method, b.target, b.body); a.status != http.StatusOK || read(t, a).Status.Code != b.code {
				t.Errorf("%s: answered %d %s, not %s", b.name, a.status, a.body, b.code)
			}
		}
		if got := read(t, c.whoIs(t, token)).Status.Code; got != "OK" {
			t.Errorf("after all that the token is answered %s", got)
		}
	})
}

func TestAnyContentTypeHoweverSpeltIsAccepted(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, h := range [][]string{
			nil,
			{"Content-Tpye", "application/json"},
			{"Content-Type", "applicaton/json"},
			{"Content-Type", "application/x-www-form-urlencoded"},
			{"Content-Type", ""},
		} {
			if a := c.call(t, "POST", tokenPath, passwordBody, h...); read(t, a).Status.Code != "OK" {
				t.Errorf("%v: answered %s", h, a.body)
			}
		}
	})
}

func TestOnlyGETAndPOSTAreSpoken(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		token := c.token(t, passwordBody)
		for path, allowed := range map[string]string{tokenPath: "POST, GET", keyLoginPath: "POST", releasePath: "POST"} {
			for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "RELEASE"} {
				if strings.Contains(allowed, method) {
					continue
				}
				a := c.call(t, method, path+"?token="+token, `{"token":"`+token+`"}`)
				if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != allowed || a.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: answered %d %v %s", method, path, a.status, a.header, a.body)
				}
				if method != "HEAD" && read(t, a).Status.Code != "METHOD_NOT_ALLOWED" {
					t.Errorf("%s %s: answered %s", method, path, a.body)
				}
			}
		}
		if got := read(t, c.whoIs(t, token)).Status.Code; got != "OK" {
			t.Errorf("after all that the token is answered %s", got)
		}
	})
}

func TestWhatIsNotOfThisAPIIs404InItsShape(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, path := range []string{
			"/crmapi", "/crmapi/", "/crmapi/rest/v2", "/crmapi/rest/v1/authentication/token", "/crmapi/rest/V2/authentication/token",
			"/crmapi/rest/v2/authentication/token/", "/crmapi/rest/v2/authentication/web_api_key", "/crmapi/rest/v2/authentication/web_api_key/token/", "/crmapi/rest//v2/authentication/token",
			"/crmapi/rest/v2/../v2/authentication/token",
		} {
			for _, method := range []string{"GET", "POST"} {
				a := c.call(t, method, path, passwordBody)
				if a.status != http.StatusNotFound || read(t, a).Status.Code != "NOT_FOUND" {
					t.Errorf("%s %s: answered %d %s", method, path, a.status, a.body)
				}
			}
		}
	})
}

func TestStatusesComeWithTheSameBodiesWhenTurnedOn(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{ErrorStatuses: true})
		plain := client{base: env.Serve(t, crmcom.New(env.Authority, crmcom.Options{})), env: env}
		for _, f := range []struct {
			method, target, body string
			status               int
		}{
			{"POST", tokenPath, "", 400},
			{"POST", tokenPath, "{}", 400},
			{"POST", tokenPath, login("nobody", "x", "CRMDEMO"), 401},
			{"POST", tokenPath, with(limassol, passwordBody), 403},
			{"POST", tokenPath, `{"x":"` + strings.Repeat("x", 64<<10) + `"}`, 413},
			{"GET", tokenPath, "", 400},
			{"GET", tokenPath + "?token=x", "", 401},
			{"POST", releasePath, `{"token":"x"}`, 401},
			{"PUT", tokenPath, "", 405},
			{"GET", "/crmapi/x", "", 404},
		} {
			a, b := c.call(t, f.method, f.target, f.body), plain.call(t, f.method, f.target, f.body)
			if a.status != f.status || a.body != b.body {
				t.Errorf("%s %s %.40s: answered %d %s, and plainly %s", f.method, f.target, f.body, a.status, a.body, b.body)
			}
		}
		if a := c.login(t, passwordBody); a.status != http.StatusOK {
			t.Errorf("a log-in is answered %d", a.status)
		}
	})
}

func TestTooManyFailuresFromOneSourceAreToldTheSecondsToWait(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for range 10_000 {
			a := c.login(t, code("guess", "CRMDEMO"))
			switch read(t, a).Status.Code {
			case "INVALID_CREDENTIALS":
			case "TOO_MANY_REQUESTS":
				if a.status != http.StatusOK || a.header.Get("Retry-After") == "" {
					t.Errorf("answered %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
				}
				return
			default:
				t.Fatalf("answered %s", a.body)
			}
		}
		t.Error("10,000 guesses were not too many")
	})
}
