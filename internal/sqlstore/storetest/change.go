package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var errRefused = errors.New("refused")

var changeCases = []Case{
	{"a change is there for every view after it", func(t testing.TB, s Subject) {
		for i := range 50 {
			name := fmt.Sprint("n", i)
			s.change(t, func(tx authority.Tx) { tx.PutSettingOnce(name, "v") })
			if got := s.setting(t, name); got != "v" {
				t.Fatalf("setting %s is %q right after its change was acknowledged", name, got)
			}
		}
	}},
	{"of many changes at once each is there when it is acknowledged, and one whose row is refused fails alone", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) { tx.PutSession(s.session(20)) })
		var all sync.WaitGroup
		start := make(chan struct{})
		for n := byte(1); n <= 40; n++ {
			all.Go(func() {
				<-start
				err := s.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
					tx.PutSession(s.session(n))
					tx.Append(audit.Event{ID: secret.ID{n}, At: s.Store.Now()})
					return nil
				})
				if refused := fault.KindOf(err) == fault.Conflict; refused != (n == 20) || !refused && err != nil {
					t.Errorf("change %d: %v", n, err)
				}
				if got := s.sessions(t, authority.SessionFilter{ID: authority.SessionID{n}}, authority.SessionID{}, 1); len(got) != 1 {
					t.Errorf("session %d is not there after its change was acknowledged", n)
				}
			})
		}
		close(start)
		all.Wait()
		if got := len(s.events(t)); got != 39 {
			t.Errorf("there are %d events: one without its session, or the other way round", got)
		}
	}},
	{"a failed change leaves nothing of it", func(t testing.TB, s Subject) {
		err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			tx.PutSettingOnce("before", "v")
			if _, err := tx.Setting(ctx, "before"); err != nil { // sends what is queued
				return err
			}
			tx.Append(audit.Event{ID: secret.ID{2}, At: s.Store.Now()})
			if _, err := tx.Setting(ctx, "none"); err != nil { // need not send that
				return err
			}
			tx.PutSettingOnce("after", "v")
			tx.Append(audit.Event{ID: secret.ID{1}, At: s.Store.Now()})
			return errRefused
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("the change's own error came back as %v", err)
		}
		s.change(t, func(tx authority.Tx) { tx.PutSettingOnce("next", "v") }) // after whatever else is under way
		for _, name := range []string{"before", "after"} {
			if got := s.setting(t, name); got != "" {
				t.Errorf("the write %q of a failed change stayed", name)
			}
		}
		if n := len(s.events(t)); n != 0 {
			t.Errorf("%d events of a failed change stayed", n)
		}
	}},
	{"a failed change takes no other with it", failedBesideOthers},
	{"a change that panics fails alone", func(t testing.TB, s Subject) {
		failed := func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v", r)
				}
			}()
			return s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				tx.PutSettingOnce("panicked", "v")
				if _, err := tx.Setting(ctx, "panicked"); err != nil {
					return err
				}
				panic("a bug")
			})
		}()
		if failed == nil {
			t.Error("a change that panicked was acknowledged")
		}
		s.change(t, func(tx authority.Tx) { tx.PutSettingOnce("next", "v") })
		if s.setting(t, "panicked") != "" || s.setting(t, "next") != "v" {
			t.Error("the panic's write stayed, or the next change did not")
		}
	}},
	{"a change reads what it has written", func(t testing.TB, s Subject) {
		s.fixture(t)
		err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			tx.PutLoginToken(s.token(1))
			_, err := tx.LoginTokenFacts(ctx, authority.LoginTokenID{1})
			return err
		})
		if err != nil {
			t.Errorf("a change does not see its own write: %v", err)
		}
	}},
	{"a change whose caller has gone does not happen", func(t testing.TB, s Subject) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
			tx.PutSettingOnce("late", "v")
			return nil
		})
		if err == nil || s.setting(t, "late") != "" {
			t.Errorf("a change under an ended context was made: %v", err)
		}
	}},
	{"a view under an ended context fails", func(t testing.TB, s Subject) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Store.View(ctx, func(ctx context.Context, v authority.View) error {
			_, err := v.Setting(ctx, "fence")
			return err
		})
		if err == nil {
			t.Error("a view under an ended context answered")
		}
	}},
}

// failedBesideOthers runs many changes at once, every third of which fails after it has written.
func failedBesideOthers(t testing.TB, s Subject) {
	const changes = 90
	errs := make([]error, changes)
	var wait sync.WaitGroup
	for i := range changes {
		wait.Go(func() {
			errs[i] = s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				tx.Append(audit.Event{ID: secret.ID{1, byte(i)}, At: s.Store.Now()})
				switch i % 3 {
				case 1:
					tx.PutSettingOnce(fmt.Sprint("n", i), "v")
					return nil
				case 2:
					return nil // nothing but a new row
				}
				tx.PutSettingOnce(fmt.Sprint("n", i), "v")
				if _, err := tx.Setting(ctx, "fence"); err != nil {
					return err
				}
				return errRefused
			})
		})
	}
	wait.Wait()
	var recorded [changes]int
	for _, e := range s.events(t) {
		recorded[e.ID[1]]++
	}
	for i, err := range errs {
		stayed := s.setting(t, fmt.Sprint("n", i)) == "v"
		if fails := i%3 == 0; fails != (err != nil) || stayed != (i%3 == 1) || fails != (recorded[i] == 0) || recorded[i] > 1 {
			t.Errorf("change %d: should fail %v, error %v, stayed %v, %d events", i, fails, err, stayed, recorded[i])
		}
	}
}

func (s Subject) setting(t testing.TB, name string) (value string) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		value, err = v.Setting(ctx, name)
		return err
	})
	return value
}

func (s Subject) events(t testing.TB) (events []audit.Event) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		events, err = v.Events(ctx, authority.EventFilter{Limit: 10_000})
		return err
	})
	return events
}
