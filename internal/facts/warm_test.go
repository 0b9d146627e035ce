package facts_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/testenv"
)

func noRest(context.Context) error { return nil }

// TestWhatLivesIsRememberedBeforeAnybodyAsks has more sessions than are read at once, and some that have ended.
func TestWhatLivesIsRememberedBeforeAnybodyAsks(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
		const many = 600
		var live, ended []authority.SessionID
		put(t, world, func(tx authority.Tx) {
			for i := range many {
				s := sessionsAt(clock.Now())[2]
				s.ID = authority.SessionID{9, byte(i >> 8), byte(i)}
				if live = append(live, s.ID); i%10 == 0 {
					s.ExpiresAt = clock.Now().Add(time.Second)
					live, ended = live[:len(live)-1], append(ended, s.ID)
				}
				tx.PutSession(s)
			}
		})
		clock.Advance(time.Minute / 2)
		node := remember(world.Store)
		done, err := node.Warm(t.Context(), noRest)
		if want := (facts.Warmed{Sessions: len(live) + 4, Origins: 4}); err != nil || done != want {
			t.Errorf("%+v, %v, want %+v", done, err, want)
		}
		for _, id := range append(live, handed, below, signedIn, acting) {
			if _, ok := asksSession("", id).recall(t, node); !ok {
				t.Fatalf("%v is not remembered with all that decides over it", id)
			}
		}
		if slices.ContainsFunc(ended, func(id authority.SessionID) bool {
			_, ok := asksSession("", id).recall(t, node)
			return ok
		}) {
			t.Error("what has ended is remembered")
		}
	})
}

func TestReadingAheadEndsWithWhoeverWantsItEnded(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
		put(t, world, func(tx authority.Tx) {
			for i := range 300 {
				s := sessionsAt(clock.Now())[2]
				s.ID = authority.SessionID{9, byte(i >> 8), byte(i)}
				tx.PutSession(s)
			}
		})
		stop := errors.New("stop")
		done, err := remember(world.Store).Warm(t.Context(), func(context.Context) error { return stop })
		if !errors.Is(err, stop) || done.Sessions == 0 || done.Sessions >= 300 {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

func TestNoMoreIsReadAheadThanIsRemembered(t *testing.T) {
	eachWorld(t, func(t *testing.T, world *facts.Store, clock *testenv.Clock) {
		put(t, world, func(tx authority.Tx) {
			for i := range 600 {
				s := sessionsAt(clock.Now())[2]
				s.ID = authority.SessionID{9, byte(i >> 8), byte(i)}
				tx.PutSession(s)
			}
		})
		few := facts.Remember(world.Store, facts.Options{Sessions: 250, Principals: 1})
		if done, err := few.Warm(t.Context(), noRest); err != nil || done != (facts.Warmed{Sessions: 250, Origins: 1, Full: true}) {
			t.Errorf("%+v, %v", done, err)
		}
	})
}
