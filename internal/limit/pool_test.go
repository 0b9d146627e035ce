package limit_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
)

func TestPoolRunsNoMoreThanItsWorkersAtOnce(t *testing.T) {
	pool := limit.NewPool(3, 1000)
	var now, most, done atomic.Int64
	var calls sync.WaitGroup
	for range 200 {
		calls.Go(func() {
			err := pool.Do(t.Context(), func() {
				running := now.Add(1)
				for seen := most.Load(); running > seen && !most.CompareAndSwap(seen, running); seen = most.Load() {
				}
				runtime.Gosched()
				now.Add(-1)
				done.Add(1)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if most.Load() > 3 || done.Load() != 200 {
		t.Errorf("%d at once, %d done", most.Load(), done.Load())
	}
	if pool.Running() != 0 || pool.Waiting() != 0 {
		t.Errorf("%d still run, %d still wait", pool.Running(), pool.Waiting())
	}
}

func TestPoolRefusesAtOnceBeyondItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, release := limit.NewPool(2, 3), make(chan struct{})
		var started atomic.Int64
		for range 5 {
			go func() {
				if err := pool.Do(t.Context(), func() { started.Add(1); <-release }); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		if pool.Running() != 2 || pool.Waiting() != 3 || started.Load() != 2 {
			t.Fatalf("%d run, %d wait, %d started", pool.Running(), pool.Waiting(), started.Load())
		}
		err := pool.Do(t.Context(), func() { t.Error("ran beyond the queue") })
		if full := fault.As(err); full.Kind != fault.Unavailable || full.Reason != "pool-full" || full.RetryAfter != time.Second {
			t.Errorf("refused with %#v", full)
		}
		close(release)
		synctest.Wait()
		if started.Load() != 5 || pool.Running() != 0 || pool.Waiting() != 0 {
			t.Errorf("%d started, %d run, %d wait", started.Load(), pool.Running(), pool.Waiting())
		}
	})
}

func TestACallerWhoseContextEndsLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, release := limit.NewPool(1, 1), make(chan struct{})
		go func() { _ = pool.Do(t.Context(), func() { <-release }) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := pool.Do(ctx, func() { t.Error("ran after its caller had gone") })
		if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("left with %v", err)
		}
		if pool.Waiting() != 0 {
			t.Error("still holds its place in the queue")
		}
		close(release)
	})
}

func TestWhoComesIsToldBeforeItWaits(t *testing.T) {
	pool, told := limit.NewPool(1, 1), false
	pool.OnWait(func(context.Context) { told = true })
	if err := pool.Do(t.Context(), func() {
		if !told {
			t.Error("it works and was not told")
		}
	}); err != nil {
		t.Error(err)
	}
}

func TestNobodyWaitsLongerThanALogInIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, release, began := limit.NewPool(1, 1), make(chan struct{}), time.Now()
		go func() { _ = pool.Do(t.Context(), func() { <-release }) }()
		synctest.Wait()
		err := pool.Do(t.Context(), func() { t.Error("ran after its caller was refused") })
		if f := fault.As(err); f.Kind != fault.Unavailable || f.RetryAfter != time.Second || time.Since(began) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		close(release)
	})
}

func TestWorkHoldsItsPermitWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, release, ended := limit.NewPool(1, 1), make(chan struct{}), make(chan error)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { ended <- pool.Do(ctx, func() { <-release }) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if pool.Running() != 1 {
			t.Fatal("the permit went with the request")
		}
		close(release)
		if err := <-ended; err != nil {
			t.Errorf("work that ran to its end gave %v", err)
		}
	})
}

func TestPoolStartsNoWorkForAnEndedContext(t *testing.T) {
	pool := limit.NewPool(1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := pool.Do(ctx, func() { t.Error("ran") })
	if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.Canceled) || pool.Running() != 0 {
		t.Errorf("gave %v, %d run", err, pool.Running())
	}
}

func TestAPanicGivesThePermitBack(t *testing.T) {
	pool := limit.NewPool(1, 1)
	func() {
		defer func() { _ = recover() }()
		_ = pool.Do(t.Context(), func() { panic("work") })
	}()
	if err := pool.Do(t.Context(), func() {}); err != nil || pool.Running() != 0 {
		t.Errorf("gave %v, %d run", err, pool.Running())
	}
}
