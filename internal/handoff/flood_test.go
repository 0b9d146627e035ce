package handoff_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

func TestAFloodOfMadeUpLinksIsAskedToWaitAndHoldsUpNobody(t *testing.T) {
	open(t, func(h house) {
		live, later := h.mint("owner@acme.test"), h.mint("buyer@acme.test")
		stranger := h.visitor(acmeHost)
		for range authority.GuessRules[authority.TokenGuessesOfSource].Failures {
			stranger.get("/login?token=made-up").mustBe(h.t, http.StatusGone)
		}
		told := stranger.get("/login?token=made-up")
		told.mustBe(h.t, http.StatusTooManyRequests)
		if told.header.Get("Retry-After") != "60" {
			h.t.Errorf("Retry-After is %q", told.header.Get("Retry-After"))
		}
		from := authority.Origin{Dialect: "test", Source: netip.MustParseAddr("127.0.0.1")}
		if _, _, err := h.env.Authority.AuthenticateSession(h.t.Context(), from, secret.Of("x")); fault.KindOf(err) != fault.TooMany {
			h.t.Errorf("the visitor's address was not counted: %v", err)
		}
		ada := h.visitor(acmeHost)
		ada.cookies[sessionCookie] = "of a session long gone"
		shown := ada.get(live)
		shown.mustBe(h.t, http.StatusOK)
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
		ada.get(live).mustBe(h.t, http.StatusGone)

		ben := h.visitor(acmeHost)
		ben.cookies[sessionCookie] = "of a session long gone"
		ben.get("/").mustSay(h.t, "You are not signed in")
		ben.do(http.MethodPost, "/sign-out", "").mustBe(h.t, http.StatusSeeOther)
		ben.signIn(later)
	})
}
