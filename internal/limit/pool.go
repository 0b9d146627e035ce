package limit

import (
	"context"
	"runtime"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// One core makes about 30 of our argon2id hashes a second, so that this many
// behind each worker wait for a second at most.
const queuePerWorker = 32

// Pool bounds slow work: so many at once, so many waiting, and a refusal beyond.
type Pool struct {
	permits chan struct{} // full when all workers are busy; its senders go in order of arrival
	queue   chan struct{} // one place for each sender
}

// NewPool returns a pool; workers below one mean one per core, a queue below one about a second of work.
func NewPool(workers, queue int) *Pool {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	if queue < 1 {
		queue = queuePerWorker * workers
	}
	return &Pool{permits: make(chan struct{}, workers), queue: make(chan struct{}, queue)}
}

// Do runs work in the caller's goroutine when a permit is free; nil means that it ran to its end.
//
// It returns an Unavailable fault, and work has not run, when the queue is full
// or ctx ends before the turn comes. Work once started keeps its permit until it
// returns, whatever becomes of ctx: letting go early is how hashing collapses.
func (p *Pool) Do(ctx context.Context, work func()) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer func() { <-p.permits }()
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	work()
	return nil
}

// Waiting returns how many callers are queued now.
func (p *Pool) Waiting() int { return len(p.queue) }

// Running returns how many permits are held now.
func (p *Pool) Running() int { return len(p.permits) }

func (p *Pool) acquire(ctx context.Context) error {
	select {
	case p.permits <- struct{}{}:
		return nil
	default:
	}
	select {
	case p.queue <- struct{}{}:
		defer func() { <-p.queue }()
	default:
		return unavailable("pool-full", nil)
	}
	select {
	case p.permits <- struct{}{}:
		return nil
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

func gaveUp(ctx context.Context) error { return unavailable("gave-up-waiting", context.Cause(ctx)) }

func unavailable(reason string, cause error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Reason: reason, Cause: cause, RetryAfter: time.Second,
		Message: "Too much is going on at the moment; try again shortly.",
	}
}
