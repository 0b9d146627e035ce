package handoff_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// troubled is a real store that a test can cut off.
type troubled struct {
	authority.Store
	away  atomic.Bool // nothing can be read or changed
	full  atomic.Bool // nothing can be changed
	blind atomic.Bool // what is changed is changed, but its confirmation is lost
}

var errAway = &fault.Error{Kind: fault.Unavailable, Reason: "store-away", Cause: errors.New("connection refused")}

func (s *troubled) View(ctx context.Context, read func(context.Context, authority.View) error) error {
	if s.away.Load() {
		return errAway
	}
	return s.Store.View(ctx, read)
}

func (s *troubled) Change(ctx context.Context, change func(context.Context, authority.Tx) error) error {
	if s.away.Load() || s.full.Load() {
		return errAway
	}
	err := s.Store.Change(ctx, change)
	if err == nil && s.blind.Load() {
		return fault.UnknownOutcome(errors.New("connection reset"))
	}
	return err
}

func openTroubled(t *testing.T, test func(h house, store *troubled)) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			clock := testenv.NewClock()
			store := &troubled{Store: testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now})}
			env := testenv.NewOn(t, engine, store, clock)
			env.Apply(t, directory)
			test(serve(t, env), store)
		})
	}
}

func TestWithoutAStoreThePageAsksToTryAgain(t *testing.T) {
	openTroubled(t, func(h house, store *troubled) {
		ada := h.visitor(acmeHost)
		link := h.mint("owner@acme.test")
		shown := ada.get(link)
		store.away.Store(true)
		for name, p := range map[string]page{
			"link": ada.get(link), "button": ada.press(shown), "root": ada.get("/"), "unknown": ada.get("/nothing"),
			"sign out": ada.do(http.MethodPost, "/sign-out", ""),
		} {
			p.mustBe(h.t, http.StatusServiceUnavailable)
			p.mustSay(h.t, "We cannot answer right now")
			p.mustNotSay(h.t, "connection refused")
			if p.header.Get("Retry-After") != "1" || len(p.set) != 0 {
				h.t.Errorf("%s: Retry-After %q, cookies %v", name, p.header.Get("Retry-After"), p.set)
			}
		}
		store.away.Store(false)
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
	})
}

func TestAnUnknownOutcomeIsNoSuccessAndTheNextClickSettlesIt(t *testing.T) {
	openTroubled(t, func(h house, store *troubled) {
		ada := h.visitor(acmeHost)
		shown := ada.get(h.mint("owner@acme.test"))
		store.blind.Store(true)
		lost := ada.press(shown)
		lost.mustBe(h.t, http.StatusServiceUnavailable)
		if lost.set[sessionCookie] != nil {
			h.t.Fatal("a session was promised")
		}
		store.blind.Store(false)
		ada.press(shown).mustBe(h.t, http.StatusSeeOther)
		if got := len(h.redemptions(audit.Done)); got != 1 {
			h.t.Errorf("%d redemptions, not 1", got)
		}
	})
}

func TestASignOutThatFailedIsNotCalledOne(t *testing.T) {
	openTroubled(t, func(h house, store *troubled) {
		ada := h.visitor(acmeHost)
		ada.signIn(h.mint("owner@acme.test"))
		root := ada.get("/")
		store.full.Store(true)
		failed := ada.press(root)
		failed.mustBe(h.t, http.StatusServiceUnavailable)
		if len(failed.set) != 0 {
			h.t.Errorf("the cookie went: %v", failed.set)
		}
		store.full.Store(false)
		ada.get("/").mustSay(h.t, "Signed in as <bdi>Ada Acme</bdi>")
	})
}
