package limit_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/limit"
)

func TestPeekingTellsTheAllowanceAndTakesNothing(t *testing.T) {
	meter, clock := newMeter(t, 0)
	peek := func(remaining int, reset time.Duration) {
		t.Helper()
		want := limit.Reading{Allowed: true, Limit: 2, Remaining: remaining, Reset: reset, RetryAfter: limit.NotLimited}
		for range 3 {
			if got, err := meter.Peek(t.Context(), "k", 2); got != want || err != nil {
				t.Errorf("got %+v, %v, not %+v", got, err, want)
			}
		}
	}
	peek(2, 0)
	mustTake(t, meter, "k", 2, limit.Reading{Allowed: true, Limit: 2, Remaining: 1, Reset: 30 * time.Second, RetryAfter: limit.NotLimited})
	peek(1, 30*time.Second)
	mustTake(t, meter, "k", 2, limit.Reading{Allowed: true, Limit: 2, Reset: time.Minute, RetryAfter: limit.NotLimited})
	peek(0, time.Minute)
	clock.Advance(time.Minute)
	peek(2, 0)
}
