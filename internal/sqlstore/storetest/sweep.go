package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
)

// The cases sweep all that ended more than an hour ago.
var sweepCases = []Case{
	{"sessions that ended long ago leave, and no others", func(t testing.TB, s Subject) {
		s.fixture(t)
		var all []authority.Session
		for n, spoil := range []func(one *authority.Session){
			func(*authority.Session) {},
			func(one *authority.Session) { one.ExpiresAt = one.OpenedAt.Add(2 * time.Hour) },
			func(one *authority.Session) { one.ExpiresAt = one.OpenedAt.Add(time.Hour) },
			func(one *authority.Session) { one.IdleLifetime = 2 * time.Hour },
			func(one *authority.Session) { one.IdleLifetime = time.Hour },
			func(*authority.Session) {}, // closed long ago
			func(*authority.Session) {}, // closed lately
		} {
			one := s.lasting(byte(n + 1))
			spoil(&one)
			all = append(all, one)
		}
		s.putSessions(t, all...)
		s.close(t, all[5].ID)
		s.Clock.Advance(2*time.Hour + time.Second)
		s.close(t, all[6].ID)
		s.sweepSessions(t, 100, 3)
		s.wantSessions(t, all[0].ID, all[1].ID, all[3].ID, all[6].ID)
	}},
	{"a session that a session or a login token descends from stays until these have left", func(t testing.TB, s Subject) {
		s.fixture(t)
		parent, child, minting := s.lasting(1), s.lasting(2), s.lasting(3)
		child.Parent = parent.ID
		l := s.token(4)
		l.Parent = minting.ID
		s.putSessions(t, parent, child, minting)
		s.mint(t, l)
		s.close(t, parent.ID, minting.ID)
		s.Clock.Advance(90 * time.Minute)
		s.close(t, child.ID)
		s.sweepSessions(t, 100, 0)
		s.Clock.Advance(90 * time.Minute)
		s.sweepSessions(t, 100, 1) // the child
		s.sweepSessions(t, 100, 1) // the parent
		s.sweepTokens(t, 100, 1)
		s.sweepSessions(t, 100, 1) // what the token came from
		s.wantSessions(t)
	}},
	{"login tokens leave when they expired long ago, or were spent and their session has left", func(t testing.TB, s Subject) {
		s.fixture(t)
		expired, spent, inVain, live := s.token(1), s.token(2), s.token(3), s.token(4)
		live.ExpiresAt = live.MintedAt.Add(24 * time.Hour)
		for _, l := range []authority.LoginToken{expired, spent, inVain, live} {
			s.mint(t, l)
		}
		r, session := redemptionOf(spent), s.lasting(9)
		r.Session = session.ID
		s.putSessions(t, session)
		s.redeem(t, r)
		s.redeem(t, redemptionOf(inVain))
		s.Clock.Advance(2 * time.Hour)
		s.sweepTokens(t, 100, 2)
		if f := s.factsOf(t, spent.ID); f.LoginToken.Session != session.ID {
			t.Error("a token whose session is there has left: its redeemer could not repeat itself")
		}
		s.close(t, session.ID)
		s.Clock.Advance(2 * time.Hour)
		s.sweepSessions(t, 100, 1)
		s.sweepTokens(t, 100, 1)
		if s.factsOf(t, live.ID).LoginToken.ID != live.ID {
			t.Error("a live token has left")
		}
	}},
	{"a walk in short steps finds all that has ended", func(t testing.TB, s Subject) {
		s.fixture(t)
		for n := range byte(9) {
			s.putSessions(t, s.lasting(n+1))
			s.mint(t, s.token(n+1))
		}
		s.close(t, authority.SessionID{1}, authority.SessionID{2}, authority.SessionID{4}, authority.SessionID{9})
		s.Clock.Advance(2 * time.Hour)
		s.sweepSessions(t, 3, 4)
		s.sweepTokens(t, 3, 9)
	}},
	{"what comes to life again before it is dropped stays", func(t testing.TB, s Subject) {
		s.fixture(t)
		one := s.lasting(1)
		one.IdleLifetime = time.Minute
		s.putSessions(t, one)
		s.Clock.Advance(2 * time.Hour)
		before := s.Store.Now().Add(-time.Hour)
		s.change(t, func(tx authority.Tx) { tx.TouchSession(one.ID, s.Store.Now()) })
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) error {
			if n, err := tx.DropSessions(ctx, []authority.SessionID{one.ID}, before); n != 0 || err != nil {
				t.Errorf("dropped %d: %v", n, err)
			}
			return nil
		})
		s.wantSessions(t, one.ID)
	}},
	{"repeats leave when they have expired", func(t testing.TB, s Subject) {
		s.putRepeat(t, s.repeat(1, time.Minute))
		s.putRepeat(t, s.repeat(2, time.Hour))
		s.Clock.Advance(30 * time.Minute)
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) error {
			if n, err := tx.SweepRepeats(ctx, s.Store.Now(), 10); n != 1 || err != nil {
				t.Errorf("%d left: %v", n, err)
			}
			return nil
		})
		if _, found := s.repeated(t, s.repeat(2, 0).ID); !found {
			t.Error("one that has not expired has left")
		}
	}},
	{"space is given back in steps that end", func(t testing.TB, s Subject) {
		for range 100 {
			more := false
			s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
				more, err = tx.ReturnSpace(ctx)
				return err
			})
			if !more {
				return
			}
		}
		t.Error("an empty store has space to give back for ever")
	}},
}

// lasting returns a session that lives for a day.
func (s Subject) lasting(n byte) authority.Session {
	one := s.session(n)
	one.ExpiresAt, one.IdleLifetime = one.OpenedAt.Add(24*time.Hour), 0
	return one
}

func (s Subject) putSessions(t testing.TB, sessions ...authority.Session) {
	t.Helper()
	s.change(t, func(tx authority.Tx) {
		for _, one := range sessions {
			tx.PutSession(one)
		}
	})
}

func (s Subject) wantSessions(t testing.TB, want ...authority.SessionID) {
	t.Helper()
	var got []authority.SessionID
	for _, one := range s.sessions(t, authority.SessionFilter{}, authority.SessionID{}, 100) {
		got = append(got, one.ID)
	}
	slices.Reverse(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sessions that are there: %s", diff)
	}
}

func (s Subject) sweepSessions(t testing.TB, limit, want int) {
	t.Helper()
	walk(t, s, limit, want, authority.SweepView.EndedSessions, authority.SweepTx.DropSessions)
}

func (s Subject) sweepTokens(t testing.TB, limit, want int) {
	t.Helper()
	walk(t, s, limit, want, authority.SweepView.EndedLoginTokens, authority.SweepTx.DropLoginTokens)
}

// walk drops what ended more than an hour ago, in steps of limit rows, and wants it to be so many.
func walk[ID comparable](
	t testing.TB, s Subject, limit, want int,
	find func(v authority.SweepView, ctx context.Context, after ID, before time.Time, limit int) ([]ID, ID, error),
	drop func(tx authority.SweepTx, ctx context.Context, ids []ID, before time.Time) (int, error),
) {
	t.Helper()
	before, dropped := s.Store.Now().Add(-time.Hour), 0
	var after, none ID
	for {
		var ended []ID
		s.view(t, func(ctx context.Context, v authority.View) (err error) {
			ended, after, err = find(v, ctx, after, before, limit)
			return err
		})
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) error {
			n, err := drop(tx, ctx, ended, before)
			dropped += n
			return err
		})
		if after == none {
			break
		}
	}
	if dropped != want {
		t.Errorf("%d were dropped, not %d", dropped, want)
	}
}
