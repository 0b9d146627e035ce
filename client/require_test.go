package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

// module is a small API behind a verifier.
type module struct {
	d *clienttest.Doorward
	v *client.Verifier
	h http.Handler
}

func newModule(t *testing.T, o client.VerifierOptions, need client.Requirement) module {
	t.Helper()
	d := clienttest.New(t)
	v := d.Verifier(t, orders, o)
	return module{d: d, v: v, h: v.Require(need)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actor, _ := client.ActorFrom(r.Context())
		_, _ = io.WriteString(w, client.SubjectFrom(r.Context()).ID+" "+actor.ID)
	}))}
}

func (m module) call(method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	m.h.ServeHTTP(w, r)
	return w
}

func (m module) bearer(method string, token string) *httptest.ResponseRecorder {
	return m.call(method, "/x", "Authorization", "Bearer "+token)
}

func TestWhoPassesIsInTheContext(t *testing.T) {
	m := newModule(t, quiet, client.Requirement{})
	w := m.bearer("GET", m.d.AccessToken(t, clienttest.Token{Audience: orders, Actor: &client.Principal{ID: "person:8"}}))
	if w.Code != 200 || w.Body.String() != "person:3 person:8" || !strings.Contains(w.Header().Get("Vary"), "Authorization") {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
}

func TestChallenges(t *testing.T) {
	o := quiet
	o.PublicURL = orders
	m := newModule(t, o, client.Requirement{Permissions: []string{"orders.read"}})
	token := m.d.AccessToken(t, clienttest.Token{Audience: orders, Permissions: []string{"orders.write"}})
	ended := m.d.OpaqueAccessToken(clienttest.Token{Audience: orders})
	m.d.EndSilently(ended)
	metadata := `resource_metadata="` + m.d.URL + `/.well-known/oauth-protected-resource"`
	dpop := `DPoP algs="ES256 EdDSA RS256", `
	for _, c := range []struct {
		name       string
		header     []string
		status     int
		challenges []string
	}{
		{"nothing", nil, 401, []string{dpop + metadata, "Bearer " + metadata}},
		{"one that ended", []string{"Authorization", "Bearer " + ended}, 401, []string{dpop + metadata, `Bearer error="invalid_token", ` + metadata}},
		{"not enough", []string{"Authorization", "Bearer " + token}, 403, []string{
			`DPoP algs="ES256 EdDSA RS256", scope="orders.read", ` + metadata, `Bearer error="insufficient_scope", scope="orders.read", ` + metadata,
		}},
		{"Basic", []string{"Authorization", "Basic YTpi"}, 401, []string{dpop + metadata, `Bearer error="invalid_token", ` + metadata}},
		{"two headers", []string{"Authorization", "Bearer a", "Authorization", "Bearer b"}, 400, []string{dpop + metadata, `Bearer error="invalid_request", ` + metadata}},
		{"two tokens", []string{"Authorization", "Bearer a b"}, 400, nil},
		{"no token", []string{"Authorization", "Bearer"}, 400, nil},
		{"in the query", nil, 401, nil},
		{"a bearer as DPoP", []string{"Authorization", "DPoP " + token}, 401, nil},
	} {
		w := m.call("GET", "/x?access_token="+token, c.header...)
		if w.Code != c.status || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v", c.name, w.Code, w.Header())
		}
		if got := w.Header().Values("WWW-Authenticate"); c.challenges != nil && strings.Join(got, "\n") != strings.Join(c.challenges, "\n") {
			t.Errorf("%s:\n%s", c.name, strings.Join(got, "\n"))
		}
		if strings.Contains(w.Body.String()+w.Header().Get("WWW-Authenticate"), token) {
			t.Errorf("%s: the answer quotes the token", c.name)
		}
	}
}

func TestWhenItCannotBeDecidedTheAnswerIs503(t *testing.T) {
	m := newModule(t, quiet, client.Requirement{})
	m.d.Break(true)
	w := m.bearer("GET", m.d.OpaqueAccessToken(clienttest.Token{Audience: orders}))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestRequirements(t *testing.T) {
	ofPath := func(r *http.Request) string { return "account:" + r.URL.Query().Get("account") }
	actor := &client.Principal{ID: "person:8"}
	for _, c := range []struct {
		name   string
		need   client.Requirement
		of     clienttest.Token
		method string
		status int
	}{
		{"its account", client.Requirement{Account: ofPath}, clienttest.Token{Account: "account:1200"}, "GET", 200},
		{"another account", client.Requirement{Account: ofPath}, clienttest.Token{Account: "account:1201"}, "GET", 403},
		{"no account", client.Requirement{Account: ofPath}, clienttest.Token{}, "GET", 403},
		{"an account of nobody", client.Requirement{Account: func(*http.Request) string { return "" }}, clienttest.Token{}, "GET", 403},
		{"all permissions", client.Requirement{Permissions: []string{"a", "b"}}, clienttest.Token{Permissions: []string{"b", "a"}}, "GET", 200},
		{"one of two", client.Requirement{Permissions: []string{"a", "b"}}, clienttest.Token{Permissions: []string{"a"}}, "GET", 403},
		{"not narrowed", client.Requirement{Permissions: []string{"a"}}, clienttest.Token{}, "GET", 403},
		{"narrowed to nothing", client.Requirement{}, clienttest.Token{Permissions: []string{}}, "GET", 200},
		{"acting", client.Requirement{}, clienttest.Token{Actor: actor}, "POST", 200},
		{"acting, reading", client.Requirement{Acting: client.ActingReadOnly}, clienttest.Token{Actor: actor}, "HEAD", 200},
		{"acting, writing", client.Requirement{Acting: client.ActingReadOnly}, clienttest.Token{Actor: actor}, "POST", 403},
		{"acting, another method", client.Requirement{Acting: client.ActingReadOnly}, clienttest.Token{Actor: actor}, "PURGE", 403},
		{"acting, refused", client.Requirement{Acting: client.ActingRefused}, clienttest.Token{Actor: actor}, "GET", 403},
		{"nobody acts", client.Requirement{Acting: client.ActingRefused}, clienttest.Token{}, "POST", 200},
	} {
		m := newModule(t, quiet, c.need)
		c.of.Audience = orders
		w := m.call(c.method, "/x?account=1200", "Authorization", "Bearer "+m.d.AccessToken(t, c.of))
		if w.Code != c.status {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestACookieHoldsASessionAndNothingElse(t *testing.T) {
	const name = "__Host-doorward-session"
	m := newModule(t, quiet, client.Requirement{Cookie: name})
	session := m.d.Session(clienttest.Token{Audience: orders})
	access := m.d.AccessToken(t, clienttest.Token{Audience: orders})
	for _, c := range []struct {
		name   string
		method string
		header []string
		status int
	}{
		{"a session", "GET", []string{"Cookie", name + "=" + session}, 200},
		{"an access token", "GET", []string{"Cookie", name + "=" + access}, 401},
		{"two cookies", "GET", []string{"Cookie", name + "=" + session + "; " + name + "=x"}, 400},
		{"another cookie", "GET", []string{"Cookie", "doorward-session=" + session}, 401},
		{"empty", "GET", []string{"Cookie", name + "="}, 401},
		{"a session as bearer", "GET", []string{"Authorization", "Bearer " + session}, 401},
		{"the header before the cookie", "GET", []string{"Authorization", "Bearer x", "Cookie", name + "=" + session}, 401},
		{"own form", "POST", []string{"Cookie", name + "=" + session, "Sec-Fetch-Site", "same-origin"}, 200},
		{"another site's form", "POST", []string{"Cookie", name + "=" + session, "Sec-Fetch-Site", "cross-site"}, 403},
		{"another origin", "POST", []string{"Cookie", name + "=" + session, "Origin", "https://evil.example"}, 403},
		{"a bearer from another site", "POST", []string{"Authorization", "Bearer " + access, "Sec-Fetch-Site", "cross-site"}, 200},
	} {
		if w := m.call(c.method, "/x", c.header...); w.Code != c.status {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestARevokedTokenIsRefusedBehindTheMiddleware(t *testing.T) {
	m := newModule(t, quiet, client.Requirement{})
	token := m.d.AccessToken(t, clienttest.Token{Audience: orders})
	if w := m.bearer("GET", token); w.Code != 200 {
		t.Fatal(w.Code)
	}
	began := time.Now()
	m.d.End(token)
	soon(t, "it is refused", func() bool { return m.bearer("GET", token).Code == 401 })
	t.Logf("refused after %s", time.Since(began))
}
