package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/authority"
)

var postgresCatalogue = catalogueTexts{
	columns: `
		SELECT t.relname::text, c.attname::text, y.typname::text,
			COALESCE(array_position(k.indkey::int2[], c.attnum) + 1, 0)::bigint, CASE WHEN c.attidentity = '' THEN 0 ELSE 1 END::bigint
		FROM pg_class t
		JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
		JOIN pg_type y ON y.oid = c.atttypid
		LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
		WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace AND t.relname <> '` + gooseTable + `'
		ORDER BY t.relname, c.attnum`,
	references: `
		SELECT f.relname::text, t.relname::text FROM pg_constraint r
		JOIN pg_class f ON f.oid = r.conrelid JOIN pg_class t ON t.oid = r.confrelid
		WHERE r.contype = 'f' AND r.connamespace = current_schema()::regnamespace`,
}

func (e *postgres) catalogue() catalogueTexts { return postgresCatalogue }

// postgresReader is one transaction that sees one moment and holds nobody up.
type postgresReader struct {
	engine *postgres
	tx     pgx.Tx
}

func (e *postgres) beginReading(ctx context.Context) (reader, error) {
	tx, err := e.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	r := &postgresReader{e, tx}
	if _, err := tx.Exec(ctx, "SELECT "+mayThink); err != nil {
		return nil, errors.Join(err, r.end())
	}
	return r, nil
}

func (r *postgresReader) run(ctx context.Context, queries ...query) error {
	batch := &pgx.Batch{}
	for _, q := range queries {
		r.engine.queueQuery(batch, q)
	}
	return r.tx.SendBatch(ctx, batch).Close()
}

func (r *postgresReader) stream(ctx context.Context, text string) (tableRows, error) {
	return r.tx.Query(ctx, text)
}

func (r *postgresReader) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), retryAfter)
	defer cancel()
	if err := r.tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	return nil
}

// deferReferences has nothing to do: what COPY brings is checked at its end.
func (c *postgresChange) deferReferences(context.Context) error { return nil }

// load copies rows in, in one statement, and lets the database go on numbering after the highest.
func (c *postgresChange) load(ctx context.Context, has *tableInfo, t authority.Table, next func() ([]any, error)) error {
	var stopped error // the server answers with an error of its own to a COPY that the source fails
	rows := pgx.CopyFromFunc(func() (row []any, err error) {
		if row, err = next(); errors.Is(err, io.EOF) {
			return nil, nil
		}
		stopped = err
		return row, err
	})
	_, err := c.conn.CopyFrom(ctx, pgx.Identifier{t.Name}, columnNames(t), rows)
	if stopped != nil {
		return stopped
	}
	if err != nil {
		return err
	}
	for _, column := range has.identity {
		text := fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', '%s'), COALESCE(MAX(%[2]s), 0) + 1, false) FROM %[1]s`, t.Name, column)
		if _, err := c.conn.Exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}
