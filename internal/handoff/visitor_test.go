package handoff_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	acmeHost = "acme.localhost:8080" // of the demo directory
	panel    = "panel.localhost"     // no account's portal: the installation's
	erpKey   = "6F9619FF-8B86-D011-B42D-00C04FC964FF"
	noraKey  = "vY5fwetestK3gJXZH5uHCw"
)

// house is a running hand-off page over the demo directory.
type house struct {
	t   *testing.T
	env *testenv.Env
	url string
}

// open serves the page on both engines, under a public URL where cookies can be Secure.
func open(t *testing.T, test func(h house)) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, directory)
		test(serve(t, env))
	})
}

func serve(t *testing.T, env *testenv.Env) house {
	options := handoff.Options{InstallationURL: "http://" + panel, Log: slog.New(slog.DiscardHandler)}
	return house{t: t, env: env, url: env.ServeHandler(t, handoff.New(env.Authority, options))}
}

// mint returns the landing URL's path and query of a new login token of a member of ACME Trading, by its integrator.
func (h house) mint(email string) string {
	return h.mintFor(authority.ByKey(secret.Of(erpKey)), authority.MintRequest{
		Account: tenant.Account(1200), Email: email, Audience: 1,
	})
}

// mintActing returns the same for Nora North acting as the owner of account 505.
func (h house) mintActing() string {
	return h.mintFor(authority.ByKey(secret.Of(noraKey)), authority.MintRequest{
		Account: tenant.Account(505), AsOwner: true, Audience: 3, Shape: secret.ShapeAlnum22,
	})
}

func (h house) mintFor(proof authority.Proof, r authority.MintRequest) string {
	h.t.Helper()
	by, err := h.env.Authority.Authenticate(h.t.Context(), authority.Origin{Dialect: "alephee"}, proof)
	if err != nil {
		h.t.Fatalf("authenticate: %v", err)
	}
	minted, err := h.env.Authority.MintLoginToken(h.t.Context(), by, r)
	if err != nil {
		h.t.Fatalf("mint: %v", err)
	}
	at, err := url.Parse(minted.URL)
	if err != nil {
		h.t.Fatalf("the landing URL: %v", err)
	}
	return at.RequestURI()
}

// redemptions returns the events of redemptions with an outcome.
func (h house) redemptions(outcome audit.Outcome) []audit.Event {
	h.t.Helper()
	return h.events(func(e audit.Event) bool { return e.Act == audit.RedeemLoginToken && e.Outcome == outcome })
}

func (h house) events(wanted func(audit.Event) bool) (found []audit.Event) {
	h.t.Helper()
	err := h.env.Store.View(h.t.Context(), func(ctx context.Context, v authority.View) error {
		found = nil
		events, err := v.Events(ctx, authority.EventFilter{Limit: 10_000})
		for _, e := range events {
			if wanted(e) {
				found = append(found, e)
			}
		}
		return err
	})
	if err != nil {
		h.t.Fatalf("read the events: %v", err)
	}
	return found
}

// visitor is a browser without a screen: it keeps cookies of one host and presses buttons.
type visitor struct {
	house
	host    string
	cookies map[string]string
	header  http.Header
}

func (h house) visitor(host string) *visitor {
	return &visitor{house: h, host: host, cookies: map[string]string{}, header: http.Header{}}
}

// with returns the same visitor sending a header, once.
func (v *visitor) with(name, value string) *visitor {
	again := *v
	again.header = maps.Clone(v.header)
	again.header.Set(name, value)
	return &again
}

// page is an answer.
type page struct {
	status int
	header http.Header
	body   string
	set    map[string]*http.Cookie
}

func (v *visitor) get(target string) page { return v.do(http.MethodGet, target, "") }

func (v *visitor) do(method, target, body string) page {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.url+target, strings.NewReader(body))
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, target, err)
	}
	r.Host = v.host
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(r.Header, v.header)
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatalf("read the page: %v", err)
	}
	p := page{status: answer.StatusCode, header: answer.Header, body: stylePattern.ReplaceAllString(string(text), ""), set: map[string]*http.Cookie{}}
	for _, cookie := range answer.Cookies() {
		p.set[cookie.Name] = cookie
		if v.cookies[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(v.cookies, cookie.Name)
		}
	}
	return p
}

var (
	stylePattern = regexp.MustCompile(`(?s)<style>.*</style>|<svg.*</svg>`)
	formPattern  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)">(.*?)</form>`)
	inputPattern = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// form returns where the page's form leads and what it carries.
func (v *visitor) form(p page) (action string, fields url.Values) {
	v.t.Helper()
	form := formPattern.FindStringSubmatch(p.body)
	if form == nil {
		v.t.Fatalf("the page (%d) has no form:\n%s", p.status, p.body)
	}
	fields = url.Values{}
	for _, input := range inputPattern.FindAllStringSubmatch(form[2], -1) {
		fields.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
	}
	return html.UnescapeString(form[1]), fields
}

// press presses the page's button.
func (v *visitor) press(p page) page {
	v.t.Helper()
	action, fields := v.form(p)
	return v.do(http.MethodPost, action, fields.Encode())
}

// signIn opens a link and presses its button.
func (v *visitor) signIn(link string) page {
	v.t.Helper()
	p := v.press(v.get(link))
	p.mustBe(v.t, http.StatusSeeOther)
	return p
}

func (p page) mustBe(t *testing.T, status int) {
	t.Helper()
	if p.status != status {
		t.Fatalf("the page is %d, not %d:\n%s", p.status, status, p.body)
	}
}

func (p page) mustSay(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("the page (%d) does not say %q:\n%s", p.status, text, p.body)
		}
	}
}

func (p page) mustNotSay(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("the page (%d) says %q:\n%s", p.status, text, p.body)
		}
	}
}
