package handoff_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

var origin = authority.Origin{Dialect: "test"}

func TestSigningOutClosesTheSessionAndClearsTheCookie(t *testing.T) {
	open(t, func(h house) {
		ada := h.visitor(acmeHost)
		ada.signIn(h.mint("owner@acme.test"))
		token := secret.Of(ada.cookies[sessionCookie])
		out := ada.press(ada.get("/"))
		out.mustBe(h.t, http.StatusSeeOther)
		if to := out.header.Get("Location"); to != "/" || ada.cookies[sessionCookie] != "" {
			h.t.Errorf("sent to %q with cookies %v", to, ada.cookies)
		}
		verdict, err := h.env.Authority.VerifySession(h.t.Context(), origin, token)
		if err != nil || verdict.Valid() {
			h.t.Errorf("the session lives on: %v", err)
		}
		if closed := h.events(func(e audit.Event) bool { return e.Act == audit.CloseSession }); len(closed) != 1 {
			h.t.Errorf("%d sessions closed on record, not 1", len(closed))
		}
		ada.get("/").mustSay(h.t, "You are not signed in")
		ada.cookies[sessionCookie] = token.Reveal()
		ada.do(http.MethodPost, "/sign-out", "").mustBe(h.t, http.StatusSeeOther)
	})
}

func TestWithoutASessionThePageSaysWhatToDo(t *testing.T) {
	open(t, func(h house) {
		for _, host := range []string{acmeHost, panel, "nobody.test"} {
			for _, cookie := range []string{"", "rubbish", "0123456789ABCDEF0123456789ABCDEF"} {
				stranger := h.visitor(host)
				if cookie != "" {
					stranger.cookies[sessionCookie] = cookie
				}
				p := stranger.get("/")
				p.mustBe(h.t, http.StatusOK)
				p.mustSay(h.t, "You are not signed in", "Open the link from your portal or provider again")
			}
		}
		h.visitor(acmeHost).get("/login").mustSay(h.t, "You are not signed in")
	})
}

func TestASessionThatEndedIsNotShown(t *testing.T) {
	open(t, func(h house) {
		ada := h.visitor(acmeHost)
		ada.signIn(h.mint("owner@acme.test"))
		h.env.Clock.Advance(61 * time.Minute)
		ada.get("/").mustSay(h.t, "You are not signed in")
	})
}
