package limit

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// Places bounds how many are at work at once, how many wait for that, and for how long.
type Places struct {
	taken chan struct{} // full when all places are; its senders go in order of arrival
	queue chan struct{} // one place for each sender
	wait  time.Duration
	pace  pace
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
	if p.hopeless(len(p.queue)) {
		return unavailable("would-wait-too-long", nil)
	}
	before, began := p.pace.turns.Load(), time.Now()
	late := time.NewTimer(p.wait)
	defer late.Stop()
	select {
	case p.taken <- struct{}{}:
		// Those who work together end together: only many turns tell how fast they come.
		if turns := p.pace.turns.Add(1) - before; turns >= int64(cap(p.taken)) {
			p.pace.learn(time.Since(began), turns, p.believed())
		}
		return nil
	case <-late.C:
		p.pace.learn(p.wait, p.pace.turns.Load()-before, p.believed())
		return unavailable("waited-too-long", nil)
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

// hopeless reports whether the last of so many who wait would wait for too long. As many as there are places always
// wait, by whom the pace is known.
func (p *Places) hopeless(waiting int) bool {
	return waiting > cap(p.taken) && p.pace.wait(waiting, p.believed()) > p.wait
}

// believed is for how long the pace is believed: a node that was slow an hour ago is not so now.
func (p *Places) believed() time.Duration { return 2 * p.wait }

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
