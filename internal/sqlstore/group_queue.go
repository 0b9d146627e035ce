package sqlstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// errAlone is what a caller gets whose group failed and did nothing: it is to try again, alone.
var errAlone = errors.New("the group failed")

// pending is the part of a change on its way into a group that says what becomes of it.
type pending struct {
	taken atomic.Bool // by who commits it, or by a caller that gave up
	done  chan error  // its fate; of one that shares a transaction, that of each step
}

func (p *pending) take() bool { return p.taken.CompareAndSwap(false, true) }

func (p *pending) tell(err error) { p.done <- err }

// grouped is a change that is committed with others.
type grouped interface {
	take() bool
	tell(err error)
}

// tell tells each of a group the same.
func tell[P grouped](group []P, err error) {
	for _, p := range group {
		p.tell(err)
	}
}

// groupQueue is where changes wait to be committed together.
type groupQueue[P grouped] struct {
	queue   chan P
	closing chan struct{}
	stopped chan struct{}
}

func newGroupQueue[P grouped](size int) groupQueue[P] {
	return groupQueue[P]{queue: make(chan P, size), closing: make(chan struct{}), stopped: make(chan struct{})}
}

// start has each change that comes served in one of so many lanes, with those that serve takes beside it.
func (q groupQueue[P]) start(lanes int, serve func(first P)) {
	var serving sync.WaitGroup
	for range lanes {
		serving.Go(func() { q.serveAll(serve) })
	}
	go func() {
		serving.Wait()
		close(q.stopped)
	}()
}

// stop lets what waits be committed.
func (q groupQueue[P]) stop() {
	close(q.closing)
	<-q.stopped
}

// handOver puts a change into the queue and waits for its fate. A caller may give up while the change waits; once it has
// been taken, the fate is waited for whatever the context says, because it may be success.
func (q groupQueue[P]) handOver(ctx context.Context, change P, fate *pending) error {
	if err := ctx.Err(); err != nil {
		return err // of several that can go on, select takes any
	}
	select {
	case <-q.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case q.queue <- change:
	}
	select {
	case err := <-fate.done:
		return err
	case <-ctx.Done():
		if fate.take() {
			return ctx.Err()
		}
		return <-fate.done
	case <-q.stopped:
		if fate.take() {
			return errClosed
		}
		return <-fate.done
	}
}

func (q groupQueue[P]) serveAll(serve func(first P)) {
	for {
		select {
		case p := <-q.queue:
			serve(p)
		case <-q.closing:
			for {
				select {
				case p := <-q.queue:
					serve(p)
				default:
					return
				}
			}
		}
	}
}

// gather takes a change and what else waits, up to so many. It waits for nobody, but calls idle, once, before it takes less.
func (q groupQueue[P]) gather(p P, most int, idle func()) (group []P) {
	for {
		if p.take() {
			group = append(group, p)
		}
		if len(group) >= most {
			return group
		}
		if len(q.queue) == 0 && idle != nil {
			idle()
			idle = nil
		}
		select {
		case p = <-q.queue:
		default:
			return group
		}
	}
}

// notPanicking fails where the row's reader panics, in a lane that is not its own: alone, it will do so where it belongs.
func (q query) notPanicking() query {
	row := q.row
	q.row = func(scan func(dest ...any) error) (err error) {
		defer func() {
			if recover() != nil {
				err = errAlone
			}
		}()
		return row(scan)
	}
	return q
}
