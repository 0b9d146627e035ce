package limit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

func TestMemoryIsBoundedAndLocksAreForgottenLast(t *testing.T) {
	guesses, clock := newGuesses(10)
	for range rule.Failures {
		try(t, guesses, "locked", true)
	}
	for i := range 1000 {
		try(t, guesses, fmt.Sprint("stranger ", i), true)
		if guesses.Len() > 10 {
			t.Fatalf("%d keys in memory", guesses.Len())
		}
		clock.Advance(time.Second / 2)
	}
	mustBeLocked(t, guesses, "locked", rule.Lock-500*time.Second)
}

func TestUnderFullPressureTheLockThatEndsFirstIsForgotten(t *testing.T) {
	guesses, clock := newGuesses(3)
	lock := func(key string) {
		for range rule.Failures {
			try(t, guesses, key, true)
		}
		clock.Advance(time.Second)
	}
	for _, key := range []string{"first", "second", "third", "fourth"} {
		lock(key)
	}
	mustBeLocked(t, guesses, "second", rule.Lock-3*time.Second)
	mustBeLocked(t, guesses, "fourth", rule.Lock-time.Second)
	try(t, guesses, "first", false)
}

func TestATryInFlightIsNeverForgotten(t *testing.T) {
	guesses, _ := newGuesses(2)
	for range rule.Failures - 1 {
		try(t, guesses, "ann", true)
	}
	settle := mustReserve(t, guesses, "ann")
	for i := range 100 {
		try(t, guesses, fmt.Sprint("stranger ", i), true)
	}
	settle(true)
	mustBeLocked(t, guesses, "ann", rule.Lock)
}

func TestWhenEveryBudgetIsInFlightANewKeyIsUnavailable(t *testing.T) {
	guesses, _ := newGuesses(2)
	settle := mustReserve(t, guesses, "ann")
	mustReserve(t, guesses, "bob")
	if _, _, err := guesses.Reserve(t.Context(), class, "eve"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("gave %v", err)
	}
	settle(false)
	try(t, guesses, "eve", false)
}

func TestEndedBudgetsLeaveMemoryByThemselves(t *testing.T) {
	guesses, clock := newGuesses(1000)
	for i := range 200 {
		for range 1 + i%rule.Failures {
			try(t, guesses, fmt.Sprint("stranger ", i), true)
		}
	}
	clock.Advance(rule.Period + rule.Lock)
	for range 100 {
		try(t, guesses, "ann", false)
	}
	if guesses.Len() != 0 {
		t.Errorf("%d keys are still in memory", guesses.Len())
	}
}

// TestGuessesUnderManyCallers is for the race detector, and ends with nothing in flight.
func TestGuessesUnderManyCallers(t *testing.T) {
	guesses, clock := newGuesses(8)
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for i := range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				settle, _, _ := guesses.Reserve(ctx, class, fmt.Sprint(i%12))
				cancel()
				if settle != nil {
					settle((caller+i)%3 > 0)
				}
				clock.Advance(time.Minute)
			}
		})
	}
	callers.Wait()
	clock.Advance(rule.Period + rule.Lock)
	for i := range 12 {
		try(t, guesses, fmt.Sprint(i), false)
	}
	if guesses.Len() != 0 {
		t.Errorf("%d keys are left", guesses.Len())
	}
}
