package limit_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
)

func TestAPlaceIsWaitedForAsLongAsItsBoundAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait = 10 * time.Millisecond
		places, began := limit.NewPlaces(1, 1, wait), time.Now()
		if err := places.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := places.Take(t.Context())
		if f := fault.As(err); f.Kind != fault.Unavailable || f.Reason != "waited-too-long" || f.RetryAfter != time.Second || time.Since(began) != wait {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if places.Taken() != 1 || places.Waiting() != 0 {
			t.Errorf("%d taken, %d wait", places.Taken(), places.Waiting())
		}
		second := make(chan error, 1)
		go func() { second <- places.Take(t.Context()) }()
		synctest.Wait()
		if f := fault.As(places.Take(t.Context())); f.Reason != "pool-full" {
			t.Errorf("beyond the queue: %v", f)
		}
		places.Free()
		if err := <-second; err != nil || time.Since(began) != wait {
			t.Errorf("who waits for a free place: %v", err)
		}
	})
}

// serveWaiting has so many wait at once and each hold the one place for that long, and returns how many got it.
func serveWaiting(t *testing.T, places *limit.Places, many int, each time.Duration) (served int) {
	t.Helper()
	var all sync.WaitGroup
	var got atomic.Int64
	for range many {
		all.Go(func() {
			if places.Take(t.Context()) == nil {
				got.Add(1)
				time.Sleep(each)
				places.Free()
			}
		})
	}
	all.Wait()
	return int(got.Load())
}

func TestWhoWouldWaitTooLongIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait, slow, fast = 100 * time.Millisecond, 40 * time.Millisecond, time.Millisecond
		places := limit.NewPlaces(1, 50, wait)
		for range 200 {
			serveWaiting(t, places, 3, slow)
		}
		if err := places.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
		began, waiting := time.Now(), make(chan error, 2)
		for range 2 {
			go func() { waiting <- places.Take(t.Context()) }()
			synctest.Wait()
		}
		if f := fault.As(places.Take(t.Context())); f.Kind != fault.Unavailable || f.Reason != "would-wait-too-long" || f.RetryAfter != time.Second || time.Since(began) != 0 {
			t.Errorf("the third, of a turn each %s, after %s: %v", slow, time.Since(began), f)
		}
		if places.Waiting() != 2 {
			t.Errorf("%d wait", places.Waiting())
		}
		for range 2 {
			places.Free()
			if err := <-waiting; err != nil {
				t.Error(err)
			}
		}
		places.Free()
		for range 400 {
			serveWaiting(t, places, 2, fast) // the one that waits always may, and learns that it is fast again
		}
		if served := serveWaiting(t, places, 40, fast); served != 40 {
			t.Errorf("once it was fast again, %d of 40 at once were served", served)
		}
	})
}
