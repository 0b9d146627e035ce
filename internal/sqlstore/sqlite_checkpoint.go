package sqlstore

import (
	"context"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	copyAt   = 500  // pages of the log that are not in the file yet, from which on they are copied: SQLite waits for 1,000, of which each copy takes twice as long
	finishAt = 4000 // pages that the log has, from which on it is to begin anew: 16 MB
)

// checkpoints copies what the log holds into the file, on a connection of its own: on the writer's, everybody who changes
// something would wait for every thousandth page, some ten milliseconds each time. While the writer goes on, no copy is
// complete, and only after a complete one does the log begin anew; so the writer copies the rest of a long one, which is
// what little has been written since.
type checkpoints struct {
	conn    *sqliteConn
	due     chan struct{}
	stopped chan struct{}
	copied  atomic.Int64 // pages of the log that are in the file
	rest    atomic.Bool  // the writer is to copy the rest
}

func startCheckpoints(file string, texts *texts) (*checkpoints, error) {
	conn, err := openSQLiteConn(file, texts, sqlitePragmas...)
	if err != nil {
		return nil, err
	}
	c := &checkpoints{conn: conn, due: make(chan struct{}, 1), stopped: make(chan struct{})}
	go func() {
		defer close(c.stopped)
		for range c.due {
			if c.copy(conn) >= finishAt {
				c.rest.Store(true)
			}
		}
	}()
	return c, nil
}

// committed is told by the writer of each commit, when nobody waits for it any more.
func (c *checkpoints) committed(writer *sqliteConn) {
	if writer.logged < c.copied.Load() {
		c.copied.Store(0) // the log has begun anew
	}
	switch {
	case c.rest.Swap(false):
		c.copy(writer)
	case writer.logged-c.copied.Load() >= copyAt:
		select {
		case c.due <- struct{}{}:
		default: // it has been told
		}
	}
}

// copy returns how many pages the log has. One that fails, or finds another under way, is made up for by the next: what
// the log holds is not lost.
func (c *checkpoints) copy(conn *sqliteConn) (logged int64) {
	_ = conn.query(context.Background(), ask("PRAGMA wal_checkpoint(PASSIVE)", nil, func(scan func(...any) error) error {
		var busy, copied int64
		err := scan(&busy, &logged, &copied)
		if busy == 0 {
			c.copied.Store(copied)
		}
		return err
	}))
	return logged
}

func (c *checkpoints) stop() error {
	close(c.due)
	<-c.stopped
	return c.conn.close()
}

// countLogged has the connection know how many pages the log has after each of its commits, in place of SQLite's own hook,
// which copies them.
func (c *sqliteConn) countLogged() {
	sqlite3.Xsqlite3_wal_hook(c.tls, c.handle, loggedFunc, c.handle)
}

// loggedFunc is logged as SQLite calls it, like interruptFunc.
var loggedFunc = *(*uintptr)(unsafe.Pointer(&struct {
	f func(tls *libc.TLS, argument, handle, name uintptr, pages int32) int32
}{logged}))

func logged(_ *libc.TLS, _, handle, _ uintptr, pages int32) int32 {
	if c, ok := opened.Load(handle); ok {
		c.(*sqliteConn).logged = int64(pages)
	}
	return sqlite3.SQLITE_OK
}
