package sqlstore

import "context"

// WriterPragma tells what a setting is on the connection that an SQLite store writes by.
func (s *Store) WriterPragma(ctx context.Context, name string) (value string, err error) {
	err = s.engine.(*embedded).writer.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value)
	return value, err
}
