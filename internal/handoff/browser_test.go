package handoff_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

// tab is a tab of a real Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// chromium starts a browser. Without one the test fails: what it shows can be shown by nothing else.
func chromium(t *testing.T) tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test needs chromium: %v", err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// Names that are not of this machine, so that plain HTTP to them is no trustworthy origin.
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := tab{t: t, ctx: ctx}
	b.do(chromedp.Navigate("about:blank"))
	b.ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return b
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("the browser: %v", err)
	}
}

// after runs steps that load a page and returns its status.
func (b tab) after(steps ...chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	answer, err := chromedp.RunResponse(b.ctx, steps...)
	if err != nil {
		b.t.Fatalf("the browser: %v", err)
	}
	return answer.Status
}

func read[T any](b tab, what chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, what)
	if err != nil {
		b.t.Fatalf("the browser: %v", err)
	}
	return value
}

func (b tab) heading() string {
	b.t.Helper()
	return strings.TrimSpace(read(b, chromedp.TextContent(chromedp.CSS("h1"))))
}

func (b tab) mustBe(heading, address string) {
	b.t.Helper()
	if got := b.heading(); got != heading {
		b.t.Fatalf("the page is %q, not %q", got, heading)
	}
	if got := read(b, chromedp.Location()); got != address {
		b.t.Fatalf("the address is %q, not %q", got, address)
	}
}

// cookies returns the browser's cookies for an address.
func (b tab) cookies(address string) map[string]*network.Cookie {
	b.t.Helper()
	got, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{address}})
	if err != nil {
		b.t.Fatalf("the browser's cookies: %v", err)
	}
	named := map[string]*network.Cookie{}
	for _, cookie := range got.Cookies {
		named[cookie.Name] = cookie
	}
	return named
}

const button = chromedp.CSS("button")

// portalServer serves the page for ACME Trading under a host name, on a port that only the listener knows.
func portalServer(t *testing.T, host, home string) (h house, portal string) {
	env := testenv.New(t, "sqlite")
	var page http.Handler
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page.ServeHTTP(w, r) }))
	t.Cleanup(served.Close)
	at, err := url.Parse(served.URL)
	if err != nil {
		t.Fatal(err)
	}
	portal = "http://" + host + ":" + at.Port()
	log := slog.New(slog.DiscardHandler)
	page = web.Middleware(web.Chain{Log: log}, handoff.New(env.Authority, handoff.Options{InstallationURL: served.URL, Log: log}))
	env.Apply(t, strings.NewReplacer("http://"+acmeHost, portal, `"{portal}/"`, `"`+home+`"`).Replace(directory))
	return house{t: t, env: env, url: served.URL}, portal
}

func TestInARealBrowserALinkSignsInOnce(t *testing.T) {
	h, portal := portalServer(t, "acme.localhost", "{portal}/")
	b := chromium(t)
	b.do(chromedp.Navigate(portal + h.mint("owner@acme.test")))
	if got := b.heading(); got != "Sign in as Ada Acme?" {
		t.Fatalf("the page is %q", got)
	}
	// The policy's hash is of the style as it is: otherwise the button would be the browser's own.
	if got := read(b, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("button")).display`)); got != "block" {
		t.Errorf("the page has no style: the button is %q", got)
	}
	if got := len(h.redemptions(audit.Done)); got != 0 {
		t.Fatalf("opening the link redeemed it")
	}
	b.after(chromedp.Click(button))
	b.mustBe("Signed in as Ada Acme", portal+"/")
	cookies := b.cookies(portal)
	session := cookies["__Host-doorward-session"]
	if session == nil || !session.Secure || !session.HTTPOnly || session.Path != "/" || session.Domain != "acme.localhost" {
		t.Fatalf("the session cookie is %+v", session)
	}
	if cookies["__Host-doorward-attempt"] != nil {
		t.Error("the attempt cookie stayed")
	}

	b.after(chromedp.Reload())
	b.mustBe("Signed in as Ada Acme", portal+"/")
	if status := b.after(chromedp.NavigateBack()); status != http.StatusGone {
		t.Errorf("back leads to a page of status %d", status)
	}
	b.after(chromedp.Reload())
	if got := b.heading(); got != "This link does not work any more" {
		t.Errorf("the link again is %q", got)
	}
	b.after(chromedp.Click(chromedp.CSS("a.button")))
	b.mustBe("Signed in as Ada Acme", portal+"/")
	if done, denied := len(h.redemptions(audit.Done)), len(h.redemptions(audit.Denied)); done != 1 || denied != 0 {
		t.Errorf("%d redemptions and %d refused ones on record", done, denied)
	}
	b.after(chromedp.Click(button))
	b.mustBe("You are not signed in", portal+"/")
	if cookies := b.cookies(portal); len(cookies) != 0 {
		t.Errorf("cookies stayed: %v", cookies)
	}
}

func TestInARealBrowserTheInstallationItselfKeepsTheCookie(t *testing.T) {
	h, _ := portalServer(t, "acme.localhost", "{portal}/")
	b := chromium(t)
	b.do(chromedp.Navigate(h.url + h.mintActing()))
	b.after(chromedp.Click(button))
	b.mustBe("Signed in as Olga Owner", h.url+"/")
	if session := b.cookies(h.url)["__Host-doorward-session"]; session == nil || !session.Secure {
		t.Errorf("the session cookie is %+v", session)
	}
}

func TestInARealBrowserAHomeOnAnotherHostIsReached(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<h1>Home " + r.Referer() + "</h1>"))
	}))
	t.Cleanup(elsewhere.Close)
	h, portal := portalServer(t, "acme.localhost", elsewhere.URL+"/welcome")
	b := chromium(t)
	b.do(chromedp.Navigate(portal + h.mint("owner@acme.test")))
	b.after(chromedp.Click(button))
	if got := read(b, chromedp.Location()); got != elsewhere.URL+"/welcome" {
		t.Fatalf("the address is %q", got)
	}
	if got := b.heading(); strings.Contains(got, "token") || strings.Contains(got, "login") {
		t.Errorf("the referrer tells the link: %q", got)
	}
}

// Plain HTTP to another machine: no Sec-Fetch-Site, so that the Origin header has to be right.
func TestInARealBrowserPlainHTTPWorksWithoutSecureCookies(t *testing.T) {
	h, portal := portalServer(t, "portal.test", "{portal}/")
	b := chromium(t)
	b.do(chromedp.Navigate(portal + h.mint("owner@acme.test")))
	b.after(chromedp.Click(button))
	b.mustBe("Signed in as Ada Acme", portal+"/")
	if session := b.cookies(portal)["doorward-session"]; session == nil || session.Secure || !session.HTTPOnly {
		t.Errorf("the session cookie is %+v", session)
	}
	b.after(chromedp.Click(button))
	b.mustBe("You are not signed in", portal+"/")
}

func TestInARealBrowserAnotherSitesFormSpendsNothing(t *testing.T) {
	for _, host := range []string{"acme.localhost", "portal.test"} {
		t.Run(host, func(t *testing.T) {
			h, portal := portalServer(t, host, "{portal}/")
			link := h.mint("owner@acme.test")
			evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = w.Write([]byte(`<form method="post" action="` + portal + `/login"><input name="token" value="` +
					strings.TrimPrefix(link, "/login?token=") + `"><button>You won</button></form>`))
			}))
			t.Cleanup(evil.Close)
			b := chromium(t)
			b.do(chromedp.Navigate(evil.URL))
			if status := b.after(chromedp.Click(button)); status != http.StatusForbidden {
				t.Errorf("the form from elsewhere got %d", status)
			}
			if cookies := b.cookies(portal); len(cookies) != 0 {
				t.Errorf("it set cookies: %v", cookies)
			}
			b.do(chromedp.Navigate(portal + link))
			b.after(chromedp.Click(button))
			b.mustBe("Signed in as Ada Acme", portal+"/")
		})
	}
}
