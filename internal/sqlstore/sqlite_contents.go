package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

var sqliteCatalogue = catalogueTexts{
	columns: `SELECT t.name, c.name, c.type, c.pk, 0 FROM sqlite_schema t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' AND t.name <> '` + gooseTable + `' ORDER BY t.name, c.cid`,
	references: `SELECT t.name, f."table" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`,
}

func (e *embedded) catalogue() catalogueTexts { return sqliteCatalogue }

// sqliteReader is one read transaction: in WAL mode it sees one moment and holds nobody up.
type sqliteReader struct {
	db    *sql.DB
	conn  *sql.Conn
	texts *texts
}

func (e *embedded) beginReading(ctx context.Context) (reader, error) {
	db, err := sql.Open("sqlite", sqliteDSN(e.file, readerPragmas...))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	r := &sqliteReader{db, conn, e.texts}
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *sqliteReader) run(ctx context.Context, queries ...query) error {
	for _, q := range queries {
		rows, err := r.conn.QueryContext(ctx, r.texts.of(q.text), q.args...)
		if err != nil {
			return err
		}
		if err := scanEach(rows, q); err != nil {
			return err
		}
	}
	return nil
}

func (r *sqliteReader) stream(ctx context.Context, text string) (tableRows, error) {
	rows, err := r.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return newSQLiteRows(rows)
}

func (r *sqliteReader) end() error {
	_, err := r.conn.ExecContext(context.Background(), "ROLLBACK")
	return errors.Join(err, r.close())
}

func (r *sqliteReader) close() error { return errors.Join(r.conn.Close(), r.db.Close()) }

// sqliteRows returns values as they are stored: the tables are STRICT.
type sqliteRows struct {
	*sql.Rows
	values, dest []any
}

func newSQLiteRows(rows *sql.Rows) (*sqliteRows, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	r := &sqliteRows{Rows: rows, values: make([]any, len(columns)), dest: make([]any, len(columns))}
	for i := range r.dest {
		r.dest[i] = &r.values[i]
	}
	return r, nil
}

func (r *sqliteRows) Values() ([]any, error) { return r.values, r.Scan(r.dest...) }

func (r *sqliteRows) Close() { _ = r.Rows.Close() } // Err has told what there is to tell

// deferReferences lets rows come before those they refer to, until the commit.
func (c *groupConn) deferReferences(ctx context.Context) error {
	c.wrote = true
	return c.writer.exec(ctx, "PRAGMA defer_foreign_keys = ON")
}

// load inserts rows until there are no more. SQLite goes on numbering after the highest by itself.
func (c *groupConn) load(ctx context.Context, _ *tableInfo, t authority.Table, next func() ([]any, error)) error {
	c.wrote = true
	if err := c.writer.flush(ctx); err != nil {
		return err
	}
	columns := columnNames(t)
	text := `INSERT INTO ` + t.Name + ` (` + strings.Join(columns, ", ") + `) VALUES (` + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + `)`
	for {
		row, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.writer.exec(ctx, text, row...); err != nil {
			return err
		}
	}
}
