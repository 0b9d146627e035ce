package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
)

// pendingChange is a change on its way through the writer.
type pendingChange struct {
	ctx    context.Context
	change func(ctx context.Context, t *tx) error
	pending
}

// apply runs one change; its queued writes join those of the group. wrote says whether it may have changed the database.
func (w *groupWriter) apply(ctx context.Context, p *pendingChange) (wrote bool, err error) {
	c := &groupConn{writer: w}
	t := &tx{loader: c, catalogue: sqliteCatalogue}
	t.run = func(ctx context.Context, queries ...query) error { return c.send(ctx, t.takeQueued(), queries) }
	defer func() {
		if r := recover(); r != nil {
			// Only the type: the value may hold what the request held.
			wrote, err = true, fmt.Errorf("a change panicked: %T\n%s", r, debug.Stack())
		}
	}()
	if err := p.ctx.Err(); err != nil {
		return false, unavailable(err) // its caller has gone: no error of the database, which would undo the group
	}
	if err := p.change(ctx, t); err != nil || c.failed != nil {
		return c.wrote, cmp.Or(c.failed, err)
	}
	if !c.asked && onlyNewRows(t.queued) {
		w.last = append(w.last, t.queued...)
	} else {
		w.enqueue(t.queued)
	}
	return c.wrote, nil
}

// groupConn is the writer's connection as one change sees it.
type groupConn struct {
	writer *groupWriter
	asked  bool
	wrote  bool
	failed error // of the database: what it had already queued may be lost
}

// send runs queries after the writes before them, of this change and of those that the group ran before it. After an
// error of the database nothing more is run, whatever the change makes of it: the transaction may have ended, and what
// came now would be committed by itself.
func (c *groupConn) send(ctx context.Context, writes []statement, queries []query) error {
	if c.failed != nil {
		return c.failed
	}
	err := c.sendAll(ctx, writes, queries)
	c.failed = cmp.Or(c.failed, err)
	return err
}

func (c *groupConn) sendAll(ctx context.Context, writes []statement, queries []query) error {
	c.asked = true
	if len(writes) > 0 {
		c.wrote = true
		c.writer.enqueue(writes)
	}
	if c.writer.mustFlush(queries) {
		if err := c.writer.flush(ctx); err != nil {
			return err
		}
	}
	for _, q := range queries {
		if err := c.writer.query(ctx, q.noting(&c.wrote)); err != nil {
			return err
		}
	}
	return nil
}
