package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/doorward/doorward/internal/fault"
)

// postgresChange is one transaction: BEGIN goes out with the first statement, the queued writes with COMMIT.
type postgresChange struct {
	engine    *postgres
	turn      chan struct{} // what it waits for before it takes a connection; nil: nothing
	taken     bool          // its turn
	lockBound string        // how long it waits for a lock; empty: as long as the connection does
	pooled    *pgxpool.Conn
	conn      *pgx.Conn // nil until there is something to send
	begun     bool
}

// acquire waits for a connection, unless there is one.
func (c *postgresChange) acquire(ctx context.Context) (err error) {
	if c.conn != nil {
		return nil
	}
	if c.turn != nil && !c.taken {
		select {
		case c.turn <- struct{}{}:
			c.taken = true
		case <-ctx.Done():
			return unavailable(ctx.Err())
		}
	}
	if c.pooled, err = c.engine.pool.Acquire(ctx); err != nil {
		return unavailable(err)
	}
	c.conn = c.pooled.Conn()
	return nil
}

func (c *postgresChange) release() {
	if c.pooled != nil {
		c.pooled.Release()
	}
	if c.taken {
		<-c.turn
	}
}

func (c *postgresChange) batch(writes []statement) *pgx.Batch {
	batch := &pgx.Batch{}
	if !c.begun {
		batch.Queue("BEGIN")
		c.begun = true
		if c.lockBound != "" {
			batch.Queue("SET LOCAL lock_timeout = '" + c.lockBound + "'")
		}
	}
	for _, s := range merge(writes) {
		batch.Queue(c.engine.texts.of(s.text), s.args...)
	}
	return batch
}

// send makes one round trip within the transaction.
func (c *postgresChange) send(ctx context.Context, writes []statement, queries []query) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	batch := c.batch(writes)
	for _, q := range queries {
		c.engine.queueQuery(batch, q)
	}
	c.engine.traceBatch(batch)
	return c.conn.SendBatch(ctx, batch).Close()
}

// commit sends the queued writes and COMMIT in one round trip, under a context that nobody can cancel: PostgreSQL
// answers success with a warning to a COMMIT cancelled while it waits for a standby. Any warning and any error once
// COMMIT was sent means that the outcome is unknown, unless a write before it was refused: then COMMIT did not run.
func (c *postgresChange) commit(ctx context.Context, writes []statement) error {
	if !c.begun && len(writes) == 0 {
		return nil
	}
	if err := c.acquire(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitBound)
	defer cancel()
	batch := c.batch(writes)
	batch.Queue("COMMIT")
	c.engine.traceBatch(batch)
	takeWarning(c.conn.PgConn())
	refused, err := c.results(c.conn.SendBatch(ctx, batch), batch.Len())
	warning := takeWarning(c.conn.PgConn())
	switch {
	case refused != nil:
		c.abandon()
		return refused
	case err == nil && warning != nil:
		err = fmt.Errorf("warning during COMMIT: %s (%s)", warning.Message, warning.Code)
	}
	if err != nil {
		c.drop()
		return fault.UnknownOutcome(err)
	}
	return nil
}

// results reads what each statement answered. refused is a statement before COMMIT that the database rejected.
func (c *postgresChange) results(results pgx.BatchResults, n int) (refused, err error) {
	for i := range n {
		tag, err := results.Exec()
		if err == nil {
			if i == n-1 && tag.String() != "COMMIT" {
				// COMMIT of a transaction that had failed answers ROLLBACK, and is no error.
				return nil, errors.Join(fmt.Errorf("COMMIT answered %s", tag), results.Close())
			}
			continue
		}
		closeErr := results.Close()
		if _, rejected := errors.AsType[*pgconn.PgError](err); rejected && i < n-1 && !c.conn.IsClosed() {
			return err, nil
		}
		return nil, errors.Join(err, closeErr)
	}
	return nil, results.Close()
}

func (c *postgresChange) fail(err error) error {
	c.abandon()
	return err
}

// abandon undoes what was begun; a connection that cannot is given up.
func (c *postgresChange) abandon() {
	if !c.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), retryAfter)
	defer cancel()
	if _, err := c.conn.Exec(ctx, "ROLLBACK"); err != nil {
		c.drop()
	}
}

func (c *postgresChange) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), retryAfter)
	defer cancel()
	_ = c.conn.Close(ctx) // the pool makes a new one
}

const warningKey = "doorward-warning"

// keepWarning remembers a connection's last warning, for the commit that is under way on it.
func keepWarning(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[warningKey] = notice
	}
}

func takeWarning(conn *pgconn.PgConn) *pgconn.Notice {
	notice, _ := conn.CustomData()[warningKey].(*pgconn.Notice)
	delete(conn.CustomData(), warningKey)
	return notice
}
