package limit_test

import (
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
