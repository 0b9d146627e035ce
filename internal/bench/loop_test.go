package bench

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// sleeping is the pace of a synctest bubble, whose time a system call would not move.
func sleeping(nanoseconds int64) { time.Sleep(time.Duration(nanoseconds)) }

// slow is an operation that takes a while and succeeds.
func slow(takes time.Duration) func(*worker) outcome {
	return func(*worker) outcome {
		time.Sleep(takes)
		return outcome{status: 200, good: true}
	}
}

func workersOf(n int) []*worker { return make([]*worker, n) }

func TestAnOpenLoopCountsTheWaitingOfWhatWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counted := newTally()
		// 100 are due in a second; one worker does ten of them, each a tenth of a second after the one before.
		l := loop{slow(100 * time.Millisecond), workersOf(1), counted}
		l.open(t.Context(), 100, time.Second, sleeping)
		if counted.succeeded != 10 || counted.unsent != 90 {
			t.Errorf("%d succeeded and %d were not sent", counted.succeeded, counted.unsent)
		}
		// The tenth was due at 90 ms and answered at 1000 ms.
		if longest := counted.latency.Max(); longest < 905_000 || longest > 915_000 {
			t.Errorf("the longest took %d µs", longest)
		}
		if longest := counted.service.Max(); longest < 99_000 || longest > 101_000 {
			t.Errorf("the longest took %d µs from when it was sent", longest)
		}
	})
}

func TestAnOpenLoopKeepsItsRateWhenTheServerIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counted := newTally()
		ran := loop{slow(time.Millisecond), workersOf(4), counted}.open(t.Context(), 500, 2*time.Second, sleeping)
		if counted.succeeded != 1000 || counted.unsent != 0 {
			t.Errorf("%d succeeded in %s, %d were not sent", counted.succeeded, ran, counted.unsent)
		}
	})
}

func TestAClosedLoopAsksAgainAtOnceAndWaitsForTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counted := newTally()
		ran := loop{slow(300 * time.Millisecond), workersOf(2), counted}.closed(t.Context(), time.Second)
		if counted.succeeded != 8 || ran != 1200*time.Millisecond {
			t.Errorf("%d succeeded in %s", counted.succeeded, ran)
		}
	})
}

func TestAClosedLoopEndsWhenThereIsNothingLeftToAskWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counted, left := newTally(), 3
		ran := loop{func(*worker) outcome {
			time.Sleep(10 * time.Millisecond)
			if left == 0 {
				return outcome{err: errExhausted}
			}
			left--
			return outcome{status: 200, good: true}
		}, workersOf(1), counted}.closed(t.Context(), time.Minute)
		if counted.succeeded != 3 || ran != 40*time.Millisecond || counted.failed() != 0 {
			t.Errorf("%d succeeded in %s, %d failed", counted.succeeded, ran, counted.failed())
		}
	})
}

func TestWhatTheBufferHasNoRoomForIsCountedAsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		due := make(chan time.Time, 10)
		began := time.Now()
		left := fall(t.Context(), due, schedule{began, began.Add(time.Second), 100}, sleeping)
		if left != 90 || len(due) != 10 {
			t.Errorf("%d left and %d due", left, len(due))
		}
	})
}

func TestATallyTellsRefusalsFromErrors(t *testing.T) {
	counted, at := newTally(), time.Now()
	for _, o := range []outcome{
		{status: 200, good: true},
		{status: 200},
		{status: 401},
		{status: 429, retryable: true},
		{status: 503},
		{err: errors.New("reset")},
	} {
		counted.add(o, at, at, at.Add(5*time.Millisecond))
	}
	row := measured{tally: counted, ran: time.Second}.row()
	if row.Operations != 1 || row.PerSecond != 1 || row.Errors != 3 || row.Wrong != 1 || row.Broken != 1 || row.FirstError != "reset" {
		t.Errorf("%+v", row)
	}
	if r := row.Refusals; r.TooMany != 1 || r.Unavailable != 1 || r.RetryAfter != 0.5 || r.P99 < 4.9 || r.P99 > 5.1 {
		t.Errorf("%+v", r)
	}
}
