package server_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which the rows are read past the store
)

// unobserved is what even a refused request may write: the audit log, where a credential was tried, and how often the
// hand-off page was looked at (DESIGN.md §3 and §6).
var unobserved = map[string]bool{
	"events": true, "credential_uses": true, "login_tokens.shown": true, "login_tokens.absorbed": true,
	"sqlite_sequence": true, "goose_db_version": true, "goose_db_version_id_seq": true,
}

// rows reads a store's tables behind its back.
type rows struct {
	db     *sql.DB
	tables []string
}

var listTables = map[string]string{
	"sqlite":   "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
	"postgres": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
}

func openRows(t *testing.T, engine, source string) *rows {
	t.Helper()
	db, err := sql.Open(map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[engine], source)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	r := &rows{db: db}
	for _, name := range r.query(t, listTables[engine]) {
		if !unobserved[name] {
			r.tables = append(r.tables, name)
		}
	}
	if len(r.tables) < 8 {
		t.Fatalf("only the tables %q are watched", r.tables)
	}
	return r
}

// dump returns every row of every table, one a line.
func (r *rows) dump(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, table := range r.tables {
		of := r.query(t, "SELECT * FROM "+table)
		slices.Sort(of)
		for _, row := range of {
			lines = append(lines, table+": "+row)
		}
	}
	return lines
}

func (r *rows) query(t *testing.T, text string) (lines []string) {
	t.Helper()
	found, err := r.db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	table := text[strings.LastIndexByte(text, ' ')+1:]
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(table, columns, values))
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func line(table string, columns []string, values []any) string {
	var b strings.Builder
	if len(columns) == 1 {
		return fmt.Sprint(values[0])
	}
	for i, column := range columns {
		if !unobserved[table+"."+column] {
			fmt.Fprintf(&b, "%s=%v ", column, values[i])
		}
	}
	return b.String()
}

// changed says how two dumps differ, or nothing.
func changed(before, after []string) string {
	if slices.Equal(before, after) {
		return ""
	}
	var b strings.Builder
	for _, l := range before {
		if !slices.Contains(after, l) {
			b.WriteString("\n- " + l)
		}
	}
	for _, l := range after {
		if !slices.Contains(before, l) {
			b.WriteString("\n+ " + l)
		}
	}
	return b.String()
}
