package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var redeemCases = []Case{
	{"of many that redeem one token at once, one does", func(t testing.TB, s Subject) {
		s.fixture(t)
		for round := range 20 {
			l := s.token(byte(round + 1))
			s.mint(t, l)
			if wins := s.race(t, 16, l); wins != 1 {
				t.Fatalf("round %d: %d redemptions of one token succeeded", round, wins)
			}
		}
	}},
	{"a token is redeemed once, one try after the other", func(t testing.TB, s Subject) {
		s.fixture(t)
		l := s.token(1)
		s.mint(t, l)
		if !s.redeem(t, redemptionOf(l)) || s.redeem(t, redemptionOf(l)) {
			t.Error("the first redemption failed or the second did not")
		}
	}},
	{"a redemption is recorded with the token", func(t testing.TB, s Subject) {
		s.fixture(t)
		l, r := s.token(1), redemptionOf(s.token(1))
		s.mint(t, l)
		s.redeem(t, r)
		got := s.factsOf(t, l.ID).LoginToken
		if got.RedeemedBy != r.By || got.RedeemKey != r.Key || got.Session != r.Session || !got.RedeemedAt.Equal(s.Store.Now()) {
			t.Errorf("recorded %+v", got)
		}
	}},
	{"a token is redeemed until just before its end", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.mint(t, s.token(1))
		r := redemptionOf(s.token(1))
		s.Clock.Advance(time.Minute - time.Microsecond)
		if !s.redeem(t, r) {
			t.Error("a token was refused before its end")
		}
	}},
	{"a token is not redeemed at its end", func(t testing.TB, s Subject) {
		s.refuses(t, func(authority.LoginToken, *authority.Redemption) { s.Clock.Advance(time.Minute) })
	}},
	{"a token is not redeemed with another fingerprint", func(t testing.TB, s Subject) {
		s.refuses(t, func(_ authority.LoginToken, r *authority.Redemption) { r.Fingerprint = secret.Fingerprint{99} })
	}},
	{"a token is not redeemed for another audience", func(t testing.TB, s Subject) {
		s.refuses(t, func(_ authority.LoginToken, r *authority.Redemption) { r.Audience = audience + 1 })
	}},
	{"a token is not redeemed for another e-mail", func(t testing.TB, s Subject) {
		s.refuses(t, func(_ authority.LoginToken, r *authority.Redemption) { r.CanonicalEmail = "other@acme.test" })
	}},
	{"a token is not redeemed for an e-mail of nobody", func(t testing.TB, s Subject) {
		s.refuses(t, func(_ authority.LoginToken, r *authority.Redemption) { r.CanonicalEmail = "nobody@acme.test" })
	}},
	{"a token minted before the fence was raised is not redeemed", func(t testing.TB, s Subject) {
		s.refuses(t, func(authority.LoginToken, *authority.Redemption) {
			s.change(t, func(tx authority.Tx) { tx.RaiseFence() })
		})
	}},
	{"a token minted after the fence was raised is redeemed", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) { tx.RaiseFence() })
		s.mint(t, s.token(1))
		if !s.factsOf(t, authority.LoginTokenID{1}).Live || !s.redeem(t, redemptionOf(s.token(1))) {
			t.Error("a token of the current epoch was refused")
		}
	}},
	{"a validation token is never redeemed", func(t testing.TB, s Subject) {
		s.fixture(t)
		l := s.token(1)
		l.Reusable = true
		s.mint(t, l)
		if s.redeem(t, redemptionOf(l)) || !s.factsOf(t, l.ID).LoginToken.RedeemedAt.IsZero() {
			t.Error("a validation token was spent")
		}
	}},
	{"a token is redeemed for its e-mail in canonical form", func(t testing.TB, s Subject) {
		s.fixture(t)
		l, r := s.token(1), redemptionOf(s.token(1))
		r.CanonicalEmail = "owner@acme.test"
		s.mint(t, l)
		if !s.redeem(t, r) {
			t.Error("refused")
		}
	}},
	{"a redemption within a change that fails spends nothing", func(t testing.TB, s Subject) {
		s.fixture(t)
		l := s.token(1)
		s.mint(t, l)
		_ = s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			if _, _, err := tx.RedeemLoginToken(ctx, redemptionOf(l)); err != nil {
				return err
			}
			return errRefused
		})
		if !s.redeem(t, redemptionOf(l)) {
			t.Error("the token was spent by a change that failed")
		}
	}},
	{"of redemptions at once, those that fail take no other with them", func(t testing.TB, s Subject) {
		s.fixture(t)
		for round := range 4 {
			failing := []togetherKind{refusedAfter, opensWhatIsThere}[round%2] // one of them alone, or each would hide the other
			s.redeemTogether(t, byte(round*togetherAtOnce), []togetherKind{redeems, asksMore, failing})
		}
	}},
	{"what is told of a redemption that comes to nothing is not believed", func(t testing.TB, s Subject) {
		s.fixture(t)
		for round := range 3 {
			s.redeemBesideOnesThatFail(t, byte(round*togetherAtOnce))
		}
	}},
	{"a redemption returns all that decides whether the token counts", func(t testing.TB, s Subject) {
		s.fixture(t)
		l := s.token(1)
		s.mint(t, l)
		var facts authority.LoginTokenFacts
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
			facts, _, err = tx.RedeemLoginToken(ctx, redemptionOf(l))
			return err
		})
		if facts.Subject.Principal.ID != owner || facts.Minter.Principal.ID != minter || facts.Credential.ID != minterKey ||
			len(facts.Account) != 5 || facts.Audience.ID != audience || !facts.Live || facts.Actor.Principal.ID != "" {
			t.Errorf("facts: %+v", facts)
		}
	}},
	{"showing a token is counted until it is spent", func(t testing.TB, s Subject) {
		s.fixture(t)
		l := s.token(1)
		s.mint(t, l)
		s.change(t, func(tx authority.Tx) { tx.CountLoginTokenShown(l.ID, 1, 2) })
		s.redeem(t, redemptionOf(l))
		s.change(t, func(tx authority.Tx) { tx.CountLoginTokenShown(l.ID, 1, 1) })
		if got := s.factsOf(t, l.ID).LoginToken; got.Shown != 1 || got.Absorbed != 2 {
			t.Errorf("shown %d, absorbed %d", got.Shown, got.Absorbed)
		}
	}},
	{"an unknown token is not found", func(t testing.TB, s Subject) {
		err := s.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			_, err := v.LoginTokenFacts(ctx, authority.LoginTokenID{42})
			return err
		})
		if fault.KindOf(err) != fault.NotFound || s.redeem(t, redemptionOf(s.token(42))) {
			t.Errorf("an unknown token: %v", err)
		}
	}},
}

const togetherAtOnce = 40

// togetherKind is what a change does beside redeeming a token and opening its session.
type togetherKind int

const (
	redeems          togetherKind = iota
	asksMore                      // after the redemption
	refusedAfter                  // it
	opensWhatIsThere              // a session that there is already
)

// redeemTogether redeems tokens at once, by changes of these kinds in turn.
func (s Subject) redeemTogether(t testing.TB, first byte, kinds []togetherKind) {
	t.Helper()
	taken := s.session(first + 1)
	taken.ID = authority.SessionID{first + 1, 77}
	s.change(t, func(tx authority.Tx) {
		for i := range byte(togetherAtOnce) {
			tx.PutLoginToken(s.token(first + i + 1))
		}
		tx.PutSession(taken)
	})
	start := make(chan struct{})
	failures := make([]error, togetherAtOnce)
	var wait sync.WaitGroup
	for i := range byte(togetherAtOnce) {
		wait.Go(func() {
			<-start
			failures[i] = s.redeemAndOpen(t, kinds[int(i)%len(kinds)], s.token(first+i+1), taken)
		})
	}
	close(start)
	wait.Wait()
	for i := range byte(togetherAtOnce) {
		s.wantTogether(t, kinds[int(i)%len(kinds)], s.token(first+i+1), failures[i])
	}
}

func (s Subject) redeemAndOpen(t testing.TB, kind togetherKind, l authority.LoginToken, taken authority.Session) error {
	return s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		_, spent, err := tx.RedeemLoginToken(ctx, redemptionOf(l))
		if err != nil {
			return err
		}
		session := s.session(l.ID[0])
		session.ID = redemptionOf(l).Session
		switch kind {
		case refusedAfter:
			return errRefused
		case asksMore:
			if _, err := tx.LoginTokenFacts(ctx, l.ID); err != nil || !spent {
				return err
			}
		case opensWhatIsThere:
			session = taken
		}
		tx.PutSession(session)
		return nil
	})
}

func (s Subject) wantTogether(t testing.TB, kind togetherKind, l authority.LoginToken, err error) {
	t.Helper()
	spent := !s.factsOf(t, l.ID).LoginToken.RedeemedAt.IsZero()
	var open bool
	s.view(t, func(ctx context.Context, v authority.View) error {
		_, err := v.SessionFacts(ctx, redemptionOf(l).Session)
		open = err == nil
		return nil
	})
	want := kind == redeems || kind == asksMore
	if spent != want || open != want || (err == nil) != want ||
		kind == refusedAfter && !errors.Is(err, errRefused) || kind == opensWhatIsThere && fault.KindOf(err) != fault.Conflict {
		t.Errorf("kind %d: spent %v, session %v, %v", kind, spent, open, err)
	}
}

// refuses mints a token, lets spoil change one thing, and demands that the redemption is refused and spends nothing.
func (s Subject) refuses(t testing.TB, spoil func(l authority.LoginToken, r *authority.Redemption)) {
	t.Helper()
	s.fixture(t)
	l := s.token(1)
	r := redemptionOf(l)
	s.mint(t, l)
	spoil(l, &r)
	if s.redeem(t, r) {
		t.Error("redeemed all the same")
	}
	if got := s.factsOf(t, l.ID).LoginToken; !got.RedeemedAt.IsZero() {
		t.Error("a refused redemption spent the token")
	}
}

// race lets n clients redeem a token at once and returns how many did.
func (s Subject) race(t testing.TB, n int, l authority.LoginToken) int {
	t.Helper()
	var wins atomic.Int64
	var wait sync.WaitGroup
	start := make(chan struct{})
	for range n {
		wait.Go(func() {
			<-start
			if s.redeem(t, redemptionOf(l)) {
				wins.Add(1)
			}
		})
	}
	close(start)
	wait.Wait()
	return int(wins.Load())
}

func (s Subject) changeWith(t testing.TB, change func(ctx context.Context, tx authority.Tx) error) {
	t.Helper()
	if err := s.Store.Change(t.Context(), change); err != nil {
		t.Fatalf("change: %v", err)
	}
}

// redeemBesideOnesThatFail tries each token twice at once: one of the two fails whatever it finds, the other if the token is
// spent, which it never is.
func (s Subject) redeemBesideOnesThatFail(t testing.TB, first byte) {
	t.Helper()
	s.change(t, func(tx authority.Tx) {
		for i := range byte(togetherAtOnce) {
			tx.PutLoginToken(s.token(first + i + 1))
		}
	})
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i := range byte(2 * togetherAtOnce) {
		wait.Go(func() {
			<-start
			fails := i%2 == 0
			err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				_, spent, err := tx.RedeemLoginToken(ctx, redemptionOf(s.token(first+i/2+1)))
				if err == nil && (fails || !spent) {
					err = errRefused
				}
				return err
			})
			if fails != errors.Is(err, errRefused) {
				t.Errorf("token %d, fails %v: %v", i/2, fails, err)
			}
		})
	}
	close(start)
	wait.Wait()
}
