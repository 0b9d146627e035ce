package limit_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
)

// handClock is a clock that moves only when told to.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *handClock { return &handClock{now: time.Unix(1_700_000_000, 0)} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

const class = "password"

var rule = limit.GuessRule{Failures: 5, Period: 15 * time.Minute, Lock: 20 * time.Minute}

func newGuesses(maxKeys int) (*limit.Guesses, *handClock) {
	clock := newClock()
	return limit.NewGuesses(map[string]limit.GuessRule{class: rule}, clock.Now, maxKeys), clock
}

func try(t *testing.T, guesses *limit.Guesses, key string, failed bool) {
	t.Helper()
	mustReserve(t, guesses, key)(failed)
}

func mustReserve(t *testing.T, guesses *limit.Guesses, key string) func(failed bool) {
	t.Helper()
	settle, wait, err := guesses.Reserve(t.Context(), class, key)
	if err != nil || wait != 0 || settle == nil {
		t.Fatalf("%s is not allowed a try: wait %v, %v", key, wait, err)
	}
	return settle
}

func mustBeLocked(t *testing.T, guesses *limit.Guesses, key string, want time.Duration) {
	t.Helper()
	settle, wait, err := guesses.Reserve(t.Context(), class, key)
	if err != nil || settle != nil || wait != want {
		t.Errorf("%s waits %v, not %v; settle %v, %v", key, wait, want, settle != nil, err)
	}
}

func TestAKeyIsLockedFromItsLastFailure(t *testing.T) {
	guesses, clock := newGuesses(0)
	for range rule.Failures {
		try(t, guesses, "ann", true)
		clock.Advance(time.Minute)
	}
	mustBeLocked(t, guesses, "ann", 19*time.Minute)
	try(t, guesses, "bob", true)
	clock.Advance(19*time.Minute - 1)
	mustBeLocked(t, guesses, "ann", 1)
	clock.Advance(1)
	try(t, guesses, "ann", false)
}

func TestFailuresLeaveTheWindow(t *testing.T) {
	guesses, clock := newGuesses(0)
	for range 50 {
		try(t, guesses, "ann", true)
		clock.Advance(rule.Period / 4)
	}
}

func TestASuccessForgetsItselfAndNoFailure(t *testing.T) {
	guesses, _ := newGuesses(0)
	for range rule.Failures {
		try(t, guesses, "ann", false)
		try(t, guesses, "ann", true)
	}
	mustBeLocked(t, guesses, "ann", rule.Lock)
	for range 50 {
		try(t, guesses, "bob", false)
	}
	if guesses.Len() != 1 {
		t.Errorf("%d keys are remembered; a success leaves nothing behind", guesses.Len())
	}
}

func TestAShortLockDoesNotOpenTheWindowEarly(t *testing.T) {
	clock := newClock()
	short := limit.GuessRule{Failures: 2, Period: time.Hour, Lock: time.Minute}
	guesses := limit.NewGuesses(map[string]limit.GuessRule{class: short}, clock.Now, 0)
	try(t, guesses, "ann", true)
	clock.Advance(10 * time.Minute)
	try(t, guesses, "ann", true)
	mustBeLocked(t, guesses, "ann", 50*time.Minute)
}

func TestSettleCountsOnce(t *testing.T) {
	guesses, _ := newGuesses(0)
	for range rule.Failures - 1 {
		settle := mustReserve(t, guesses, "ann")
		settle(true)
		settle(true)
		settle(false)
	}
	try(t, guesses, "ann", true)
	mustBeLocked(t, guesses, "ann", rule.Lock)
}

func TestClassesAndKeysDoNotShareABudget(t *testing.T) {
	guesses := limit.NewGuesses(map[string]limit.GuessRule{"a": rule, "ab": rule}, newClock().Now, 0)
	for range rule.Failures {
		settle, _, err := guesses.Reserve(t.Context(), "a", "bc")
		if err != nil {
			t.Fatal(err)
		}
		settle(true)
	}
	if settle, wait, err := guesses.Reserve(t.Context(), "ab", "c"); settle == nil || wait != 0 || err != nil {
		t.Errorf("another class waits %v, %v", wait, err)
	}
}

func TestAClassWithoutARuleIsAnInternalFault(t *testing.T) {
	guesses := limit.NewGuesses(map[string]limit.GuessRule{"none": {}}, nil, 0)
	for _, class := range []string{"unknown", "none", ""} {
		settle, wait, err := guesses.Reserve(t.Context(), class, "ann")
		if err == nil || fault.KindOf(err) != fault.Internal || settle != nil || wait != 0 {
			t.Errorf("class %q gives wait %v, %v", class, wait, err)
		}
	}
}

func TestCorrectLogInsAtOnceAreNotRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses, _ := newGuesses(0)
		const callers = 40
		var logins sync.WaitGroup
		for range callers {
			logins.Go(func() {
				settle, wait, err := guesses.Reserve(t.Context(), class, "ann")
				if err != nil || wait != 0 {
					t.Errorf("refused: wait %v, %v", wait, err)
					return
				}
				time.Sleep(30 * time.Millisecond) // the hash, in the bubble's time
				settle(false)
			})
		}
		logins.Wait()
	})
}

func TestABurstOfWrongGuessesGetsNoMoreHashesThanTheRuleAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses, _ := newGuesses(0)
		var mu sync.Mutex
		hashes, locked := 0, 0
		const burst = limit.MostWaiting
		var tries sync.WaitGroup
		for range burst {
			tries.Go(func() {
				settle, wait, err := guesses.Reserve(t.Context(), class, "ann")
				if err != nil && fault.KindOf(err) != fault.TooMany {
					t.Error(err)
					return
				}
				mu.Lock()
				if wait > 0 && err != nil { // whom those locked that it had waited for
					locked++
				} else {
					hashes++
				}
				mu.Unlock()
				if settle != nil {
					time.Sleep(30 * time.Millisecond)
					settle(true)
				}
			})
		}
		tries.Wait()
		if hashes != rule.Failures || locked != burst-rule.Failures {
			t.Errorf("%d hashes, %d refused", hashes, locked)
		}
	})
}

func TestABoundedNumberOfTriesWaitsAndOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses, _ := newGuesses(0)
		var told atomic.Int64
		guesses.OnWait(func(context.Context) { told.Add(1) })
		settle := mustReserve(t, guesses, "ann")
		for range rule.Failures - 1 {
			mustReserve(t, guesses, "ann")
		}
		var waiting sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		for range limit.MostWaiting {
			waiting.Go(func() { _, _, _ = guesses.Reserve(ctx, class, "ann") })
		}
		synctest.Wait()
		if _, _, err := guesses.Reserve(t.Context(), class, "ann"); fault.KindOf(err) != fault.Unavailable || fault.As(err).RetryAfter <= 0 {
			t.Errorf("one more: %v", err)
		}
		mustReserve(t, guesses, "bob")(false)
		if told.Load() != limit.MostWaiting {
			t.Errorf("%d were told that they wait", told.Load())
		}
		cancel()
		waiting.Wait()
		through := make(chan error, 1)
		go func() {
			_, _, err := guesses.Reserve(t.Context(), class, "ann")
			through <- err
		}()
		synctest.Wait()
		settle(false)
		if err := <-through; err != nil {
			t.Errorf("once the others have left: %v", err)
		}
	})
}

func TestAWaitingCallerLeavesWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses, _ := newGuesses(0)
		for range rule.Failures {
			mustReserve(t, guesses, "ann")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		settle, wait, err := guesses.Reserve(ctx, class, "ann")
		if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.DeadlineExceeded) || settle != nil || wait != 0 {
			t.Errorf("left with wait %v, %v", wait, err)
		}
	})
}

func TestAWaitingCallerGoesOnWhenATryInFlightSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guesses, _ := newGuesses(0)
		settles := []func(bool){}
		for range rule.Failures {
			settles = append(settles, mustReserve(t, guesses, "ann"))
		}
		through := make(chan time.Duration, 1)
		go func() {
			settle, wait, _ := guesses.Reserve(t.Context(), class, "ann")
			if settle != nil {
				settle(false)
			}
			through <- wait
		}()
		synctest.Wait()
		settles[0](true)
		synctest.Wait()
		if len(through) != 0 {
			t.Fatal("a failure made room")
		}
		settles[1](false)
		if wait := <-through; wait != 0 {
			t.Errorf("waits %v after a success", wait)
		}
	})
}
