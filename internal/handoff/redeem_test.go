package handoff_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

const sessionCookie = "__Host-doorward-session"

func TestALinkIsShownAsOftenAsAskedAndRedeemedOnce(t *testing.T) {
	open(t, func(h house) {
		link, ada := h.mint("owner@acme.test"), h.visitor(acmeHost)
		ada.get(link).mustBe(h.t, http.StatusOK)
		shown := ada.get(link)
		shown.mustBe(h.t, http.StatusOK)
		shown.mustSay(h.t, "Sign in as <bdi>Ada Acme</bdi>?", "ACME Trading", "No. 1200", "B2B portal", "30 seconds")

		done := ada.press(shown)
		done.mustBe(h.t, http.StatusSeeOther)
		if to := done.header.Get("Location"); to != "http://acme.localhost:8080/" {
			h.t.Errorf("the browser is sent to %q", to)
		}
		cookie := done.set[sessionCookie]
		if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			h.t.Fatalf("the cookie is %+v", cookie)
		}
		if want := h.env.Clock.Now().Add(12 * time.Hour); !cookie.Expires.Equal(want) || cookie.MaxAge != 12*60*60 {
			h.t.Errorf("the cookie lives until %v (%d s), not %v", cookie.Expires, cookie.MaxAge, want)
		}
		ada.get("/").mustSay(h.t, "Signed in as <bdi>Ada Acme</bdi>", "ACME Trading", "12 hours")

		ada.press(shown).mustBe(h.t, http.StatusGone)
		h.visitor(acmeHost).press(shown).mustBe(h.t, http.StatusGone)
		if got := len(h.redemptions(audit.Done)); got != 1 {
			h.t.Errorf("%d redemptions, not 1", got)
		}
		if got := len(h.redemptions(audit.Denied)); got != 2 {
			h.t.Errorf("%d refused redemptions on record, not 2", got)
		}
	})
}

func TestWhoeverActsIsNamedBeforeAndAfter(t *testing.T) {
	open(t, func(h house) {
		nora := h.visitor(panel)
		shown := nora.get(h.mintActing())
		shown.mustSay(h.t, "Sign in as <bdi>Olga Owner</bdi>?", "Nora North", "is acting as", "Example Customer", "5 minutes")
		done := nora.press(shown)
		done.mustBe(h.t, http.StatusSeeOther)
		if to := done.header.Get("Location"); to != "/" {
			h.t.Errorf("the browser is sent to %q", to)
		}
		nora.get("/").mustSay(h.t, "Signed in as <bdi>Olga Owner</bdi>", "Nora North", "is acting as", "1 hour")
	})
}

func TestHeadPrefetchAndScannersSpendNothingAndAreCounted(t *testing.T) {
	open(t, func(h house) {
		link, ada := h.mint("owner@acme.test"), h.visitor(acmeHost)
		head := ada.do(http.MethodHead, link, "")
		head.mustBe(h.t, http.StatusOK)
		if head.body != "" || len(head.set) != 0 {
			h.t.Errorf("HEAD got %q and cookies %v", head.body, head.set)
		}
		for _, c := range [][2]string{
			{"Sec-Purpose", "prefetch"},
			{"Sec-Purpose", "prefetch;prerender"},
			{"Purpose", "prefetch"},
			{"X-Purpose", "preview"},
			{"X-Moz", "prefetch"},
			{"User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
		} {
			ada.with(c[0], c[1]).get(link).mustBe(h.t, http.StatusOK)
		}
		ada.signIn(link)
		if got := h.redemptions(audit.Done)[0].Detail; got["shown"] != "1" || got["absorbed"] != "7" {
			h.t.Errorf("the redemption's event says %v, not 1 shown and 7 absorbed", got)
		}
	})
}

func TestAWrongEMailIsRefusedAndSpendsNothing(t *testing.T) {
	open(t, func(h house) {
		link, nora := h.mintActing(), h.visitor(panel)
		right := "user_email=example%40activeplatform.com"
		for _, wrong := range []string{"user_email=owner%40acme.test", "user_email=", "other=1", "user_email=%20example%40activeplatform.com"} {
			altered := strings.Replace(link, right, wrong, 1)
			if altered == link {
				h.t.Fatalf("the link %q has no e-mail", link)
			}
			nora.get(altered).mustBe(h.t, http.StatusGone)
		}
		action, fields := nora.form(nora.get(link))
		fields.Set("user_email", "owner@acme.test")
		nora.do(http.MethodPost, action, fields.Encode()).mustBe(h.t, http.StatusGone)
		fields.Del("user_email")
		nora.do(http.MethodPost, action, fields.Encode()).mustBe(h.t, http.StatusGone)
		nora.signIn(link)
	})
}

func TestAPostFromAnotherOriginIsRefusedAndSpendsNothing(t *testing.T) {
	open(t, func(h house) {
		link, ada := h.mint("owner@acme.test"), h.visitor(acmeHost)
		shown := ada.get(link)
		for _, c := range [][2]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://evil.test"},
			{"Origin", "null"},
			{"Origin", "http://acme.localhost:8081"},
		} {
			refused := ada.with(c[0], c[1]).press(shown)
			refused.mustBe(h.t, http.StatusForbidden)
			if refused.set[sessionCookie] != nil {
				h.t.Errorf("%v: got a cookie", c)
			}
		}
		if events := h.events(func(e audit.Event) bool { return e.Act == audit.RedeemLoginToken }); len(events) != 0 {
			h.t.Errorf("a POST from elsewhere got as far as %v", events)
		}
		ada.with("Origin", "http://"+acmeHost).press(shown).mustBe(h.t, http.StatusSeeOther)
		ada.with("Sec-Fetch-Site", "cross-site").do(http.MethodPost, "/sign-out", "").mustBe(h.t, http.StatusForbidden)
		ada.get("/").mustSay(h.t, "Signed in as")
	})
}

func TestAnotherAccountsTokenIsRefusedAtAPortalAndNotSpent(t *testing.T) {
	open(t, func(h house) {
		h.env.Apply(h.t, strings.Replace(directory, "name: No Portal Ltd", "name: Sister Ltd\n                portal: http://sister.localhost:8080", 1))
		link := h.mint("owner@acme.test")
		ada, stray := h.visitor(acmeHost), h.visitor("sister.localhost:8080")
		shown := ada.get(link)
		stray.get(link).mustBe(h.t, http.StatusGone)
		stray.press(shown).mustBe(h.t, http.StatusGone)
		h.visitor(panel).get(link).mustBe(h.t, http.StatusNotFound) // the installation has no such landing
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
	})
}

func TestAnotherSessionIsNeverReplacedSilently(t *testing.T) {
	open(t, func(h house) {
		browser := h.visitor(acmeHost)
		link := h.mint("owner@acme.test")
		before := browser.get(link) // shows no session: there is none yet
		browser.signIn(h.mint("buyer@acme.test"))
		ben := browser.cookies[sessionCookie]

		again := browser.press(before)
		again.mustBe(h.t, http.StatusOK)
		again.mustSay(h.t, "Sign in as <bdi>Ada Acme</bdi>?", "This browser is signed in as", "Ben Buyer", "Sign out and continue")
		if browser.cookies[sessionCookie] != ben || len(h.redemptions(audit.Done)) != 1 {
			h.t.Fatal("the session was replaced")
		}
		browser.press(again).mustBe(h.t, http.StatusSeeOther)
		browser.get("/").mustSay(h.t, "Signed in as <bdi>Ada Acme</bdi>")

		verdict, err := h.env.Authority.VerifySession(h.t.Context(), origin, secret.Of(ben))
		if err != nil || verdict.Valid() {
			h.t.Errorf("the session that was replaced lives on: %v, %v", verdict.Reason, err)
		}
	})
}

func TestTheSamePersonIsSignedInAgainUnderANewSession(t *testing.T) {
	open(t, func(h house) {
		ada := h.visitor(acmeHost)
		ada.signIn(h.mint("owner@acme.test"))
		first := ada.cookies[sessionCookie]
		shown := ada.get(h.mint("owner@acme.test"))
		shown.mustNotSay(h.t, "This browser is signed in")
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
		if ada.cookies[sessionCookie] == first {
			h.t.Error("the session is the old one")
		}
		ada.get("/").mustSay(h.t, "Signed in as <bdi>Ada Acme</bdi>")
	})
}

func TestASecondClickGetsWhatTheFirstOneGot(t *testing.T) {
	open(t, func(h house) {
		ada := h.visitor(acmeHost)
		shown := ada.get(h.mint("owner@acme.test"))
		attempt := ada.cookies["__Host-doorward-attempt"]
		if attempt == "" {
			h.t.Fatal("the page gave no attempt cookie")
		}
		first := ada.press(shown).set[sessionCookie]
		// The browser dropped the first answer for the second click, and with it the cookies.
		clear(ada.cookies)
		ada.cookies["__Host-doorward-attempt"] = attempt
		second := ada.press(shown)
		second.mustBe(h.t, http.StatusSeeOther)
		if second.set[sessionCookie].Value != first.Value || len(h.redemptions(audit.Done)) != 1 {
			h.t.Error("the second click made another session")
		}
		thief := h.visitor(acmeHost)
		thief.cookies["__Host-doorward-attempt"] = strings.Repeat("A", 26)
		thief.press(shown).mustBe(h.t, http.StatusGone)
	})
}

func TestEveryUselessLinkIsAnsweredAlike(t *testing.T) {
	open(t, func(h house) {
		spent, late := h.mint("owner@acme.test"), h.mint("buyer@acme.test")
		h.visitor(acmeHost).signIn(spent)
		h.env.Clock.Advance(31 * time.Second)
		stranger, want := h.visitor(acmeHost), ""
		for name, link := range map[string]string{
			"spent": spent, "expired": late, "empty": "/login?token=", "short": "/login?token=abc", "cut": spent[:len(spent)-1],
			"unknown": "/login?token=AAAAAAAAAAAAAAAAAAAAAA", "altered": strings.ToUpper(late), "long": "/login?token=" + strings.Repeat("a", 4000),
		} {
			if name == "altered" {
				link = strings.Replace(link, "/LOGIN?TOKEN=", "/login?token=", 1)
			}
			got := stranger.get(link)
			got.mustBe(h.t, http.StatusGone)
			got.body = strings.ReplaceAll(got.body, got.header.Get("X-Request-Id"), "")
			if want == "" {
				want = got.body
			}
			if got.body != want {
				h.t.Errorf("%s is answered differently:\n%s", name, got.body)
			}
			if !strings.Contains(got.body, "Reference for support") {
				h.t.Errorf("%s: no reference", name)
			}
		}
	})
}

func TestAudiencesThatShareAPathAreToldApart(t *testing.T) {
	shared := strings.Replace(directory, "  - id: 2\n", `  - id: 8
    name: First
    kind: portal
    url: "{portal}/in?module=first&t={token}"
    lifetime: {default: 30s, min: 5s, max: 60s}
  - id: 9
    name: Second
    kind: portal
    url: "{portal}/in?t={token}"
    lifetime: {default: 30s, min: 5s, max: 60s}
  - id: 2
`, 1)
	open(t, func(h house) {
		h.env.Apply(h.t, shared)
		mint := func(audience authority.AudienceID) string {
			return h.mintFor(authority.ByKey(secret.Of(erpKey)), authority.MintRequest{
				Account: tenant.Account(1200), Email: "owner@acme.test", Audience: audience,
			})
		}
		ada, first, second := h.visitor(acmeHost), mint(8), mint(9)
		ada.get(strings.Replace(first, "module=first&", "", 1)).mustBe(h.t, http.StatusGone)
		ada.get(strings.Replace(first, "first", "other", 1)).mustBe(h.t, http.StatusGone)
		ada.get(first+"&utm_source=mail").mustSay(h.t, "First")
		ada.get(second).mustSay(h.t, "Second")
		ada.signIn(first)
		h.env.Clock.Advance(time.Second)
		ada.signIn(second)
		for i, e := range h.redemptions(audit.Done) {
			if e.Audience != int64(8+i) {
				h.t.Errorf("redemption %d is for audience %d", i, e.Audience)
			}
		}
	})
}
