package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// Options are what an installation or a test chooses; the zero value works.
type Options struct {
	// Clock replaces the store's own clock, for tests that set the time by hand.
	Clock func() time.Time
	// Trace is called with every round trip to the engine: how many statements it carried and whether it committed.
	Trace func(RoundTrip)
	// AsItIs opens a store that is there, without making or migrating anything.
	AsItIs bool
	// Schema brings the schema to this version only; 0 is the newest.
	Schema int64
	// Connections bounds the pool on PostgreSQL; 0 is 16.
	Connections int
}

// RoundTrip is one exchange with the engine, as Trace sees it.
type RoundTrip struct {
	Statements []string // in order, "begin" and "commit" among them
}

// Store is an authority.Store on one of the two engines.
type Store struct {
	engine engine
	clock  func() time.Time
}

var _ authority.Store = (*Store)(nil)

// engine is what the two databases do differently.
type engine interface {
	view(ctx context.Context, read func(ctx context.Context, v view) error) error
	change(ctx context.Context, change func(ctx context.Context, t *tx) error) error
	now() time.Time
	ready(ctx context.Context) error
	catalogue() catalogueTexts
	beginReading(ctx context.Context) (reader, error)
	close() error
}

// statement is a query text with its arguments.
type statement struct {
	text string
	args []any
	key  int // of an INSERT: how many of the first arguments name the row; newRow; 0: it is not sent together with others
}

// newRow marks an INSERT of a row that refers to no other, that no other refers to, and that replaces none: such rows
// may be written in any order, so that those of one table can be written together.
const newRow = -1

// query is a statement that returns rows, each handed to row.
type query struct {
	statement
	row    func(scan func(dest ...any) error) error
	locks  []byte // the ID of the one row that it locks, if it is the first of a change that may share its transaction
	common bool   // others may ask the same, as askCommon says
	quick  bool   // it reads a row by its key: others' may be read in the same round trip
}

// noting takes a row of a statement that writes as proof that it has written: one that returns none has changed none.
func (q query) noting(wrote *bool) query {
	if !isWrite(q.text) {
		return q
	}
	row := q.row
	q.row = func(scan func(dest ...any) error) error {
		*wrote = true
		return row(scan)
	}
	return q
}

// runner sends queries in one round trip, in order.
type runner func(ctx context.Context, queries ...query) error

// View runs read against what is committed.
func (s *Store) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return s.engine.view(ctx, func(ctx context.Context, v view) error { return read(ctx, v) })
}

// Recall fails: this store remembers nothing.
func (s *Store) Recall(context.Context, func(ctx context.Context, f authority.Facts) error) error {
	return authority.ErrNotRemembered
}

// Settle returns at once: whatever asks this store is answered by what is committed.
func (s *Store) Settle(context.Context) error { return nil }

// Change runs change as one transaction; nil means durable.
func (s *Store) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.engine.change(ctx, func(ctx context.Context, t *tx) error {
		t.now = s.override()
		return change(ctx, t)
	})
}

// Now reads the one clock, to the microsecond that the store keeps.
func (s *Store) Now() time.Time {
	if s.clock != nil {
		return s.clock().UTC().Truncate(time.Microsecond)
	}
	return s.engine.now().UTC().Truncate(time.Microsecond)
}

// override is what {now} is replaced by: nothing, but for a clock set by hand.
func (s *Store) override() any {
	if s.clock == nil {
		return nil
	}
	return micros(s.Now())
}

// Ready fails when the store cannot serve.
func (s *Store) Ready(ctx context.Context) error { return s.engine.ready(ctx) }

// Close waits for changes under way and releases the database.
func (s *Store) Close() error { return s.engine.close() }

// view implements authority.View on whatever runs its queries.
type view struct{ run runner }

// tx implements authority.Tx: reads go out at once, after the writes queued before them; writes wait for the commit.
type tx struct {
	view
	loader
	catalogue catalogueTexts
	queued    []statement
	now       any // replaces {now} in tests
}

func (t *tx) queue(text string, args ...any) {
	t.queued = append(t.queued, statement{text: text, args: args})
}

// queueRow queues an INSERT of one row, which the first arguments name.
func (t *tx) queueRow(key int, text string, args ...any) {
	t.queued = append(t.queued, statement{text, args, key})
}

// queueNew queues an INSERT of a row that is new, as newRow says.
func (t *tx) queueNew(text string, args ...any) {
	t.queued = append(t.queued, statement{text, args, newRow})
}

func (t *tx) takeQueued() []statement {
	queued := t.queued
	t.queued = nil
	return queued
}

func ask(text string, args []any, row func(scan func(dest ...any) error) error) query {
	return query{statement: statement{text: text, args: args}, row: row}
}

// askCommon asks what changes beside this one may ask in the same words: those that share a transaction ask it once.
func askCommon(text string, args []any, row func(scan func(dest ...any) error) error) query {
	return query{statement: statement{text: text, args: args}, row: row, common: true}
}
