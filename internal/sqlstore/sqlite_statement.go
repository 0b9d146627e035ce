package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteStatement is a statement that stays prepared on its connection.
type sqliteStatement struct {
	conn       *sqliteConn
	handle     uintptr
	parameters int
	columns    int
	arguments  uintptr // memory of SQLite's that the texts and bytes of the arguments are copied to
	room       int     // of it
	used       int     // of it
}

// run binds the arguments of rows, one after the other, and calls row for each row that comes back.
func (s *sqliteStatement) run(ctx context.Context, rows []statement, row func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.conn.ctx = ctx
	defer s.reset()
	if err := s.bind(rows); err != nil {
		return err
	}
	for {
		switch rc := sqlite3.Xsqlite3_step(s.conn.tls, s.handle); rc {
		case sqlite3.SQLITE_ROW:
			if err := row(); err != nil {
				return err
			}
		case sqlite3.SQLITE_DONE:
			return nil
		default:
			return s.broken(ctx, rc)
		}
	}
}

// broken is why a step failed: because the caller has gone, if it has.
func (s *sqliteStatement) broken(ctx context.Context, rc int32) error {
	if rc&0xff == sqlite3.SQLITE_INTERRUPT && ctx.Err() != nil {
		return ctx.Err()
	}
	return s.conn.failure(rc)
}

// reset ends the statement, so that it holds no lock; what it failed with has been told.
func (s *sqliteStatement) reset() {
	sqlite3.Xsqlite3_reset(s.conn.tls, s.handle)
	s.conn.ctx = context.Background()
}

func (s *sqliteStatement) finalize() {
	sqlite3.Xsqlite3_finalize(s.conn.tls, s.handle)
	libc.Xfree(s.conn.tls, s.arguments)
}

func (s *sqliteStatement) bind(rows []statement) error {
	s.makeRoom(rows)
	n := 0
	for _, row := range rows {
		for _, arg := range row.args {
			n++
			if rc := s.bindOne(int32(n), arg); rc != sqlite3.SQLITE_OK {
				return s.conn.failure(rc)
			}
		}
	}
	if n != s.parameters {
		return fmt.Errorf("a statement of %d parameters got %d arguments", s.parameters, n)
	}
	return nil
}

// makeRoom is for all arguments at once: what is bound must not move until the statement has run.
func (s *sqliteStatement) makeRoom(rows []statement) {
	need := 1 // an empty text has an address too
	for _, row := range rows {
		for _, arg := range row.args {
			need += lengthOf(arg)
		}
	}
	s.used = 0
	if need <= s.room {
		return
	}
	libc.Xfree(s.conn.tls, s.arguments)
	s.room = need + need/2
	s.arguments = libc.Xmalloc(s.conn.tls, libc.Tsize_t(s.room))
	if s.arguments == 0 {
		panic("sqlstore: out of memory")
	}
}

func lengthOf(arg any) int {
	switch v := arg.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	case nil, int64, int:
		return 0
	}
	if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
		return v.Len()
	}
	return 0
}

func (s *sqliteStatement) bindOne(n int32, arg any) int32 {
	tls := s.conn.tls
	switch v := arg.(type) {
	case nil:
		return sqlite3.Xsqlite3_bind_null(tls, s.handle, n)
	case int64:
		return sqlite3.Xsqlite3_bind_int64(tls, s.handle, n, v)
	case int:
		return sqlite3.Xsqlite3_bind_int64(tls, s.handle, n, int64(v))
	case string:
		return s.bindText(n, v)
	case []byte:
		return s.bindBytes(n, v)
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return s.bindText(n, v.String())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return sqlite3.Xsqlite3_bind_int64(tls, s.handle, n, v.Int())
	}
	panic(fmt.Sprintf("sqlstore: no argument is a %T", arg)) // our own types only
}

// static says that what is bound stays where it is.
const static = 0

func (s *sqliteStatement) bindText(n int32, text string) int32 {
	at := s.arguments + uintptr(s.used)
	s.used += copy(memory(at, len(text)), text)
	return sqlite3.Xsqlite3_bind_text(s.conn.tls, s.handle, n, at, int32(len(text)), static)
}

// bindBytes takes no bytes at all for NULL, as drivers do.
func (s *sqliteStatement) bindBytes(n int32, b []byte) int32 {
	if b == nil {
		return sqlite3.Xsqlite3_bind_null(s.conn.tls, s.handle, n)
	}
	at := s.arguments + uintptr(s.used)
	s.used += copy(memory(at, len(b)), b)
	return sqlite3.Xsqlite3_bind_blob(s.conn.tls, s.handle, n, at, int32(len(b)), static)
}

// scan reads the columns of the current row. The tables are STRICT: a value of another kind is an error.
func (s *sqliteStatement) scan(dest ...any) error {
	if len(dest) != s.columns {
		return fmt.Errorf("a row of %d columns was read as %d", s.columns, len(dest))
	}
	for i, to := range dest {
		kind := s.kind(i)
		if scanner, ok := to.(sql.Scanner); ok {
			if err := scanner.Scan(s.value(i, kind)); err != nil {
				return fmt.Errorf("column %d: %w", i, err)
			}
		} else if !s.column(i, kind, to) {
			return fmt.Errorf("column %d of kind %d cannot be a %T", i, kind, to)
		}
	}
	return nil
}

// value is a column as a driver has it; bytes are the statement's own.
func (s *sqliteStatement) value(i int, kind int32) any {
	switch kind {
	case sqlite3.SQLITE_INTEGER:
		return s.integer(i)
	case sqlite3.SQLITE_TEXT:
		return s.text(i)
	case sqlite3.SQLITE_BLOB:
		return s.bytes(i)
	}
	return nil
}

func (s *sqliteStatement) column(i int, kind int32, to any) bool {
	switch to := to.(type) {
	case *[]byte:
		*to = append([]byte(nil), s.bytes(i)...)
		return kind == sqlite3.SQLITE_BLOB
	case *int64:
		*to = s.integer(i)
		return kind == sqlite3.SQLITE_INTEGER
	case *string:
		*to = s.text(i)
		return kind == sqlite3.SQLITE_TEXT
	}
	switch v := reflect.ValueOf(to).Elem(); v.Kind() {
	case reflect.String:
		v.SetString(s.text(i))
		return kind == sqlite3.SQLITE_TEXT
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(s.integer(i))
		return kind == sqlite3.SQLITE_INTEGER
	}
	return false
}

func (s *sqliteStatement) kind(i int) int32 {
	return sqlite3.Xsqlite3_column_type(s.conn.tls, s.handle, int32(i))
}

func (s *sqliteStatement) integer(i int) int64 {
	return sqlite3.Xsqlite3_column_int64(s.conn.tls, s.handle, int32(i))
}

func (s *sqliteStatement) text(i int) string {
	at := sqlite3.Xsqlite3_column_text(s.conn.tls, s.handle, int32(i))
	return string(memory(at, int(sqlite3.Xsqlite3_column_bytes(s.conn.tls, s.handle, int32(i)))))
}

// bytes are the statement's own, until its next step.
func (s *sqliteStatement) bytes(i int) []byte {
	at := sqlite3.Xsqlite3_column_blob(s.conn.tls, s.handle, int32(i))
	return memory(at, int(sqlite3.Xsqlite3_column_bytes(s.conn.tls, s.handle, int32(i))))
}
