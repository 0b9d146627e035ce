package authority

import "context"

// Contents is everything that a store holds, one table after the other and one row after the other, as it is stored:
// fingerprints and hashes, never a secret. A backup file and a live store's snapshot are both of it.
type Contents interface {
	// Begin goes to the beginning, from wherever the reading is.
	Begin(ctx context.Context) error
	// Schema returns the schema version that the tables are of.
	Schema() int64
	// NextTable goes on to the next table, one that refers to another after it. It fails with io.EOF after the last.
	NextTable(ctx context.Context) (Table, error)
	// NextRow returns the next row of the table, in the order of its columns, as nil, int64, string and []byte. It fails
	// with io.EOF after the last; the row is valid until the next call.
	NextRow(ctx context.Context) ([]any, error)
	// Close releases what is being read.
	Close() error
}

// Table names a table of a store and its columns.
type Table struct {
	Name    string
	Columns []Column
}

// Column is one column of a table.
type Column struct {
	Name string
	Kind ColumnKind
}

// ColumnKind says what a column holds, where it is not NULL.
type ColumnKind string

// The kinds of column, alike on both engines.
const (
	IntegerColumn ColumnKind = "integer" // int64
	TextColumn    ColumnKind = "text"    // string
	BytesColumn   ColumnKind = "bytes"   // []byte
)
