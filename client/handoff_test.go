package client_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

const portalAudience = "https://portal.example"

// portal is a portal on another domain with the hand-off page at /login.
type portal struct {
	t   *testing.T
	d   *clienttest.Doorward
	h   *client.Handoff
	url string
}

func newPortal(t *testing.T, edit func(*client.HandoffOptions)) portal {
	t.Helper()
	d := clienttest.New(t)
	v := d.Verifier(t, portalAudience, quiet)
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	o := client.HandoffOptions{PublicURL: s.URL, Name: "B2B portal", Log: quiet.Log}
	if edit != nil {
		edit(&o)
	}
	h, err := client.NewHandoff(d.Client(t), v, o)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/login", h)
	mux.Handle("/sign-out", h.SignOut())
	mux.Handle("/", v.Require(client.Requirement{Cookie: h.Cookie()})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "signed in as "+client.SubjectFrom(r.Context()).Name)
	})))
	return portal{t: t, d: d, h: h, url: s.URL}
}

// browser keeps cookies and follows no redirect.
type browser struct {
	portal
	http   *http.Client
	header map[string]string
}

// secureJar takes Secure cookies over the plain HTTP of a test on this machine, as browsers do.
type secureJar struct{ *cookiejar.Jar }

func (j secureJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.Jar.SetCookies(asHTTPS(u), cookies)
}
func (j secureJar) Cookies(u *url.URL) []*http.Cookie { return j.Jar.Cookies(asHTTPS(u)) }

func asHTTPS(u *url.URL) *url.URL {
	copied := *u
	copied.Scheme = "https"
	return &copied
}

func (p portal) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{portal: p, header: map[string]string{}, http: &http.Client{
		Jar: secureJar{jar}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type page struct {
	*http.Response
	body string
}

func (b *browser) do(method, target, form string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+target, strings.NewReader(form))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.header {
		r.Header.Set(name, value)
	}
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{answer, string(body)}
}

var field = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// press sends the form of a page.
func (b *browser) press(p page) page {
	b.t.Helper()
	form := url.Values{}
	for _, match := range field.FindAllStringSubmatch(p.body, -1) {
		form.Set(match[1], match[2])
	}
	return b.do(http.MethodPost, "/login", form.Encode())
}

func (p portal) link(of clienttest.Token) (target, token string) {
	of.Audience = portalAudience
	token = p.d.LoginToken(of)
	return "/login?token=" + token, token
}

var ada = clienttest.Token{Subject: "person:3", Name: "Ada Acme", Account: "account:1200"}

func TestALinkIsShownByGetAndSpentByItsButtonOnce(t *testing.T) {
	p := newPortal(t, nil)
	b := p.browser()
	target, token := p.link(ada)
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
		if got := b.do(method, target, ""); got.StatusCode != 200 || p.d.Spent(token) {
			t.Fatalf("%s: %d, spent %v", method, got.StatusCode, p.d.Spent(token))
		}
	}
	shown := b.do(http.MethodGet, target, "")
	if !strings.Contains(shown.body, "Continue to <bdi>B2B portal</bdi>?") || strings.Contains(shown.body, "<script") {
		t.Errorf("the page is %s", shown.body)
	}
	done := b.press(shown)
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/" || !p.d.Spent(token) {
		t.Fatalf("%d to %q", done.StatusCode, done.Header.Get("Location"))
	}
	var session *http.Cookie
	for _, cookie := range done.Cookies() {
		if cookie.Name == "__Host-doorward-session" {
			session = cookie
		}
	}
	if session == nil || !session.Secure || !session.HttpOnly || session.Path != "/" || session.Domain != "" || session.SameSite != http.SameSiteLaxMode || session.MaxAge < 800 {
		t.Errorf("the cookie is %+v", session)
	}
	if home := b.do(http.MethodGet, "/", ""); home.body != "signed in as Ada Acme" {
		t.Errorf("home is %d %s", home.StatusCode, home.body)
	}
	if again := p.browser().press(shown); again.StatusCode != http.StatusGone {
		t.Errorf("another browser gets %d", again.StatusCode)
	}
}

func TestASecondClickGetsWhatTheFirstOneGot(t *testing.T) {
	p := newPortal(t, nil)
	b := p.browser()
	target, _ := p.link(ada)
	shown := b.do(http.MethodGet, target, "")
	attempt := b.http.Jar.Cookies(must(url.Parse(b.url)))[0]
	first := b.press(shown)
	second := p.browser()
	second.header["Cookie"] = attempt.Name + "=" + attempt.Value // as it was when the button was clicked
	if again := second.press(shown); again.StatusCode != http.StatusSeeOther || cookieIn(again) != cookieIn(first) {
		t.Errorf("%d with another session", again.StatusCode)
	}
}

func cookieIn(p page) string {
	for _, cookie := range p.Cookies() {
		if cookie.Name == "__Host-doorward-session" {
			return cookie.Value
		}
	}
	return ""
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnotherSignedInAccountIsNeverReplacedSilently(t *testing.T) {
	p := newPortal(t, nil)
	b := p.browser()
	first, _ := p.link(ada)
	second, token := p.link(clienttest.Token{Subject: "person:4", Name: "Ben Buyer"})
	early := b.do(http.MethodGet, second, "") // opened in another tab, before anybody was signed in
	b.press(b.do(http.MethodGet, first, ""))
	again := b.press(early)
	if again.StatusCode != 200 || p.d.Spent(token) || !strings.Contains(again.body, "signed in as <strong><bdi>Ada Acme</bdi>") || !strings.Contains(again.body, "Sign out and continue") {
		t.Fatalf("%d, spent %v: %s", again.StatusCode, p.d.Spent(token), again.body)
	}
	adas := b.http.Jar.Cookies(must(url.Parse(b.url)))
	if done := b.press(again); done.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", done.StatusCode)
	}
	if home := b.do(http.MethodGet, "/", ""); home.body != "signed in as Ben Buyer" {
		t.Errorf("home is %s", home.body)
	}
	for _, cookie := range adas {
		if cookie.Name == p.h.Cookie() {
			if _, err := p.d.Client(t).Introspect(t.Context(), cookie.Value); client.ReasonOf(err) != client.ReasonInactive {
				t.Errorf("the session that was replaced still counts: %v", err)
			}
		}
	}
}

func TestAnotherSitesFormSpendsNothing(t *testing.T) {
	p := newPortal(t, nil)
	_, token := p.link(ada)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		b := p.browser()
		b.header[name] = value
		if name == "Origin" {
			b.header["Sec-Fetch-Site"] = ""
		}
		if got := b.do(http.MethodPost, "/login", "token="+token); got.StatusCode != 403 || p.d.Spent(token) || len(got.Cookies()) != 0 {
			t.Errorf("%s: %d, spent %v", name, got.StatusCode, p.d.Spent(token))
		}
	}
}

func TestBadInputIsAClearPage(t *testing.T) {
	p := newPortal(t, nil)
	target, token := p.link(ada)
	for _, c := range []struct {
		method, target, form string
		status               int
	}{
		{"GET", "/login", "", 400},
		{"GET", "/login?token=", "", 400},
		{"GET", target + "&token=" + token, "", 400},
		{"GET", "/login?token=%zz", "", 400},
		{"GET", "/login?token=%00", "", 400},
		{"GET", "/login?token=%0d%0aSet-Cookie:x=y", "", 400},
		{"GET", "/login?token=%ff", "", 400},
		{"GET", "/login?Token=" + token, "", 400},
		{"GET", "/login?token=" + strings.Repeat("a", 2000), "", 400},
		{"GET", target + "&utm_source=mail", "", 200},
		{"POST", "/login", "", 400},
		{"POST", target, "token=" + token, 400},
		{"POST", "/login", "token=" + token + "&token=" + token, 400},
		{"POST", "/login", "token=" + token + "&x=y", 400},
		{"POST", "/login", "token=%zz", 400},
		{"POST", "/login", "token=" + strings.Repeat("a", 70<<10), 400},
		{"POST", "/login", "token=nobodys", 410},
		{"PUT", "/login", "", 405},
		{"GET", "/sign-out", "", 405},
		{"POST", "/sign-out", "x=y", 400},
	} {
		got := p.browser().do(c.method, c.target, c.form)
		if got.StatusCode != c.status || got.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s %.60s %.40q: %d", c.method, c.target, c.form, got.StatusCode)
		}
		checkHandoffHeaders(t, c.method+" "+c.target, got)
	}
	if p.d.Spent(token) {
		t.Error("the token is spent")
	}
}

func checkHandoffHeaders(t *testing.T, name string, p page) {
	t.Helper()
	for header, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
	} {
		if got := p.Header.Get(header); got != want {
			t.Errorf("%.60s: %s is %q", name, header, got)
		}
	}
	policy := p.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) || strings.Contains(policy, "unsafe") {
			t.Errorf("%.60s: the policy is %q", name, policy)
		}
	}
}

func TestWhenDoorwardIsAwayTheLinkIsGoodLater(t *testing.T) {
	p := newPortal(t, nil)
	b := p.browser()
	target, _ := p.link(ada)
	shown := b.do(http.MethodGet, target, "")
	p.d.Break(true)
	if got := b.press(shown); got.StatusCode != 503 || got.Header.Get("Retry-After") == "" {
		t.Fatalf("%d", got.StatusCode)
	}
	p.d.Break(false)
	if got := b.press(shown); got.StatusCode != http.StatusSeeOther {
		t.Errorf("later: %d", got.StatusCode)
	}
}

func TestSigningOutEndsTheSessionAtDoorward(t *testing.T) {
	p := newPortal(t, nil)
	b := p.browser()
	target, _ := p.link(ada)
	session := cookieIn(b.press(b.do(http.MethodGet, target, "")))
	b.do(http.MethodGet, "/", "")
	if got := b.do(http.MethodPost, "/sign-out", ""); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	if _, err := p.d.Client(t).Introspect(t.Context(), session); client.ReasonOf(err) != client.ReasonInactive {
		t.Errorf("the session still counts: %v", err)
	}
	if got := b.do(http.MethodGet, "/", ""); got.StatusCode != 401 {
		t.Errorf("home is %d", got.StatusCode)
	}
}

func TestAPortalMayKeepItsOwnSession(t *testing.T) {
	var kept client.Redeemed
	p := newPortal(t, func(o *client.HandoffOptions) {
		o.EmailParameter, o.Home = "email", "https://home.example/start"
		o.SignIn = func(w http.ResponseWriter, _ *http.Request, r client.Redeemed) error {
			kept = r
			http.SetCookie(w, &http.Cookie{Name: "own", Value: "x"})
			return nil
		}
		o.Present = func(r *http.Request) (client.Present, bool) {
			_, err := r.Cookie("own")
			return client.Present{ID: "own-1", Subject: "<b>Somebody</b>"}, err == nil
		}
	})
	b := p.browser()
	target, _ := p.link(clienttest.Token{Email: "owner@acme.test", Actor: &client.Principal{ID: "person:8", Name: "Nora North"}})
	shown := b.do(http.MethodGet, target+"&email=owner%40acme.test", "")
	if policy := shown.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://home.example") {
		t.Errorf("the policy is %q", policy)
	}
	done := b.press(shown)
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "https://home.example/start" || kept.Actor == nil || kept.Actor.Name != "Nora North" || cookieIn(done) != "" {
		t.Errorf("%d %+v", done.StatusCode, kept)
	}
	again := b.do(http.MethodGet, target+"&email=owner%40acme.test", "")
	if !strings.Contains(again.body, "&lt;b&gt;Somebody&lt;/b&gt;") || !strings.Contains(again.body, `name="doorward-session" value="own-1"`) {
		t.Errorf("the page is %s", again.body)
	}
	if wrong := p.browser().do(http.MethodGet, target, ""); wrong.StatusCode != 400 {
		t.Errorf("without the e-mail: %d", wrong.StatusCode)
	}
}

func TestOnlyAPlainHomeIsOne(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, portalAudience, quiet)
	for _, home := range []string{"//evil.example", "https://a:b@x/", "javascript:alert(1)", "https://", "x", "/\\evil", "https://x;y/", "/a\r\nb"} {
		if _, err := client.NewHandoff(d.Client(t), v, client.HandoffOptions{PublicURL: "https://portal.example", Home: home}); err == nil {
			t.Errorf("%q is taken", home)
		}
	}
	h, err := client.NewHandoff(d.Client(t), v, client.HandoffOptions{PublicURL: "http://portal.example"})
	if err != nil || h.Cookie() != "doorward-session" {
		t.Errorf("%v, %v", h, err)
	}
}
