package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
)

const (
	sharedLanes = 3
	mostShared  = 64 // changes in one transaction
)

// errAlone is what a change gets whose transaction failed for what others in it did: it is to run again, alone.
var errAlone = errors.New("the shared transaction failed")

// sharedChange is a change that begins by locking one row: it shares its transaction with others of its kind.
type sharedChange struct {
	pending // done tells how each step ended
	lanes   *sharedCommitter
	joined  bool
	over    error // why the lane has done with it
	said    chan sharedStep
	step    sharedStep // the lane's: what it said last
	wrote   bool
}

// sharedStep is what a change says next: what it writes and asks, that it is to be committed, or that it has left.
type sharedStep struct {
	writes  []statement
	queries []query
	next    stepKind
}

type stepKind int

const (
	stepAsks stepKind = iota
	stepCommits
	stepLeaves
)

// isSharable reports whether a change may share its transaction: its first query locks one row, so that a group can take
// its locks in one order and never waits for another group that waits for it.
func isSharable(queries []query) bool { return len(queries) > 0 && queries[0].locks != nil }

func (m *sharedChange) send(ctx context.Context, writes []statement, queries []query) error {
	for i, q := range queries {
		queries[i] = q.noting(&m.wrote)
	}
	m.wrote = m.wrote || len(writes) > 0
	step := sharedStep{writes, queries, stepAsks}
	if !m.joined {
		m.joined, m.step = true, step
		m.over = m.lanes.handOver(ctx, m, &m.pending)
		return m.over
	}
	return m.say(step)
}

func (m *sharedChange) commit(_ context.Context, writes []statement) error {
	return m.say(sharedStep{writes, nil, stepCommits})
}

func (m *sharedChange) say(s sharedStep) error {
	if m.over == nil {
		m.said <- s
		m.over = <-m.done
	}
	return m.over
}

func (m *sharedChange) abandon() {
	if m.joined && m.over == nil {
		m.said <- sharedStep{next: stepLeaves}
	}
}

func (m *sharedChange) release() {}

// sharedCommitter runs changes that begin by locking a row several at once: in one transaction, each step of all of them in
// one round trip, and with one wait for the disk.
type sharedCommitter struct {
	groupQueue[*sharedChange]
	engine *postgres
	lanes  sync.WaitGroup
}

func startSharedCommitter(e *postgres) *sharedCommitter {
	g := &sharedCommitter{engine: e, groupQueue: newGroupQueue[*sharedChange](laneQueueSize)}
	for range sharedLanes {
		g.lanes.Go(func() { g.serveAll(g.serve) })
	}
	return g
}

func (g *sharedCommitter) change() *sharedChange {
	return &sharedChange{lanes: g, pending: pending{done: make(chan error, 1)}, said: make(chan sharedStep, 1)}
}

// stop lets what waits be committed.
func (g *sharedCommitter) stop() {
	close(g.closing)
	g.lanes.Wait()
	close(g.stopped)
}

// serve runs a change with what else waits once there is a connection; it does not wait for company. When the transaction
// fails nothing of it has happened, and each change is told to try alone.
func (g *sharedCommitter) serve(first *sharedChange) {
	ctx, cancel := context.WithTimeout(context.Background(), laneBound)
	defer cancel()
	c := &postgresChange{engine: g.engine}
	defer c.release()
	err := c.acquire(ctx)
	group := g.gather(first, mostShared, nil)
	if err != nil {
		tell(group, err)
		return
	}
	finished, err := g.run(ctx, c, group)
	if err == nil && len(finished) > 0 {
		var writes []statement
		for _, m := range finished {
			writes = append(writes, m.step.writes...)
		}
		err = c.commit(ctx, writes)
	} else {
		c.abandon()
	}
	if len(group) > 1 && err != nil && (isRollback(err) || !isUnavailable(err)) {
		err = errAlone
	}
	tell(finished, err)
}

// run lets the changes of a group have what they ask until each wants to be committed or has left. On failure it returns all
// that wait for an answer.
func (g *sharedCommitter) run(ctx context.Context, c *postgresChange, group []*sharedChange) (finished []*sharedChange, err error) {
	for asking := group; len(asking) > 0; {
		if err := c.send(ctx, writesOf(asking), queriesOf(asking)); err != nil {
			return append(finished, asking...), err
		}
		tell(asking, nil)
		heard := asking
		asking = nil
		for _, m := range heard {
			switch m.step = <-m.said; m.step.next {
			case stepAsks:
				asking = append(asking, m)
			case stepCommits:
				finished = append(finished, m)
			case stepLeaves:
				if m.wrote {
					err = errAlone // what it wrote must not be committed with the others
				}
			}
		}
		if err != nil {
			return append(finished, asking...), err
		}
	}
	return finished, nil
}

func tell(changes []*sharedChange, err error) {
	for _, m := range changes {
		m.done <- err
	}
}

func writesOf(changes []*sharedChange) (writes []statement) {
	for _, m := range changes {
		writes = append(writes, m.step.writes...)
	}
	return writes
}

// queriesOf returns what changes ask: first what locks, in the order of the rows, so that no two groups ever wait for each
// other; then the rest, once where several ask the same.
func queriesOf(changes []*sharedChange) []query {
	var locking, rest []query
	for _, m := range changes {
		for _, q := range m.step.queries {
			if q.locks != nil {
				locking = append(locking, q)
			} else {
				rest = addQuery(rest, q)
			}
		}
	}
	slices.SortStableFunc(locking, func(a, b query) int { return slices.Compare(a.locks, b.locks) })
	return append(locking, rest...)
}

// addQuery has a query asked, together with one that is the same.
func addQuery(queries []query, q query) []query {
	i := slices.IndexFunc(queries, func(other query) bool { return q.isReadingLike(other) })
	if i < 0 {
		return append(queries, q)
	}
	one, other := queries[i].row, q.row
	queries[i].row = func(scan func(dest ...any) error) error { return cmp.Or(one(scan), other(scan)) }
	return queries
}

func (q query) isReadingLike(other query) bool {
	return q.text == other.text && !isWrite(q.text) && reflect.DeepEqual(q.args, other.args)
}
