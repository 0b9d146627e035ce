package sqlstore

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/doorward/doorward/internal/fault"
)

// maxGroup bounds the changes committed together: enough to share an fsync, few enough to stay short.
const maxGroup = 256

// errClosed is what a change gets from a store that is closing.
var errClosed = errors.New("the store is closed")

// groupWriter is the one writer of an SQLite store. It takes the changes that wait, runs them one after the other
// in one transaction and commits once: nobody is told success before the fsync that covers it.
type groupWriter struct {
	groupQueue[*pendingChange]
	conn    *sqliteConn
	copies  *checkpoints
	trace   func(RoundTrip)
	failing atomic.Bool // the last commit failed
	queued  []statement // writes of the group that nothing has had to come after yet
	tables  []string    // that it is for
	last    []statement // new rows of changes that asked nothing: as of one order as of another, they come after all others
	carried []string    // statements since the last begin, for the trace
}

func startGroupWriter(file string, texts *texts, trace func(RoundTrip)) (*groupWriter, error) {
	conn, err := openSQLiteConn(file, texts, slices.Concat(sqlitePragmas, writerPragmas)...)
	if err != nil {
		return nil, err
	}
	copies, err := startCheckpoints(file, texts)
	if err != nil {
		return nil, withClose(err, conn)
	}
	conn.countLogged()
	w := &groupWriter{conn: conn, copies: copies, trace: trace, groupQueue: newGroupQueue[*pendingChange](4 * maxGroup)}
	// It lets whoever can run go first, once: on one core those about to change something have had no chance to say so.
	w.start(1, func(first *pendingChange) { w.commit(w.gather(first, maxGroup, runtime.Gosched)) })
	return w, nil
}

// submit hands a change over to the writer and waits for its fate.
func (w *groupWriter) submit(ctx context.Context, change func(ctx context.Context, t *tx) error) error {
	p := &pendingChange{ctx: ctx, change: change, pending: pending{done: make(chan error, 1)}}
	return w.handOver(ctx, p, &p.pending)
}

func (w *groupWriter) stop() error {
	w.groupQueue.stop()
	return errors.Join(w.copies.stop(), w.conn.close())
}

// commit runs a group in one transaction. A change is validated before it writes, so that one that fails has usually
// written nothing and the others go on; when it has written, the group is rolled back and replayed one by one.
func (w *groupWriter) commit(group []*pendingChange) {
	if len(group) == 0 {
		return
	}
	ctx := context.Background() // a caller that leaves must not roll back the others
	if err := w.begin(ctx); err != nil {
		w.rollback(ctx)
		w.failing.Store(true)
		tell(group, unavailable(err))
		return
	}
	results := make([]error, len(group))
	for i, p := range group {
		wrote, err := w.apply(ctx, p)
		results[i] = err
		if _, decided := errors.AsType[*fault.Error](err); err != nil && (wrote || !decided) {
			// Written and then refused, or an error of the database, after which it may have rolled back by itself.
			w.rollback(ctx)
			w.replay(group, i, err)
			return
		}
	}
	w.queued = append(w.queued, w.last...)
	w.last = emptied(w.last)
	if err := w.flush(ctx); err != nil {
		w.rollback(ctx)
		w.replay(group, 0, err)
		return
	}
	err := w.exec(ctx, "COMMIT")
	w.failing.Store(err != nil)
	if err != nil {
		w.rollback(ctx)
		tell(group, fault.UnknownOutcome(err))
		w.copies.nudge()
		return
	}
	for i, p := range group {
		p.tell(results[i])
	}
	w.copies.committed(w.conn)
}

// begin starts a transaction. One that is still open, because its rollback failed too, is ended first.
func (w *groupWriter) begin(ctx context.Context) error {
	err := w.exec(ctx, "BEGIN IMMEDIATE")
	if e, ok := errors.AsType[*sqliteError](err); err == nil || ok && e.code&0xff == sqlite3.SQLITE_BUSY {
		return err // another process has the lock, and has been waited for long enough
	}
	w.rollback(ctx)
	return w.exec(ctx, "BEGIN IMMEDIATE")
}

// replay commits each change alone, after one of them failed with writes behind it. That one is not run again when it
// was alone: its failure is known.
func (w *groupWriter) replay(group []*pendingChange, failed int, err error) {
	if len(group) == 1 {
		group[failed].tell(err)
		return
	}
	for _, p := range group {
		w.commit([]*pendingChange{p})
	}
}

// enqueue keeps writes for later, and which tables they are for.
func (w *groupWriter) enqueue(writes []statement) {
	w.queued = append(w.queued, writes...)
	for _, s := range writes {
		table := "" // of whatever else there is: everything comes after it
		if s.key == newRow {
			table = tableOf(s.text)
		}
		if !slices.Contains(w.tables, table) {
			w.tables = append(w.tables, table)
		}
	}
}

// mustFlush reports whether what is queued has to be written before queries: unless it is new rows of tables that none of
// them names, which nothing can tell from rows that come after.
func (w *groupWriter) mustFlush(queries []query) bool {
	for _, table := range w.tables {
		for _, q := range queries {
			if strings.Contains(q.text, table) {
				return true
			}
		}
	}
	return len(queries) == 0
}

// flush writes what the changes so far have queued, the rows of all of them together.
func (w *groupWriter) flush(ctx context.Context) (err error) {
	eachInsert(w.queued, func(rows []statement) bool {
		w.note(rows[0].text)
		err = w.conn.insert(ctx, rows...)
		return err == nil
	})
	w.queued, w.tables = emptied(w.queued), w.tables[:0]
	return err
}

// emptied returns the memory of statements for others, unless there were so many that it is more than a group needs.
func emptied(all []statement) []statement {
	if cap(all) > 16*maxGroup {
		return nil
	}
	clear(all)
	return all[:0]
}

func (w *groupWriter) exec(ctx context.Context, text string, args ...any) error {
	w.note(text)
	return w.conn.exec(ctx, text, args...)
}

func (w *groupWriter) query(ctx context.Context, q query) error {
	w.note(q.text)
	return w.conn.query(ctx, q)
}

// rollback undoes the transaction and forgets what it was still to write.
func (w *groupWriter) rollback(ctx context.Context) {
	w.queued, w.tables, w.last = emptied(w.queued), w.tables[:0], emptied(w.last)
	_ = w.conn.exec(ctx, "ROLLBACK") // an error means that SQLite has rolled back by itself
}

func (w *groupWriter) note(text string) {
	if w.trace == nil {
		return
	}
	w.carried = append(w.carried, text)
	if text == "COMMIT" {
		w.trace(RoundTrip{Statements: w.carried})
		w.carried = nil
	}
}
