package limit

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// Places bounds how many are at work at once and how many wait for that, and for how long.
type Places struct {
	taken chan struct{} // full when all places are; its senders go in order of arrival
	queue chan struct{} // one place for each sender
	wait  time.Duration
}

// NewPlaces returns free places. Each number must be at least one.
func NewPlaces(most, waiting int, wait time.Duration) *Places {
	return &Places{taken: make(chan struct{}, most), queue: make(chan struct{}, waiting), wait: wait}
}

// Take takes a place, which its caller gives back by Free. It fails with Unavailable, and no place is taken, when too
// many wait already, when the turn does not come in time or when ctx ends before.
func (p *Places) Take(ctx context.Context) error {
	select {
	case p.taken <- struct{}{}:
		return nil
	default:
	}
	select {
	case p.queue <- struct{}{}:
		defer func() { <-p.queue }()
	default:
		return unavailable("pool-full", nil)
	}
	late := time.NewTimer(p.wait)
	defer late.Stop()
	select {
	case p.taken <- struct{}{}:
		return nil
	case <-late.C:
		return unavailable("waited-too-long", nil)
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

// Free gives a place back that was taken.
func (p *Places) Free() { <-p.taken }

// Taken returns how many places are taken now.
func (p *Places) Taken() int { return len(p.taken) }

// Waiting returns how many wait for a place now.
func (p *Places) Waiting() int { return len(p.queue) }

func gaveUp(ctx context.Context) error { return unavailable("gave-up-waiting", context.Cause(ctx)) }

func unavailable(reason string, cause error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Reason: reason, Cause: cause, RetryAfter: time.Second,
		Message: "Too much is going on at the moment; try again shortly.",
	}
}
