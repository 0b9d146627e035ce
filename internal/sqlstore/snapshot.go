package sqlstore

import (
	"context"
	"io"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

// snapshot is a store's contents at one moment: one read transaction, begun by Begin.
type snapshot struct {
	engine engine
	reader reader // nil before Begin
	schema int64
	tables []*tableInfo
	rows   tableRows // nil between tables
}

// reader is a read transaction that sees one moment.
type reader interface {
	run(ctx context.Context, queries ...query) error
	stream(ctx context.Context, text string) (tableRows, error)
	end() error
}

// tableRows are the rows of one query, not all of them in memory at once.
type tableRows interface {
	Next() bool
	Values() ([]any, error)
	Err() error
	Close()
}

// Snapshot returns all that the store holds at one moment, while changes go on beside it.
func (s *Store) Snapshot(ctx context.Context) (authority.Contents, error) {
	c := &snapshot{engine: s.engine}
	if err := c.Begin(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Begin begins at another moment, later than the last.
func (c *snapshot) Begin(ctx context.Context) (err error) {
	if err := c.Close(); err != nil {
		return err
	}
	if c.reader, err = c.engine.beginReading(ctx); err != nil {
		return translate(err)
	}
	if c.schema, err = schemaVersion(ctx, c.reader.run); err != nil {
		return translate(err)
	}
	c.tables, err = readCatalogue(ctx, c.reader.run, c.engine.catalogue())
	return translate(err)
}

// Schema returns the schema version.
func (c *snapshot) Schema() int64 { return c.schema }

// NextTable goes on to the next table; its rows come in the order of their keys, the same on every engine.
func (c *snapshot) NextTable(ctx context.Context) (authority.Table, error) {
	c.endTable()
	if len(c.tables) == 0 {
		return authority.Table{}, io.EOF
	}
	t := c.tables[0]
	rows, err := c.reader.stream(ctx, `SELECT `+strings.Join(columnNames(t.Table), ", ")+` FROM `+t.Name+` ORDER BY `+strings.Join(t.key, ", "))
	if err != nil {
		return authority.Table{}, translate(err)
	}
	c.tables, c.rows = c.tables[1:], rows
	return t.Table, nil
}

// NextRow returns the next row of the table.
func (c *snapshot) NextRow(context.Context) ([]any, error) {
	if c.rows == nil {
		return nil, io.EOF
	}
	if c.rows.Next() {
		values, err := c.rows.Values()
		return values, translate(err)
	}
	err := c.rows.Err()
	c.endTable()
	if err == nil {
		err = io.EOF
	}
	return nil, translate(err)
}

func (c *snapshot) endTable() {
	if c.rows != nil {
		c.rows.Close()
		c.rows = nil
	}
}

// Close ends the transaction.
func (c *snapshot) Close() error {
	if c.reader == nil {
		return nil
	}
	c.endTable()
	err := c.reader.end()
	c.reader = nil
	return translate(err)
}

func columnNames(t authority.Table) (names []string) {
	for _, column := range t.Columns {
		names = append(names, column.Name)
	}
	return names
}
