package handoff_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestDebugEvil(t *testing.T) {
	h, portal := portalServer(t, "acme.localhost", "{portal}/")
	link := h.mint("owner@acme.test")
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("EVIL", r.Method, r.URL)
		_, _ = w.Write([]byte(`<form method="post" action="` + portal + `/login"><input name="token" value="` +
			strings.TrimPrefix(link, "/login?token=") + `"><button>You won</button></form>`))
	}))
	t.Cleanup(evil.Close)
	b := chromium(t)
	b.do(chromedp.Navigate(evil.URL))
	ctx, c := context.WithTimeout(b.ctx, 10*time.Second)
	defer c()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(button))
	fmt.Println("ERR", err, read(b, chromedp.Location()))
	fmt.Println(read(b, chromedp.Evaluate[string](`document.documentElement.outerHTML`))[:300])
	os.WriteFile("/tmp/handoff-lab/evil.png", read(b, chromedp.CaptureScreenshot()), 0o644)
	fmt.Println(len(h.redemptions("denied")))
}
