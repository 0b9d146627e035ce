package portal_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
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
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
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

func (b tab) text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(read(b, chromedp.TextContent(chromedp.CSS(selector)))), " ")
}

// picture keeps what the page looks like where DOORWARD_PICTURES says, for people to look at.
func (b tab) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("DOORWARD_PICTURES")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), read(b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

const button = chromedp.CSS("main button")

func TestInARealBrowserAPortalOnItsOwnDomain(t *testing.T) {
	d := clienttest.New(t)
	at := serve(t, d)
	link := func(of clienttest.Token) (string, string) {
		of.Audience = resource
		token := d.LoginToken(of)
		return at + "/login?token=" + token, token
	}
	b := chromium(t)
	if status := b.after(chromedp.Navigate(at + "/")); status != http.StatusUnauthorized || b.text("h1") != "You are not signed in" {
		t.Fatalf("at first: %d %q", status, b.text("h1"))
	}
	b.picture("nobody")

	first, token := link(clienttest.Token{Name: "Olga Owner", Email: "olga@acme.test", Account: "account:1200", Actor: &client.Principal{ID: "person:8", Name: "Nora North"}})
	b.do(chromedp.Navigate(first))
	b.picture("hand-off")
	if got := b.text("h1"); got != "Continue to ACME portal?" || d.Spent(token) {
		t.Fatalf("the page is %q, spent %v", got, d.Spent(token))
	}
	// The policy's hash is of the style as it is: otherwise the button would be the browser's own.
	if got := read(b, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("button")).display`)); got != "block" {
		t.Errorf("the page has no style: the button is %q", got)
	}
	b.after(chromedp.Click(button))
	b.picture("home-acting")
	if got := read(b, chromedp.Location()); got != at+"/" || !d.Spent(token) {
		t.Fatalf("the address is %q", got)
	}
	if header, banner := b.text("header p"), b.text(".banner"); !strings.HasPrefix(header, "Olga Owner olga@acme.testAccount account:1200") || !strings.HasPrefix(banner, "Nora North is acting as Olga Owner") {
		t.Errorf("it says %q and %q", header, banner)
	}
	checkCookie(t, b, at)

	second, other := link(clienttest.Token{Subject: "person:4", Name: "Ben Buyer", Account: "account:505"})
	b.do(chromedp.Navigate(second))
	b.picture("hand-off-other")
	if got := b.text(".warning"); got != "This browser is signed in as Olga Owner at account:1200, with Nora North acting. Continuing signs that session out." || d.Spent(other) {
		t.Errorf("it says %q", got)
	}
	b.after(chromedp.Click(button))
	if got := b.text("header p"); !strings.HasPrefix(got, "Ben Buyer") {
		t.Errorf("it says %q", got)
	}
	b.after(chromedp.Click(button))
	b.picture("access-token")
	if got := b.text("pre"); !strings.Contains(got, "/api/orders -H 'Authorization: Bearer ") {
		t.Errorf("it says %q", got)
	}
	b.do(chromedp.Navigate(second))
	b.after(chromedp.Click(button))
	b.picture("refused")
	if got := b.text("h1"); got != "This link does not work any more" {
		t.Errorf("the link again: %q", got)
	}
	b.do(chromedp.Navigate(at + "/"))
	b.after(chromedp.Click(chromedp.CSS("header button")))
	if got := b.text("h1"); got != "You are not signed in" {
		t.Errorf("after signing out: %q", got)
	}
}

func checkCookie(t *testing.T, b tab, at string) {
	t.Helper()
	got, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{at}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Cookies) != 1 {
		t.Errorf("%d cookies", len(got.Cookies))
	}
	for _, cookie := range got.Cookies {
		if cookie.Name != "__Host-doorward-session" || !cookie.Secure || !cookie.HTTPOnly || cookie.Path != "/" || cookie.Domain != "acme.localhost" {
			t.Errorf("the cookie is %+v", cookie)
		}
	}
}
