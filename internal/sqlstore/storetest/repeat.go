package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var repeatCases = []Case{
	{"what a repeatable request made comes back until its time", func(t testing.TB, s Subject) {
		r := s.repeat(1, time.Minute)
		s.putRepeat(t, r)
		if got, found := s.repeated(t, r.ID); !found || !cmp.Equal(got, r) {
			t.Errorf("%v %+v", found, got)
		}
		s.Clock.Advance(time.Minute)
		if got, found := s.repeated(t, r.ID); found {
			t.Errorf("past its time: %+v", got)
		}
		later := s.repeat(1, time.Minute)
		later.Made = "another"
		s.putRepeat(t, later)
		if got, _ := s.repeated(t, r.ID); !cmp.Equal(got, later) {
			t.Errorf("%+v", got)
		}
	}},
	{"of many equal requests at once, one is noted and the others' changes fail", func(t testing.TB, s Subject) {
		r := s.repeat(1, time.Minute)
		var noted atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := s.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
					tx.PutRepeat(r, s.Store.Now())
					return nil
				})
				switch {
				case err == nil:
					noted.Add(1)
				case fault.KindOf(err) != fault.Conflict || fault.ReasonOf(err) != "not-unique":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if noted.Load() != 1 {
			t.Errorf("noted %d times", noted.Load())
		}
	}},
	{"a login token is cancelled once, and neither one that was redeemed nor one that has ended", func(t testing.TB, s Subject) {
		s.fixture(t)
		for n := range byte(3) {
			s.mint(t, s.token(n+1))
		}
		first := s.token(1).ID
		if !s.cancel(t, first) || s.cancel(t, first) {
			t.Error("a live one must be cancelled once")
		}
		if s.redeem(t, redemptionOf(s.token(1))) {
			t.Error("a cancelled one was redeemed")
		}
		if !s.redeem(t, redemptionOf(s.token(2))) || s.cancel(t, s.token(2).ID) {
			t.Error("one that was redeemed was cancelled")
		}
		s.Clock.Advance(24 * time.Hour)
		if s.cancel(t, s.token(3).ID) || s.cancel(t, authority.LoginTokenID{99}) {
			t.Error("one that has ended, or never was, was cancelled")
		}
	}},
}

func (s Subject) repeat(n byte, lifetime time.Duration) authority.Repeat {
	return authority.Repeat{
		ID: secret.Fingerprint{n}, Request: secret.Fingerprint{n, 1}, Seed: secret.ID{n, 2}, Made: "made",
		ExpiresAt: s.Store.Now().Add(lifetime).UTC().Truncate(time.Microsecond),
	}
}

func (s Subject) putRepeat(t testing.TB, r authority.Repeat) {
	t.Helper()
	s.change(t, func(tx authority.Tx) { tx.PutRepeat(r, s.Store.Now()) })
}

func (s Subject) repeated(t testing.TB, id secret.Fingerprint) (r authority.Repeat, found bool) {
	t.Helper()
	err := s.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		r, err = v.Repeat(ctx, id, s.Store.Now())
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		t.Fatal(err)
	}
	return r, err == nil
}

func (s Subject) cancel(t testing.TB, id authority.LoginTokenID) (ok bool) {
	t.Helper()
	err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) (err error) {
		ok, err = tx.CancelLoginToken(ctx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ok
}
