package limit_test

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
)

func newMeter(t *testing.T, maxKeys int) (*limit.Meter, *handClock) {
	t.Helper()
	clock := newClock()
	meter, err := limit.NewMeter(maxKeys, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return meter, clock
}

func mustTake(t *testing.T, meter *limit.Meter, key string, perMinute int, want limit.Reading) {
	t.Helper()
	if got, err := meter.Take(t.Context(), key, perMinute); got != want || err != nil {
		t.Errorf("%s at %d a minute reads %+v, %v, not %+v", key, perMinute, got, err, want)
	}
}

func TestThirtyAMinuteIsThirtyAtOnceThenOneEveryTwoSeconds(t *testing.T) {
	meter, clock := newMeter(t, 0)
	for call := 1; call <= 30; call++ {
		mustTake(t, meter, "k", 30, limit.Reading{
			Allowed: true, Limit: 30, Remaining: 30 - call,
			Reset: time.Duration(call) * 2 * time.Second, RetryAfter: limit.NotLimited,
		})
	}
	refused := limit.Reading{Limit: 30, Reset: time.Minute, RetryAfter: 2 * time.Second}
	mustTake(t, meter, "k", 30, refused)
	mustTake(t, meter, "k", 30, refused) // a refusal costs nothing
	clock.Advance(2 * time.Second)
	mustTake(t, meter, "k", 30, limit.Reading{Allowed: true, Limit: 30, Reset: time.Minute, RetryAfter: limit.NotLimited})
	mustTake(t, meter, "k", 30, refused)
	clock.Advance(time.Minute)
	mustTake(t, meter, "k", 30, limit.Reading{Allowed: true, Limit: 30, Remaining: 29, Reset: 2 * time.Second, RetryAfter: limit.NotLimited})
}

func TestKeysAndRatesHaveTheirOwnAllowance(t *testing.T) {
	meter, _ := newMeter(t, 0)
	once := limit.Reading{Allowed: true, Limit: 1, Reset: time.Minute, RetryAfter: limit.NotLimited}
	mustTake(t, meter, "k", 1, once)
	mustTake(t, meter, "k", 1, limit.Reading{Limit: 1, Reset: time.Minute, RetryAfter: time.Minute})
	mustTake(t, meter, "other", 1, once)
	mustTake(t, meter, "k", 2, limit.Reading{Allowed: true, Limit: 2, Remaining: 1, Reset: 30 * time.Second, RetryAfter: limit.NotLimited})
}

func TestCallersAtOnceShareOneAllowanceExactly(t *testing.T) {
	meter, _ := newMeter(t, 0)
	var allowed atomic.Int64
	var callers sync.WaitGroup
	for range 200 {
		callers.Go(func() {
			reading, err := meter.Take(t.Context(), "k", 30)
			if err != nil {
				t.Error(err)
			}
			if reading.Allowed {
				allowed.Add(1)
			}
		})
	}
	callers.Wait()
	if allowed.Load() != 30 {
		t.Errorf("%d of 200 calls were allowed", allowed.Load())
	}
}

func TestNoWindowAllowsMoreThanABurstAndItsRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		perMinute := rapid.IntRange(1, 120).Draw(rt, "rate")
		meter, clock := newMeter(t, 0)
		start, allowed := clock.Now(), 0
		for range rapid.IntRange(1, 300).Draw(rt, "calls") {
			clock.Advance(time.Duration(rapid.IntRange(0, 2000).Draw(rt, "milliseconds")) * time.Millisecond)
			reading, err := meter.Take(t.Context(), "k", perMinute)
			if err != nil || reading.Allowed != (reading.RetryAfter == limit.NotLimited) || reading.Remaining < 0 || reading.Remaining >= perMinute {
				rt.Fatalf("%+v, %v", reading, err)
			}
			if reading.Allowed {
				allowed++
			}
		}
		interval := time.Minute / time.Duration(perMinute)
		if most := perMinute + int(clock.Now().Sub(start)/interval); allowed > most {
			rt.Fatalf("%d calls allowed, at most %d are", allowed, most)
		}
	})
}

func TestRatesOutOfRangeAreInternalFaults(t *testing.T) {
	meter, _ := newMeter(t, 0)
	for _, perMinute := range []int{-1, 0, 10_000_000} {
		if reading, err := meter.Take(t.Context(), "k", perMinute); err == nil || fault.KindOf(err) != fault.Internal || reading.Allowed {
			t.Errorf("%d a minute gives %+v, %v", perMinute, reading, err)
		}
	}
	if reading, err := meter.Take(t.Context(), "k", 9_999_999); err != nil || !reading.Allowed {
		t.Errorf("the highest rate gives %+v, %v", reading, err)
	}
}

func TestTheMeterForgetsTheKeyUsedLongestAgo(t *testing.T) {
	meter, _ := newMeter(t, 2)
	once := limit.Reading{Allowed: true, Limit: 1, Reset: time.Minute, RetryAfter: limit.NotLimited}
	for _, key := range []string{"a", "b", "c", "a"} {
		mustTake(t, meter, key, 1, once)
	}
	mustTake(t, meter, "c", 1, limit.Reading{Limit: 1, Reset: time.Minute, RetryAfter: time.Minute})
}

func TestParseRateIsStrict(t *testing.T) {
	for text, want := range map[string]int{"1/min": 1, "30/min": 30, "9999999/min": 9_999_999} {
		if got, err := limit.ParseRate(text); got != want || err != nil {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
	for _, text := range strings.Split("|0/min|030/min|+30/min|-1/min|1e1/min|30.0/min|10000000/min|30|30/|30/s|30/MIN|30/minute| 30/min|30/min |30/min\n|30 /min|٣/min", "|") {
		if got, err := limit.ParseRate(text); fault.KindOf(err) != fault.Malformed || got != 0 {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
}

func FuzzParseRateAcceptsOneSpelling(f *testing.F) {
	f.Add("30/min")
	f.Add("030/min")
	f.Fuzz(func(t *testing.T, text string) {
		perMinute, err := limit.ParseRate(text)
		if err == nil && (text != strconv.Itoa(perMinute)+"/min" || perMinute < 1 || perMinute > 9_999_999) {
			t.Errorf("%q is accepted as %d", text, perMinute)
		}
	})
}
