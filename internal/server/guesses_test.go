package server_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/doorward/doorward/internal/authority"
)

// keyLogIns is what programs log in with, one in every dialect.
func keyLogIns(t *testing.T, h *house) map[string]request {
	t.Helper()
	return map[string]request{
		"alephee":        alephee("key-of-the-integrator", "1200", "ada@acme.test"),
		"pulse":          pulsePair("pair-of-ada", "the-secret-of-ada"),
		"activeplatform": owner("the-manager-key-of-ada", "1", "1200"),
		"crmcom":         crmCode("CODE-ada", "ORG"),
		"native":         redeem("key-of-the-portal", h.mint(t, "ada@acme.test", 1), ""),
	}
}

func (h *house) wantKeysIn(t *testing.T) {
	t.Helper()
	for name, q := range keyLogIns(t, h) {
		if got := h.send(t, q); got.Status != http.StatusOK || strings.Contains(got.Body, "INVALID") {
			t.Errorf("a key in %s: %d %s", name, got.Status, got.Body)
		}
	}
}

func TestBeyondTheQueuePasswordsAreToldToComeAgainAndKeysLogIn(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		release := h.fill(t)
		for name, c := range map[string]struct {
			request
			status int
			says   string
		}{
			"pulse, password":   {pulsePassword("ada@acme.test", "right"), http.StatusServiceUnavailable, `"error":"Service Unavailable"`},
			"pulse, nobody":     {pulsePassword("nobody@acme.test", "right"), http.StatusServiceUnavailable, `"error":"Service Unavailable"`},
			"crmcom, password":  {crmPassword("ada", "right", "ORG"), http.StatusOK, `"code":"INTERNAL_ERROR"`}, // failures are 200 there
			"crmcom, pass code": {crmPassCode("CARD-ada", "right", "ORG"), http.StatusOK, `"code":"INTERNAL_ERROR"`},
		} {
			for range 10 { // none of which is a failed try
				got := h.send(t, c.request)
				if got.Status != c.status || got.Header.Get("Retry-After") != "1" || !strings.Contains(got.Body, c.says) {
					t.Errorf("%s: %d, Retry-After %q: %s", name, got.Status, got.Header.Get("Retry-After"), got.Body)
				}
			}
		}
		h.wantKeysIn(t)
		release()
		if got := h.send(t, pulsePassword("ada@acme.test", "right")); got.Status != http.StatusOK {
			t.Errorf("once there is room: %d %s", got.Status, got.Body)
		}
	})
}

// fill takes the one worker and every place in the queue until release.
func (h *house) fill(t *testing.T) (release func()) {
	t.Helper()
	end, busy := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { _ = h.pool.Do(context.Background(), func() { close(busy); <-end }) })
	<-busy
	for range queue {
		all.Go(func() { _ = h.pool.Do(context.Background(), func() {}) })
	}
	for h.pool.Waiting() < queue {
		runtime.Gosched() // they are on their way into the queue
	}
	return sync.OnceFunc(func() {
		close(end)
		all.Wait()
	})
}

func TestABurstOfWrongPasswordsCostsNoMoreHashesThanThereAreTries(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		want := h.send(t, pulsePassword("nobody@nowhere.test", "wrong"))
		before := h.work.done.Load()
		asked := h.asked.count(authority.GuessBySource).Load()
		release := h.hold(t)
		const burst = 100
		replies := make(chan response, burst)
		for i := range burst {
			q := pulsePassword("ada@acme.test", "wrong")
			if i == burst-1 {
				q = pulsePassword("ada@acme.test", "right") // it comes too late
			}
			go func() { replies <- h.send(t, q) }()
			h.asked.waitFor(authority.GuessBySource, asked+int64(i)+1)
		}
		release()
		for range burst {
			if diff := cmp.Diff(want, <-replies); diff != "" {
				t.Errorf("not answered alike (-want +got):\n%s", diff)
			}
		}
		if hashes := h.work.done.Load() - before; hashes != 5 {
			t.Errorf("%d tries cost %d hashes", burst, hashes)
		}
		h.env.Clock.Advance(time.Minute) // so that refusals are recorded singly again; the lock is longer
		got, took, event := h.try(t, asking(pulsePassword("ada@acme.test", "right")))
		if diff := cmp.Diff(want, got); diff != "" || took.Hashes != 1 || event.Reason != authority.ReasonLocked {
			t.Errorf("afterwards the right one costs %d hashes, refused for %q: %s", took.Hashes, event.Reason, diff)
		}
		h.wantKeysIn(t)
	})
}

// hold takes the one worker until release.
func (h *house) hold(t *testing.T) (release func()) {
	t.Helper()
	end, busy := make(chan struct{}), make(chan struct{})
	go func() { _ = h.pool.Do(context.Background(), func() { close(busy); <-end }) }()
	<-busy
	return sync.OnceFunc(func() { close(end) })
}

// asked counts what is asked of the budgets, by class.
type asked struct {
	authority.Limiter
	of sync.Map // class to *atomic.Int64
}

func (a *asked) count(class string) *atomic.Int64 {
	n, _ := a.of.LoadOrStore(class, &atomic.Int64{})
	return n.(*atomic.Int64)
}

func (a *asked) Reserve(ctx context.Context, class, key string) (func(failed bool), time.Duration, error) {
	a.count(class).Add(1)
	return a.Limiter.Reserve(ctx, class, key)
}

func (a *asked) waitFor(class string, n int64) {
	for a.count(class).Load() < n {
		runtime.Gosched() // they are on their way through the server
	}
}

func TestEverySpellingInEveryDialectSharesOneBudget(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		right := map[string]request{
			"pulse": pulsePassword("zoé@acme.test", "right"), "crmcom, e-mail": crmPassword("zoé@acme.test", "right", "ORG"),
			"crmcom, user name": crmPassword("zoé", "right", "ORG"), "crmcom, pass code": crmPassCode("CARD-zoé", "right", "ORG"),
		}
		for i, spellings := range [][]request{
			{
				pulsePassword("zoé@acme.test", "wrong"), pulsePassword("ZOé@ACME.test", "wrong"), pulsePassword(norm.NFD.String("zoé@acme.test"), "wrong"),
				crmPassword("zoé@acme.test", "wrong", "OTHER"), crmPassword("zoé@acme.TEST", "wrong", "NONE"),
			},
			{
				crmPassword("zoé", "wrong", "ORG"), crmPassword("ZOé", "wrong", "ORG"), crmPassword(norm.NFD.String("zoé"), "wrong", "ORG"),
				crmPassCode("CARD-zoé", "wrong", "ORG"), pulsePassword("zoé@acme.test", "wrong"),
			},
		} {
			h.env.Clock.Advance(time.Hour)
			for name, q := range right {
				if got := h.send(t, q); got.Status != http.StatusOK || strings.Contains(got.Body, "INVALID") {
					t.Fatalf("%d, %s: %d %s", i, name, got.Status, got.Body)
				}
			}
			for _, q := range spellings {
				h.send(t, q)
			}
			for name, q := range right {
				if _, _, event := h.try(t, asking(q)); event.Reason != authority.ReasonLocked {
					t.Errorf("%d, %s: refused for %q", i, name, event.Reason)
				}
			}
		}
	})
}

// TestWhatOnlyLooksLikeANameIsNobodysAndHasABudgetOfItsOwn: a look-alike locks nobody out, nor gains more tries at anybody.
func TestWhatOnlyLooksLikeANameIsNobodysAndHasABudgetOfItsOwn(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		for _, name := range []string{" ada@acme.test", "ada@acme.test ", "ada\u200b@acme.test", "\u0430da@acme.test", "ada@acme\uff0etest", "ada@acme.test\u00a0"} {
			h.env.Clock.Advance(time.Hour)
			for range 5 {
				if _, _, event := h.try(t, asking(pulsePassword(name, "right"))); event.Reason != authority.ReasonUnknown {
					t.Errorf("%q is refused for %q", name, event.Reason)
				}
			}
			if _, _, event := h.try(t, asking(pulsePassword(name, "right"))); event.Reason != authority.ReasonLocked {
				t.Errorf("the sixth try of %q is refused for %q", name, event.Reason)
			}
			if got := h.send(t, pulsePassword("ada@acme.test", "right")); got.Status != http.StatusOK {
				t.Errorf("after %q: %d %s", name, got.Status, got.Body)
			}
		}
	})
}

func TestUnknownTokensAreRefusedInEveryDialectsShape(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		unknown := map[string]request{
			"pulse":  {method: "GET", target: "/auth/session", header: "Authorization: Bearer " + strings.Repeat("0", 64)},
			"crmcom": {method: "GET", target: "/crmapi/rest/v2/authentication/token?token=" + strings.Repeat("0", 32)},
			"native": {method: "GET", target: "/v1/session", header: "Authorization: Bearer none"},
		}
		for _, q := range unknown {
			for range authority.GuessRules[authority.TokenGuessesOfSource].Failures / len(unknown) {
				if got := h.send(t, q); got.Status == http.StatusTooManyRequests {
					t.Fatalf("too early: %s", got.Body)
				}
			}
		}
		for name, says := range map[string]string{
			"pulse": `"error":"Too Many Requests"`, "crmcom": `"code":"TOO_MANY_REQUESTS"`, "native": `"code":"too-many-requests"`,
		} {
			got := h.send(t, unknown[name])
			want := http.StatusTooManyRequests
			if name == "crmcom" {
				want = http.StatusOK // as all failures there
			}
			if got.Status != want || !strings.Contains(got.Body, says) || got.Header.Get("Retry-After") != "60" {
				t.Errorf("%s: %d, Retry-After %q: %s", name, got.Status, got.Header.Get("Retry-After"), got.Body)
			}
		}
		h.wantKeysIn(t)
	})
}
