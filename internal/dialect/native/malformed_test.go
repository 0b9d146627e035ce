package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/testenv"
)

func TestWhatCannotBeUnderstoodIsRefusedNamingTheParameter(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	token := w.mintOwner(t).Reveal()
	member := `"login_token":"` + token + `"`
	for _, c := range []struct{ name, body, parameter string }{
		{"no body", ``, "body"},
		{"not JSON", `login_token=` + token, "body"},
		{"null", `null`, "login_token"},
		{"an array", `[]`, "body"},
		{"no token", `{}`, "login_token"},
		{"a null token", `{"login_token":null}`, "login_token"},
		{"an empty token", `{"login_token":""}`, "login_token"},
		{"a number", `{"login_token":1}`, "login_token"},
		{"a token with NUL", `{"login_token":"` + token + `\u0000"}`, "login_token"},
		{"a token with a line break", `{"login_token":"` + token + `\n"}`, "login_token"},
		{"an object", `{"login_token":{}}`, "login_token"},
		{"another letter case", `{"Login_Token":"` + token + `"}`, "body"},
		{"twice", `{` + member + `,` + member + `}`, "login_token"},
		{"twice by escapes", `{` + member + `,"login\u005ftoken":"x"}`, "login_token"},
		{"an unknown member", `{` + member + `,"audience":3}`, "body"},
		{"trailing data", `{` + member + `} {}`, "body"},
		{"invalid UTF-8", "{" + member + ",\"email\":\"\xff\"}", "email"},
		{"nested too deeply", `{"login_token":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "body"},
		{"an empty e-mail", `{` + member + `,"email":""}`, "email"},
		{"an e-mail with NUL", `{` + member + `,"email":"a\u0000@b.test"}`, "email"},
		{"an e-mail between spaces", `{` + member + `,"email":" owner@acme.test "}`, "email"},
		{"an e-mail too long", `{` + member + `,"email":"` + strings.Repeat("a", 255) + `"}`, "email"},
		{"an e-mail that is a number", `{` + member + `,"email":3}`, "email"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.redeem(t, c.body)
			p := got.problem(t)
			if got.StatusCode != http.StatusBadRequest || p.Code != "malformed-request" || p.Parameter != c.parameter {
				t.Errorf("%d %s", got.StatusCode, got.text)
			}
			if strings.Contains(got.text, token) {
				t.Error("the answer repeats the token")
			}
		})
	}
	if got := w.redeem(t, `{`+member+`,"email":null}`); got.StatusCode != http.StatusOK {
		t.Errorf("after all that the token is spent: %s", got.text)
	}
}

func TestAHeaderOrQueryThatCannotBeUnderstoodIsRefusedNamingIt(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	body := asking(w.mintOwner(t))
	for _, c := range []struct {
		path      string
		keys      []string
		parameter string
	}{
		{"", []string{""}, "Idempotency-Key"},
		{"", []string{"a b"}, "Idempotency-Key"},
		{"", []string{strings.Repeat("k", 256)}, "Idempotency-Key"},
		{"", []string{"k", "k"}, "Idempotency-Key"},
		{"?login_token=x", nil, "query"},
	} {
		got := w.send(t, http.MethodPost, "/v1/login-tokens/redeem"+c.path, body, http.Header{"Idempotency-Key": c.keys})
		if p := got.problem(t); p.Code != "malformed-request" || p.Parameter != c.parameter {
			t.Errorf("%q %q: %s", c.path, c.keys, got.text)
		}
	}
	if got := w.redeem(t, body); got.StatusCode != http.StatusOK {
		t.Errorf("after all that the token is spent: %s", got.text)
	}
}

func TestABodyOverItsLimitIsTooLarge(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	got := serve(t, env).redeem(t, `{"login_token":"`+strings.Repeat("a", 64<<10)+`"}`)
	if p := got.problem(t); p.Code != "too-large" || got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(got.text)
	}
}
