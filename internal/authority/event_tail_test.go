package authority_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// eachTail runs test on every engine with a follower of what is denied, which nothing else here is.
func eachTail(t *testing.T, test func(t *testing.T, env *testenv.Env, tail *authority.EventTail)) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		tail, err := env.Authority.TailEvents(t.Context(), operatorAtTheMachine, authority.EventFilter{Outcome: audit.Denied}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		test(t, env, tail)
	})
}

// happened commits an event that was made a while ago.
func happened(t testing.TB, env *testenv.Env, name string, ago time.Duration) {
	t.Helper()
	at := env.Clock.Now().Add(-ago)
	change(t, env, func(_ context.Context, tx authority.Tx) error {
		tx.Append(audit.Event{ID: secret.NewID(at), At: at, Outcome: audit.Denied, Request: name, Count: 1})
		return nil
	})
}

// wantTold demands what a follower tells, in this order.
func wantTold(t testing.TB, read func(tell func(audit.Event) error) error, want ...string) {
	t.Helper()
	var told []string
	err := read(func(e audit.Event) error { told = append(told, e.Request); return nil })
	if err != nil || !slices.Equal(told, want) {
		t.Errorf("told %v, %v; want %v", told, err, want)
	}
}

func next(t testing.TB, tail *authority.EventTail) func(func(audit.Event) error) error {
	return func(tell func(audit.Event) error) error { return tail.Next(t.Context(), tell) }
}

func last(t testing.TB, tail *authority.EventTail, n int) func(func(audit.Event) error) error {
	return func(tell func(audit.Event) error) error { return tail.Last(t.Context(), n, tell) }
}

func TestAFollowerTellsEachEventOnceHoweverLateItCommits(t *testing.T) {
	eachTail(t, func(t *testing.T, env *testenv.Env, tail *authority.EventTail) {
		happened(t, env, "first", 0)
		wantTold(t, next(t, tail), "first")
		wantTold(t, next(t, tail))
		env.Clock.Advance(40 * time.Second)
		happened(t, env, "second", 0)
		wantTold(t, next(t, tail), "second")
		happened(t, env, "late", 39*time.Second) // before the second one by its ID
		happened(t, env, "third", 0)
		wantTold(t, next(t, tail), "late", "third")
		wantTold(t, next(t, tail))
		env.Clock.Advance(time.Hour)
		happened(t, env, "as late as can be", authority.TailOverlap)
		wantTold(t, next(t, tail), "as late as can be")
		wantTold(t, next(t, tail))
	})
}

func TestAFollowerThatWasHeldUpMissesNothing(t *testing.T) {
	eachTail(t, func(t *testing.T, env *testenv.Env, tail *authority.EventTail) {
		happened(t, env, "first", 0)
		wantTold(t, next(t, tail), "first")
		env.Clock.Advance(time.Hour)
		happened(t, env, "meanwhile", 30*time.Minute)
		happened(t, env, "just now", 0)
		lost := errors.New("the terminal is gone")
		if err := tail.Next(t.Context(), func(audit.Event) error { return lost }); !errors.Is(err, lost) {
			t.Errorf("%v", err)
		}
		wantTold(t, next(t, tail), "meanwhile", "just now")
	})
}

func TestTheLastEventsAreToldFirstAndThenOnlyWhatComes(t *testing.T) {
	eachTail(t, func(t *testing.T, env *testenv.Env, tail *authority.EventTail) {
		for i, name := range []string{"one", "two", "three"} {
			happened(t, env, name, time.Duration(3-i)*time.Second)
		}
		wantTold(t, last(t, tail, 2), "two", "three")
		wantTold(t, next(t, tail))
		happened(t, env, "late", 4*time.Second)
		wantTold(t, next(t, tail), "late")
	})
}

func TestMoreEventsThanOnePageAreAllTold(t *testing.T) {
	eachTail(t, func(t *testing.T, env *testenv.Env, tail *authority.EventTail) {
		const many = 1203
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			for i := range many {
				at := env.Clock.Now().Add(-time.Duration(many-i) * time.Second)
				tx.Append(audit.Event{ID: secret.NewID(at), At: at, Outcome: audit.Denied, Count: int64(i)})
			}
			return nil
		})
		var told int64
		read := func() {
			err := tail.Next(t.Context(), func(e audit.Event) error {
				if e.Count != told {
					t.Fatalf("event %d in the place of %d", e.Count, told)
				}
				told++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		read()
		read()
		if told != many {
			t.Errorf("%d told", told)
		}
	})
}

func TestTheAuditLogIsForWhoMayReadIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, p := range []authority.Proof{manager, integrator, clerk} {
			_, err := env.Authority.TailEvents(t.Context(), as(t, env, p), authority.EventFilter{}, time.Time{})
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
			_, err = env.Authority.TailEvents(t.Context(), as(t, env, p), authority.EventFilter{Tenant: acme}, time.Time{})
			wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		}
	})
}
