package limit_test

import (
	"math/rand/v2"
	"slices"
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

// serveWaiting has so many come at once and each hold a place for that long, and returns how many got one.
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

// overload has somebody come every so often and hold a place for half to one and a half times so long, and counts what
// became of those who came in the second half.
func overload(t *testing.T, places *limit.Places, every, each, length time.Duration) (became map[string]int, waiting int) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	became = map[string]int{}
	count := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		became[what]++
	}
	random := rand.New(rand.NewPCG(1, 2))
	for began := time.Now(); time.Since(began) < length; time.Sleep(every) {
		late, hold := time.Since(began) > length/2, each/2+time.Duration(random.Int64N(int64(each)))
		all.Go(func() {
			err := places.Take(t.Context())
			what := "served"
			if err == nil {
				time.Sleep(hold)
				places.Free()
			} else {
				what = fault.As(err).Reason
			}
			if late {
				count(what)
			}
		})
	}
	waiting = places.Waiting()
	all.Wait()
	return became, waiting
}

// TestAsManyWaitAsHaveTheirTurnInTime asks nodes that are slow and fast, and the pool of hashes, for ten times what they
// can do: all of that is done, hardly anybody waits in vain, and the queue is as long as half a second of the node.
func TestAsManyWaitAsHaveTheirTurnInTime(t *testing.T) {
	for name, c := range map[string]struct {
		places, queue           int
		wait, each, every, runs time.Duration
		served, waiting         int
	}{
		"1000 a second":          {128, 1024, 500 * time.Millisecond, 128 * time.Millisecond, 100 * time.Microsecond, 6 * time.Second, 3000, 500},
		"500 a second":           {128, 1024, 500 * time.Millisecond, 256 * time.Millisecond, 200 * time.Microsecond, 6 * time.Second, 1500, 250},
		"500 a second, twice":    {128, 1024, 500 * time.Millisecond, 256 * time.Millisecond, time.Millisecond, 6 * time.Second, 1500, 250},
		"five hashes a second":   {1, 64, 5 * time.Second, 200 * time.Millisecond, 20 * time.Millisecond, time.Minute, 150, 25},
		"it never waits so long": {128, 64, 500 * time.Millisecond, 12 * time.Millisecond, 10 * time.Microsecond, time.Second, 5300, 64},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				became, waiting := overload(t, limit.NewPlaces(c.places, c.queue, c.wait), c.every, c.each, c.runs)
				t.Logf("%v, %d waited at the end", became, waiting)
				if served := became["served"]; served < c.served*9/10 {
					t.Errorf("%d were served in half the time, where there was time for %d", served, c.served)
				}
				if became["waited-too-long"] > became["served"]/8 {
					t.Errorf("%d waited in vain", became["waited-too-long"])
				}
				if waiting < c.waiting*8/10 || waiting > c.waiting*12/10 {
					t.Errorf("%d wait, where %d have their turn in time", waiting, c.waiting)
				}
			})
		})
	}
}

// TestWhoWouldWaitTooLongIsRefusedAtOnce has two places of 40 ms, and a bound of 100 ms: a turn comes in a little more than 20.
func TestWhoWouldWaitTooLongIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait, each = 100 * time.Millisecond, 40 * time.Millisecond
		places := limit.NewPlaces(2, 50, wait)
		for range 10 {
			serveWaiting(t, places, 6, each)
		}
		for range 2 {
			if err := places.Take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began, waiting := time.Now(), make(chan error, 4)
		for range 4 {
			go func() { waiting <- places.Take(t.Context()) }()
			synctest.Wait()
		}
		if f := fault.As(places.Take(t.Context())); f.Kind != fault.Unavailable || f.Reason != "would-wait-too-long" || f.RetryAfter != time.Second || time.Since(began) != 0 {
			t.Errorf("the fifth, after %s: %v", time.Since(began), f)
		}
		for range 4 {
			places.Free()
			if err := <-waiting; err != nil {
				t.Errorf("one of those before: %v", err)
			}
		}
		places.Free()
		places.Free()
	})
}

// TestAsManyAsThereArePlacesAlwaysWait has nobody of four ever finish: whoever waits does so in vain.
func TestAsManyAsThereArePlacesAlwaysWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait = 100 * time.Millisecond
		places := limit.NewPlaces(4, 50, wait)
		for range 4 {
			if err := places.Take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if served := serveWaiting(t, places, 8, 0); served != 0 {
			t.Fatalf("%d were served", served)
		}
		began, reasons := time.Now(), make(chan string, 5)
		for range 5 {
			go func() { reasons <- fault.As(places.Take(t.Context())).Reason + " after " + time.Since(began).String() }()
			synctest.Wait()
		}
		got := []string{<-reasons, <-reasons, <-reasons, <-reasons, <-reasons}
		inVain := "waited-too-long after 100ms"
		if want := []string{"would-wait-too-long after 0s", inVain, inVain, inVain, inVain}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}

// TestASlowHourIsForgotten has a node hang, and some time later be asked by a burst that it can do in no time.
func TestASlowHourIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		places := limit.NewPlaces(16, 200, 500*time.Millisecond)
		for range 4 {
			serveWaiting(t, places, 50, 700*time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		for i := range 4 {
			if served := serveWaiting(t, places, 200, 10*time.Millisecond); served != 200 {
				t.Errorf("burst %d: %d of 200 were served", i, served)
			}
		}
	})
}
