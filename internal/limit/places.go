package limit

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// Places bounds how many are at work at once, how many wait for that, and for how long.
type Places struct {
	taken chan struct{} // full when all places are; its senders go in order of arrival
	queue chan struct{} // one place for each sender
	wait  time.Duration
	turn  atomic.Int64 // of late, nanoseconds from one turn to the next while somebody waits
}

// NewPlaces returns free places. Each number must be at least one.
func NewPlaces(most, waiting int, wait time.Duration) *Places {
	return &Places{taken: make(chan struct{}, most), queue: make(chan struct{}, waiting), wait: wait}
}

// Take takes a place, which its caller gives back by Free. It fails with Unavailable, and no place is taken: at once, when
// too many wait already, or as many that by the pace of late the turn would not come in time; and later, when it does
// not come in time or ctx ends before.
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
	ahead := len(p.queue)
	if p.hopeless(ahead) {
		return unavailable("would-wait-too-long", nil)
	}
	began, late := time.Now(), time.NewTimer(p.wait)
	defer late.Stop()
	select {
	case p.taken <- struct{}{}:
		p.pace(time.Since(began), ahead)
		return nil
	case <-late.C:
		p.pace(p.wait, ahead)
		return unavailable("waited-too-long", nil)
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

// hopeless reports whether who comes behind so many would wait for too long. As many as there are places always wait: by
// them the pace is known again after something was slow for a while.
func (p *Places) hopeless(ahead int) bool {
	return ahead > cap(p.taken) && time.Duration(p.turn.Load())*time.Duration(ahead) > p.wait
}

// pace learns from one who has waited behind so many. Two at once may overwrite each other: it is a mean of many.
func (p *Places) pace(waited time.Duration, ahead int) {
	turn, mean := int64(waited)/int64(ahead), p.turn.Load()
	p.turn.Store(mean + (turn-mean)/paceOver)
}

// paceOver is over how many turns the mean is taken: some tenths of a second where a node does a few hundred requests a second.
const paceOver = 64

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
