package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteConn is one connection to an SQLite store, for one goroutine at a time. It calls SQLite itself, past database/sql
// and its driver, which together take longer around a statement than SQLite takes for it (docs/decisions/0031).
type sqliteConn struct {
	tls      *libc.TLS
	handle   uintptr
	texts    *texts
	prepared map[preparedKey]*sqliteStatement
	ctx      context.Context // of what is under way; its end interrupts it
	logged   int64           // pages of the log at its last commit, for countLogged
}

// preparedKey names a statement: an INSERT is prepared once for each number of rows.
type preparedKey struct {
	text string
	rows int
}

const (
	openFlags   = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_URI | sqlite3.SQLITE_OPEN_NOMUTEX
	interruptAt = 10_000 // instructions between two looks at whether the caller has gone: less than a millisecond
)

func openSQLiteConn(file string, texts *texts, pragmas ...string) (*sqliteConn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), texts: texts, prepared: map[preparedKey]*sqliteStatement{}, ctx: context.Background()}
	if err := c.open(sqliteURI(file)); err != nil {
		return nil, withClose(err, c)
	}
	for _, pragma := range pragmas {
		if err := c.exec(c.ctx, "PRAGMA "+pragma); err != nil {
			return nil, withClose(err, c)
		}
	}
	return c, nil
}

func withClose(err error, c *sqliteConn) error {
	_ = c.close()
	return err
}

func (c *sqliteConn) open(uri string) error {
	name, err := libc.CString(uri)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	handle := libc.Xmalloc(c.tls, libc.Tsize_t(unsafe.Sizeof(c.handle)))
	defer libc.Xfree(c.tls, handle)
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, handle, openFlags, 0)
	c.handle = *(*uintptr)(pointer(handle))
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.handle, 1)
	opened.Store(c.handle, c)
	sqlite3.Xsqlite3_progress_handler(c.tls, c.handle, interruptAt, interruptFunc, c.handle)
	return nil
}

// opened are the open connections by their handles, for what SQLite calls to find.
var opened sync.Map

// interruptFunc is interrupt as SQLite calls it: a pointer to a Go function value, as ccgo makes them.
var interruptFunc = *(*uintptr)(unsafe.Pointer(&struct {
	f func(tls *libc.TLS, handle uintptr) int32
}{interrupt}))

// interrupt is called by SQLite within a statement, on its goroutine, and ends it when its caller has gone.
func interrupt(_ *libc.TLS, handle uintptr) int32 {
	if c, ok := opened.Load(handle); ok && c.(*sqliteConn).ctx.Err() != nil {
		return 1
	}
	return 0
}

func (c *sqliteConn) close() error {
	for _, s := range c.prepared {
		s.finalize()
	}
	var err error
	if c.handle != 0 {
		opened.Delete(c.handle)
		if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.handle); rc != sqlite3.SQLITE_OK {
			err = c.failure(rc)
		}
	}
	c.tls.Close()
	return err
}

// exec runs a statement to its end, whatever it returns.
func (c *sqliteConn) exec(ctx context.Context, text string, args ...any) error {
	return c.insert(ctx, statement{text: text, args: args})
}

// insert writes rows that differ in nothing but their arguments by one statement.
func (c *sqliteConn) insert(ctx context.Context, rows ...statement) error {
	s, err := c.prepare(rows[0].text, len(rows))
	if err != nil {
		return err
	}
	return s.run(ctx, rows, func() error { return nil })
}

// query hands each row of a query to it.
func (c *sqliteConn) query(ctx context.Context, q query) error {
	s, err := c.prepare(q.text, 1)
	if err != nil {
		return err
	}
	return s.run(ctx, []statement{q.statement}, func() error { return q.row(s.scan) })
}

// prepare keeps each statement prepared.
func (c *sqliteConn) prepare(text string, rows int) (*sqliteStatement, error) {
	key := preparedKey{text, rows}
	if s := c.prepared[key]; s != nil {
		return s, nil
	}
	s, err := c.compile(c.texts.of(manyRows(text, rows)))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	c.prepared[key] = s
	return s, nil
}

// manyRows is an INSERT of so many rows. One that fails ends the whole transaction, which is what becomes of a group
// anyway (see groupConn.send): otherwise SQLite would keep a copy of each page that the statement changes, beyond 64 KiB
// in a file.
func manyRows(insert string, rows int) string {
	if rows == 1 {
		return insert
	}
	return strings.Replace(repeated(insert, rows), "INSERT INTO", "INSERT OR ROLLBACK INTO", 1)
}

func (c *sqliteConn) compile(text string) (*sqliteStatement, error) {
	sql, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, sql)
	handle := libc.Xmalloc(c.tls, libc.Tsize_t(unsafe.Sizeof(c.handle)))
	defer libc.Xfree(c.tls, handle)
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.handle, sql, int32(len(text)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, handle, 0)
	if rc != sqlite3.SQLITE_OK {
		return nil, c.failure(rc)
	}
	s := &sqliteStatement{conn: c, handle: *(*uintptr)(pointer(handle))}
	s.parameters = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.handle))
	s.columns = int(sqlite3.Xsqlite3_column_count(c.tls, s.handle))
	return s, nil
}

// sqliteError is what SQLite answered.
type sqliteError struct {
	code    int
	message string
}

func (e *sqliteError) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.message, e.code) }

func (c *sqliteConn) failure(rc int32) error {
	message := libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	if c.handle != 0 && sqlite3.Xsqlite3_extended_errcode(c.tls, c.handle) == rc {
		message = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.handle))
	}
	return &sqliteError{code: int(rc), message: message}
}

// pointer is where SQLite's own memory is: outside of what Go's collector moves or frees.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// memory is a part of SQLite's own memory.
func memory(address uintptr, length int) []byte {
	if length == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(address)), length)
}
