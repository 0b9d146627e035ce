package sqlstore

import (
	"context"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	copyAt   = 500  // pages of the log that are not in the file yet, from which on they are copied; SQLite waits for 1,000
	finishAt = 4000 // pages that the log has, from which on it is to begin anew: 16 MB

	shortestPause = 100 * time.Millisecond // after a copy that got no further, as somebody reads what was there before
	longestPause  = time.Second
)

// checkpoints copies what the log holds into the file, on a connection of its own: on the writer's, everybody who changes
// something would wait for it. While the writer goes on, no copy is complete, and only after a complete one does the log
// begin anew; so the writer copies the rest of a long one, once there is little of it.
type checkpoints struct {
	conn    *sqliteConn
	file    *os.File // of the store: SQLite has the disk take on what was copied only after a complete copy, on the writer
	due     chan struct{}
	closing chan struct{}
	stopped chan struct{}
	copied  atomic.Int64 // pages of the log that are in the file
	rest    atomic.Bool  // the writer is to copy the rest
}

func startCheckpoints(file string, texts *texts) (*checkpoints, error) {
	conn, err := openSQLiteConn(file, texts, sqlitePragmas...)
	if err != nil {
		return nil, err
	}
	c := &checkpoints{conn: conn, due: make(chan struct{}, 1), closing: make(chan struct{}), stopped: make(chan struct{})}
	if c.file, err = os.Open(file); err != nil {
		return nil, withClose(err, conn)
	}
	go c.run()
	return c, nil
}

func (c *checkpoints) run() {
	defer close(c.stopped)
	pause := shortestPause
	for {
		select {
		case <-c.due:
		case <-c.closing:
			return
		}
		before := c.copied.Load()
		logged := c.copy(c.conn)
		if c.copied.Load() != before {
			pause = shortestPause
			c.askForRest(logged)
			continue
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-c.closing:
			return
		}
	}
}

// askForRest has the writer copy the rest of a log that is long, when there is little left of it to copy and nothing that
// the disk would still have to take on meanwhile.
func (c *checkpoints) askForRest(logged int64) {
	if logged >= finishAt && logged-c.copied.Load() < copyAt && c.file.Sync() == nil {
		c.rest.Store(true)
	}
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
		c.nudge()
	}
}

// nudge has what the log holds copied soon: it is told of a commit that failed as well, since a full disk may have room
// again once the log begins anew.
func (c *checkpoints) nudge() {
	select {
	case c.due <- struct{}{}:
	default: // it has been told
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
	close(c.closing)
	<-c.stopped
	return c.conn.close()
}

// closeFile is for after all connections have been closed: whoever closes a file gives up all locks that the process has
// on it, SQLite's too.
func (c *checkpoints) closeFile() error { return c.file.Close() }

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
