package handoff_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/web"
)

// directory is the demo's without its passwords, which nobody types here and which are slow to hash.
var directory = regexp.MustCompile(`(?m)^ *password: .*\n`).ReplaceAllString(string(demo.Directory), "")

func TestEveryPageHasTheHeaders(t *testing.T) {
	open(t, func(h house) {
		ada := h.visitor(acmeHost)
		link := h.mint("owner@acme.test")
		shown := ada.get(link)
		pages := map[string]page{
			"link": shown, "redeemed": ada.press(shown), "signed in": ada.get("/"), "refused": ada.get(link),
			"nobody": h.visitor(acmeHost).get("/"), "not found": ada.get("/nothing"), "method": ada.do(http.MethodPut, "/login", ""),
			"cross-origin": ada.with("Sec-Fetch-Site", "cross-site").press(shown), "malformed": ada.get("/login?token=a&token=b"),
			"large": ada.do(http.MethodPost, "/login", strings.Repeat("a", 65<<10)), "head": ada.do(http.MethodHead, "/", ""),
			"media type": ada.with("Content-Type", "text/plain").do(http.MethodPost, "/login", "token=x"),
		}
		pages["signed out"] = ada.press(ada.get("/"))
		for name, p := range pages {
			checkHeaders(h.t, name, p)
		}
	})
}

func checkHeaders(t *testing.T, name string, p page) {
	t.Helper()
	for header, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := p.header.Values(header); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q, not %q", name, header, got, want)
		}
	}
	policy := p.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy %q has no %q", name, policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || strings.Contains(p.body, "<script") {
		t.Errorf("%s: scripts or inline text are allowed: %q", name, policy)
	}
	if p.header.Get("X-Request-Id") == "" || p.status != http.StatusSeeOther && p.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%s: no request id, or of type %q", name, p.header.Get("Content-Type"))
	}
}

func TestThePolicyLetsTheFormLeadToTheHomeOnly(t *testing.T) {
	open(t, func(h house) {
		policy := h.visitor(acmeHost).get(h.mint("owner@acme.test")).header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "; form-action 'self' http://acme.localhost:8080;") {
			h.t.Errorf("the policy is %q", policy)
		}
		policy = h.visitor(panel).get(h.mintActing()).header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "; form-action 'self';") {
			h.t.Errorf("without a home the policy is %q", policy)
		}
	})
}

func TestNamesAreEscaped(t *testing.T) {
	open(t, func(h house) {
		hostile := strings.NewReplacer(
			"name: Ada Acme", `name: "<script>alert(1)</script>"`,
			"name: ACME Trading\n", `name: "\"><img src=x onerror=alert(2)>"`+"\n",
			"name: B2B portal", `name: "</title><script>alert(3)</script>"`,
		).Replace(directory)
		h.env.Apply(h.t, hostile)
		ada := h.visitor(acmeHost)
		link := h.mint("owner@acme.test")
		shown := ada.get(link)
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
		for _, p := range []page{shown, ada.get("/"), ada.get(link), ada.get(h.mint("buyer@acme.test"))} {
			p.mustSay(h.t, "&lt;script&gt;alert(1)&lt;/script&gt;")
			p.mustNotSay(h.t, "<script", "<img", "onerror=alert(2)>\"")
		}
	})
}

func TestBadInputIsAClearPageAndNeverA500(t *testing.T) {
	open(t, func(h house) {
		link := h.mint("owner@acme.test")
		token := strings.TrimPrefix(link, "/login?token=")
		for _, c := range []struct {
			method, target, body string
			status               int
		}{
			{"GET", "/login?token=" + token + "&token=" + token, "", 400},
			{"GET", "/login?token=%zz", "", 400},
			{"GET", "/login?token=%00", "", 400},
			{"GET", "/login?token=%ff", "", 400},
			{"GET", "/login?token=%0d%0aSet-Cookie:x=y", "", 400},
			{"GET", "/login?%ff=1", "", 400},
			{"GET", "/login?Token=" + token, "", 200}, // another parameter: nobody is signed in
			{"GET", "/login/?token=" + token, "", 404},
			{"GET", "/LOGIN?token=" + token, "", 404},
			{"GET", "/%2e%2e/login?token=" + token, "", 404},
			{"GET", "/login%00?token=" + token, "", 404},
			{"GET", "/%ff", "", 404},
			{"GET", "/nothing", "", 404},
			{"GET", "/sign-out", "", 405},
			{"DELETE", "/login?token=" + token, "", 405},
			{"OPTIONS", "/login", "", 405},
			{"POST", "/nothing", "", 404},
			{"POST", "/", "", 405},
			{"POST", "/login", "", 400},
			{"POST", "/login?token=" + token, "", 400},
			{"POST", "/login?x", "token=" + token, 400},
			{"POST", "/login", "token=" + token + "&token=" + token, 400},
			{"POST", "/login", "token=" + token + "&unknown=1", 400},
			{"POST", "/login", "token=" + token + "&doorward-audience=9", 400},
			{"POST", "/login", "token=" + token + "&doorward-audience=01", 400},
			{"POST", "/login", "token=%zz", 400},
			{"POST", "/login", "token=%00", 400},
			{"POST", "/login", "doorward-session=x", 400},
			{"POST", "/login", strings.Repeat("a", 64<<10+1), 413},
			{"POST", "/sign-out", "x=1", 400},
			{"POST", "/sign-out?x=1", "", 400},
		} {
			p := h.visitor(acmeHost).do(c.method, c.target, c.body)
			if p.status != c.status {
				h.t.Errorf("%s %s with %.60q is %d, not %d", c.method, c.target, c.body, p.status, c.status)
			}
			if p.status == 405 && p.header.Get("Allow") == "" {
				h.t.Errorf("%s %s: no Allow", c.method, c.target)
			}
		}
		for _, kind := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/json", "application/x-www-form-urlencoded; charset", "application/x-www-form-urlencoded, text/plain"} {
			h.visitor(acmeHost).with("Content-Type", kind).do("POST", "/login", "token="+token).mustBe(h.t, 415)
		}
		if spent := h.redemptions(audit.Done); len(spent) != 0 {
			h.t.Fatalf("bad input spent the token: %v", spent)
		}
		h.visitor(acmeHost).signIn(link)
	})
}

func TestEveryRouteOfTheListAnswers(t *testing.T) {
	open(t, func(h house) {
		for _, route := range handoff.Routes() {
			path := strings.Replace(route.Path, "/{landing}", "/login", 1)
			if p := h.visitor(acmeHost).do(route.Method, path, ""); p.status == 404 || p.status == 405 {
				h.t.Errorf("%s %s is %d", route.Method, route.Path, p.status)
			}
			if route.Access == "" {
				h.t.Errorf("%s %s has no access rule", route.Method, route.Path)
			}
		}
	})
}

func TestTheTokenReachesNoLog(t *testing.T) {
	open(t, func(h house) {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		page := handoff.New(h.env.Authority, handoff.Options{InstallationURL: "http://" + panel, Log: logger})
		served := httptest.NewServer(web.Middleware(web.Chain{Log: logger}, page))
		h.t.Cleanup(served.Close)
		h.url = served.URL
		ada := h.visitor(acmeHost)
		link := h.mint("owner@acme.test")
		shown := ada.get(link)
		ada.press(shown)
		session := ada.cookies[sessionCookie]
		ada.press(shown)
		ada.get(link + "&token=again")
		ada.do("POST", link, "")
		served.Close()
		token, err := url.QueryUnescape(strings.TrimPrefix(link, "/login?token="))
		if err != nil || session == "" {
			h.t.Fatal(err, session)
		}
		for _, clear := range []string{token, session} {
			if strings.Contains(log.String(), clear) {
				h.t.Errorf("the log holds a secret:\n%s", log.String())
			}
		}
		if log.Len() == 0 {
			h.t.Error("nothing was logged, so nothing was proved")
		}
	})
}
