package bench

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// loop runs one workload over workers for a time and counts into a tally.
type loop struct {
	do      func(w *worker) outcome
	workers []*worker
	tally   *tally
}

// closed lets every worker ask again as soon as it was answered: what is reached is the most that so many connections get.
// It returns how long it ran until the last answer, since what waits in the server at the end is work of the same rate.
func (l loop) closed(ctx context.Context, duration time.Duration) time.Duration {
	began := time.Now()
	end := began.Add(duration)
	var short atomic.Int64 // when the first worker had nothing left to ask with
	var all sync.WaitGroup
	for _, w := range l.workers {
		all.Go(func() {
			for sent := time.Now(); sent.Before(end) && short.Load() == 0 && ctx.Err() == nil; {
				o := l.do(w)
				answered := time.Now()
				if errors.Is(o.err, errExhausted) {
					short.CompareAndSwap(0, int64(answered.Sub(began)))
					return
				}
				l.tally.add(o, sent, sent, answered)
				pauseAfter(ctx, o)
				sent = time.Now()
			}
		})
	}
	all.Wait()
	if s := short.Load(); s > 0 {
		return time.Duration(s)
	}
	return time.Since(began)
}

// pauseAfter keeps a connection that cannot be made from being tried in a circle.
func pauseAfter(ctx context.Context, o outcome) {
	if o.err == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
}

const (
	dueBuffer = 1 << 16 // operations that wait for a worker; more are not sent
	pace      = 50 * time.Microsecond
)

// open makes operations due at a constant rate whether or not earlier ones were answered. Their latency counts from when
// they were due. What found no worker before the end is counted as not sent. sleep waits so many nanoseconds at most.
func (l loop) open(ctx context.Context, rate float64, duration time.Duration, sleep func(int64)) time.Duration {
	due := make(chan time.Time, dueBuffer)
	began := time.Now()
	end := began.Add(duration)
	var all sync.WaitGroup
	for _, w := range l.workers {
		all.Go(func() {
			for at := range due {
				sent := time.Now()
				if !sent.Before(end) || ctx.Err() != nil {
					l.tally.leave(1)
					continue
				}
				o := l.do(w)
				if errors.Is(o.err, errExhausted) {
					l.tally.leave(1)
					continue
				}
				l.tally.add(o, at, sent, time.Now())
				pauseAfter(ctx, o)
			}
		})
	}
	l.tally.leave(fall(ctx, due, schedule{began, end, rate}, sleep))
	close(due)
	all.Wait()
	return max(time.Since(began), duration)
}

// schedule says when operations are due.
type schedule struct {
	began, end time.Time
	rate       float64
}

func (s schedule) at(n int64) time.Time {
	return s.began.Add(time.Duration(float64(n) / s.rate * float64(time.Second)))
}

// fall makes operations due, at their times, and returns how many found the buffer full.
func fall(ctx context.Context, due chan<- time.Time, s schedule, sleep func(int64)) (left int64) {
	for n := int64(0); ctx.Err() == nil; {
		at := s.at(n)
		if !at.Before(s.end) {
			return left
		}
		if wait := time.Until(at); wait > 0 {
			sleep(int64(max(wait, pace)))
			continue
		}
		select {
		case due <- at:
		default:
			left++
		}
		n++
	}
	return left
}
