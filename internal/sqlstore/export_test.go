package sqlstore

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// WriterPragma tells what a setting is on the connection that an SQLite store writes by.
func (s *Store) WriterPragma(ctx context.Context, name string) (value string, err error) {
	conn := s.engine.(*embedded).writer.conn
	err = conn.query(ctx, ask("PRAGMA "+name, nil, func(scan func(...any) error) error {
		var number int64
		if scan(&number) == nil {
			value = strconv.FormatInt(number, 10)
			return nil
		}
		return scan(&value)
	}))
	return value, err
}

// SettingsOf tells what settings of PostgreSQL's are where something is read.
func SettingsOf(ctx context.Context, in authority.View, names ...string) (values []string, err error) {
	run := view{}.run
	switch v := in.(type) {
	case view:
		run = v.run
	case *tx:
		run = v.run
	}
	for _, name := range names {
		err = errors.Join(err, run(ctx, ask("SELECT current_setting(?)", []any{name}, func(scan func(...any) error) error {
			values = append(values, "")
			return scan(&values[len(values)-1])
		})))
	}
	return values, err
}

// LockOrder tells in which order a group of changes locks rows.
func LockOrder(ids []byte) (order []byte) {
	var group []*sharedChange
	for _, id := range ids {
		group = append(group, &sharedChange{step: sharedStep{queries: []query{{locks: []byte{id}}, ask("SELECT 1", nil, nil)}}})
	}
	for _, q := range queriesOf(group) {
		order = append(order, q.locks...)
	}
	return order
}

// NewRowOrder tells in which order new rows of one table are written that were queued in this one, among others.
func NewRowOrder(ids []byte) (order []byte) {
	t := tx{}
	for _, id := range ids {
		t.queueNew("INSERT INTO a (id) VALUES (?)", []byte{id})
		t.queueNew("INSERT INTO b (id) VALUES (?)", []byte{id})
	}
	eachInsert(t.queued, func(rows []statement) bool {
		for _, row := range rows {
			if tableOf(row.text) == "a" {
				order = append(order, row.args[0].([]byte)...)
			}
		}
		return true
	})
	return order
}

// ShortestPause is after a copy of the log that got no further.
const ShortestPause = shortestPause

// Logged tells how many pages the log of an SQLite store had at the last commit, after a change.
func (s *Store) Logged() int64 { return s.engine.(*embedded).writer.conn.logged }

// StopCopies ends the copying of the log beside the writer.
func (s *Store) StopCopies() {
	c := s.engine.(*embedded).writer.copies
	c.closing <- struct{}{}
	<-c.stopped
}

// RestIsWanted tells whether the writer is to copy the rest of the log.
func (s *Store) RestIsWanted() bool { return s.engine.(*embedded).writer.copies.rest.Load() }

// AsksForRest tells whether the writer is asked to copy the rest of a log of so many pages, after StopCopies.
func (s *Store) AsksForRest(logged, copied int64) bool {
	c := s.engine.(*embedded).writer.copies
	c.copied.Store(copied)
	c.askForRest(logged)
	return c.rest.Swap(false)
}

// ChangeAsking runs a change that may share its transaction, and asks for one row.
func (s *Store) ChangeAsking(ctx context.Context, row func(scan func(dest ...any) error) error) error {
	return s.engine.change(ctx, func(ctx context.Context, t *tx) error {
		q := ask("SELECT 1", nil, row)
		q.locks = []byte{1}
		return t.run(ctx, q)
	})
}

// BoundShared says how long changes that share a transaction are given.
func (s *Store) BoundShared(bound time.Duration) { s.engine.(*postgres).shared.bound = bound }

// ReadQuickly asks something that may be asked together with what others ask.
func (s *Store) ReadQuickly(ctx context.Context, text string, row func(scan func(dest ...any) error) error) error {
	return s.engine.view(ctx, func(ctx context.Context, v view) error {
		q := ask(text, nil, row)
		q.quick = true
		return v.run(ctx, q)
	})
}
