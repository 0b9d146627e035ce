package sqlstore

import (
	"context"
	"sync/atomic"
)

// pending is the part of a change on its way into a group that says what becomes of it.
type pending struct {
	taken atomic.Bool // by who commits it, or by a caller that gave up
	done  chan error  // its fate, once
}

func (p *pending) take() bool { return p.taken.CompareAndSwap(false, true) }

// groupQueue is where changes wait to be committed together.
type groupQueue[P interface{ take() bool }] struct {
	queue   chan P
	closing chan struct{}
	stopped chan struct{}
}

func newGroupQueue[P interface{ take() bool }](size int) groupQueue[P] {
	return groupQueue[P]{queue: make(chan P, size), closing: make(chan struct{}), stopped: make(chan struct{})}
}

// handOver puts a change into the queue and waits for its fate. A caller may give up while the change waits; once it has
// been taken, the fate is waited for whatever the context says, because it may be success.
func (q groupQueue[P]) handOver(ctx context.Context, change P, fate *pending) error {
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

// serveAll has each change that comes served, with those that serve takes beside it, until the queue is closed and empty.
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
