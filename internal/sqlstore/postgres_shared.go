package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"time"
)

const (
	sharedLockBound  = "2s" // how long a row that is locked elsewhere may hold up those that share a transaction
	lockNotAvailable = "55P03"
)

// sharedChange is a change that begins by locking one row: it shares its transaction with others of its kind.
type sharedChange struct {
	pending // done tells how each step ended
	by      *sharedCommitter
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
	kind    stepKind
}

type stepKind int

const (
	stepAsks stepKind = iota
	stepCommits
	stepLeaves
	stepSilent // it has said nothing for too long
)

// isSharable reports whether a change may share its transaction: its first query locks one row, so that a group can take
// its locks in one order and never waits for another group that waits for it.
func isSharable(queries []query) bool { return len(queries) > 0 && queries[0].locks != nil }

func (m *sharedChange) send(ctx context.Context, writes []statement, queries []query) error {
	for i, q := range queries {
		queries[i] = q.noting(&m.wrote).notPanicking()
	}
	m.wrote = m.wrote || len(writes) > 0
	step := sharedStep{writes, queries, stepAsks}
	if !m.joined {
		m.joined, m.step = true, step
		m.over = m.by.handOver(ctx, m, &m.pending)
		return m.over
	}
	return m.say(step)
}

func (m *sharedChange) commit(_ context.Context, writes []statement) error {
	return m.say(sharedStep{writes, nil, stepCommits})
}

// fail waits for the others: what has made the change fail may be what they have written, and come to nothing.
func (m *sharedChange) fail(err error) error {
	if m.joined && m.over == nil && m.say(sharedStep{kind: stepLeaves}) != nil {
		m.over = errAlone
	}
	if errors.Is(m.over, errAlone) {
		return errAlone
	}
	return err
}

func (m *sharedChange) say(s sharedStep) error {
	if m.over == nil {
		m.said <- s
		m.over = <-m.done
	}
	return m.over
}

// sharedCommitter runs changes that begin by locking a row several at once: in one transaction, each step of all of them in
// one round trip, and with one wait for the disk.
type sharedCommitter struct {
	groupQueue[*sharedChange]
	engine *postgres
	bound  time.Duration
}

func startSharedCommitter(e *postgres) *sharedCommitter {
	g := &sharedCommitter{engine: e, bound: laneBound, groupQueue: newGroupQueue[*sharedChange](laneQueueSize)}
	g.start(lanes, g.serve)
	return g
}

func (g *sharedCommitter) change() *sharedChange {
	return &sharedChange{by: g, pending: pending{done: make(chan error, 1)}, said: make(chan sharedStep, 1)}
}

// serve runs a change with what else waits once there is a connection; it does not wait for company. When the transaction
// is refused nothing of it has happened, and each change is told to try alone.
func (g *sharedCommitter) serve(first *sharedChange) {
	c := &postgresChange{engine: g.engine, lockBound: sharedLockBound}
	defer c.release()
	err := g.acquire(c)
	group := g.gather(first, maxLaneGroup, nil)
	if err != nil {
		tell(group, err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), g.bound)
	defer cancel()
	r := sharedRun{asking: group, together: len(group) > 1}
	for err == nil && len(r.asking) > 0 {
		err = r.step(ctx, c)
	}
	if err == nil && len(r.finished) > 0 {
		err = c.commit(ctx, writesOf(r.finished))
	} else {
		c.abandon()
	}
	if err != nil && (isRollback(err) || isLocked(err) || r.together && !isUnavailable(err)) {
		err = errAlone
	}
	tell(slices.Concat(r.asking, r.finished, r.left), err)
}

func (g *sharedCommitter) acquire(c *postgresChange) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.bound)
	defer cancel()
	return c.acquire(ctx)
}

// sharedRun are the changes of a group, by what they said last. Each waits for an answer.
type sharedRun struct {
	asking, finished, left []*sharedChange
	together               bool // there is more than one
}

// step lets the changes that ask have what they ask, and hears from each what it says next.
func (r *sharedRun) step(ctx context.Context, c *postgresChange) (err error) {
	if err := c.send(ctx, writesOf(r.asking), queriesOf(r.asking)); err != nil {
		return err
	}
	tell(r.asking, nil)
	heard := r.asking
	r.asking = nil
	for _, m := range heard {
		switch m.step = m.next(ctx); m.step.kind {
		case stepAsks:
			r.asking = append(r.asking, m)
		case stepCommits:
			r.finished = append(r.finished, m)
		case stepLeaves:
			r.left = append(r.left, m)
			if m.wrote && r.together {
				err = errAlone // what it wrote must not be committed with the others
			}
		case stepSilent:
			r.left, err = append(r.left, m), errAlone
		}
	}
	return err
}

func (m *sharedChange) next(ctx context.Context) sharedStep {
	select {
	case s := <-m.said:
		return s
	case <-ctx.Done():
		return sharedStep{kind: stepSilent}
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

// addQuery has a query asked, together with one that is the same, if nothing has been written since.
func addQuery(queries []query, q query) []query {
	for i := len(queries) - 1; i >= 0 && q.common && !isWrite(queries[i].text); i-- {
		if one := queries[i].row; queries[i].isLike(q) {
			queries[i].row = func(scan func(dest ...any) error) error { return cmp.Or(one(scan), q.row(scan)) }
			return queries
		}
	}
	return append(queries, q)
}

func (q query) isLike(other query) bool {
	return q.common && q.text == other.text && reflect.DeepEqual(q.args, other.args)
}
