package sqlstore

import (
	"context"
	"strconv"
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
