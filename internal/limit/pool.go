package limit

import (
	"context"
	"runtime"
	"time"
)

// QueuePerWorker is how many wait behind each worker where nobody says otherwise: one core makes
// about 30 of our argon2id hashes a second, so that they wait for a second at most.
const QueuePerWorker = 32

// queueWait bounds what the length of the queue cannot: a wait where each hash takes longer than ours, or the machine is
// busy with something else. Nobody still waits for a log-in after it.
const queueWait = 5 * time.Second

// Pool bounds slow work: so many at once, so many waiting, and a refusal beyond.
type Pool struct {
	places  *Places
	waiting func(context.Context)
}

// NewPool returns a pool; workers below one mean one per core, a queue below one about a second of work.
func NewPool(workers, queue int) *Pool {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	if queue < 1 {
		queue = QueuePerWorker * workers
	}
	return &Pool{places: NewPlaces(workers, queue, queueWait), waiting: func(context.Context) {}}
}

// OnWait has f told of everybody who comes, before any wait: what it holds otherwise, it need not hold meanwhile. It is
// for before the first work.
func (p *Pool) OnWait(f func(context.Context)) { p.waiting = f }

// Do runs work in the caller's goroutine when a permit is free; nil means that it ran to its end.
//
// It returns an Unavailable fault, and work has not run, when the queue is full
// or ctx or five seconds end before the turn comes. Work once started keeps its permit until it
// returns, whatever becomes of ctx: letting go early is how hashing collapses.
func (p *Pool) Do(ctx context.Context, work func()) error {
	p.waiting(ctx)
	if err := p.places.Take(ctx); err != nil {
		return err
	}
	defer p.places.Free()
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	work()
	return nil
}

// Waiting returns how many callers are queued now.
func (p *Pool) Waiting() int { return p.places.Waiting() }

// Running returns how many permits are held now.
func (p *Pool) Running() int { return p.places.Taken() }
