package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

const (
	lanes         = 3  // groups of a kind under way at once: a slow one holds up nobody but its own
	maxLaneGroup  = 64 // changes in a group
	laneBound     = 10 * time.Second
	laneQueueSize = 1024
)

// pendingWrites are a change of new rows only, on its way into a group.
type pendingWrites struct {
	writes []statement
	pending
}

// groupCommitter commits changes that only add new rows several at once: one transaction, one round trip and one wait for
// the disk for all that have come while the last ones were under way. New rows hold no lock that another change waits for.
type groupCommitter struct {
	groupQueue[*pendingWrites]
	engine *postgres
}

func startGroupCommitter(e *postgres) *groupCommitter {
	g := &groupCommitter{engine: e, groupQueue: newGroupQueue[*pendingWrites](laneQueueSize)}
	g.start(lanes, g.serve)
	return g
}

// submit hands a change over to the lanes and waits for its fate.
func (g *groupCommitter) submit(ctx context.Context, writes []statement) error {
	p := &pendingWrites{writes: writes, pending: pending{done: make(chan error, 1)}}
	return g.handOver(ctx, p, &p.pending)
}

// serve commits a change with what else waits once there is a connection; it does not wait for company. When the database
// refuses a row, none has been committed, and each change is tried alone: what is wrong with one is told to its caller only.
func (g *groupCommitter) serve(first *pendingWrites) {
	var group []*pendingWrites
	gathered := false
	err := g.commit(func() (writes []statement) {
		group, gathered = g.gather(first, maxLaneGroup, nil), true
		for _, p := range group {
			writes = append(writes, p.writes...)
		}
		return writes
	})
	if !gathered {
		group = g.gather(first, maxLaneGroup, nil)
	}
	if err == nil || len(group) == 1 || isUnavailable(err) {
		tell(group, err)
		return
	}
	for _, p := range group {
		p.tell(g.commit(func() []statement { return p.writes }))
	}
}

// commit makes one transaction of the writes that there are once it has a connection.
func (g *groupCommitter) commit(writes func() []statement) error {
	ctx, cancel := context.WithTimeout(context.Background(), laneBound)
	defer cancel()
	c := &postgresChange{engine: g.engine}
	defer c.release()
	if err := c.acquire(ctx); err != nil {
		return err
	}
	return c.commit(ctx, writes())
}

// isUnavailable reports whether trying each change alone is of no use, or might do again what has been done.
func isUnavailable(err error) bool { return fault.KindOf(translate(err)) == fault.Unavailable }
