package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
)

// settingsTable is the one table with rows in an empty store: its own fence and key check, which those loaded replace.
const settingsTable = "settings"

// loader is what the engines do differently to take in whole tables within a change.
type loader interface {
	deferReferences(ctx context.Context) error
	load(ctx context.Context, has *tableInfo, t authority.Table, next func() ([]any, error)) error
}

// Load writes the contents of another store into this one, which must be empty.
func (t *tx) Load(ctx context.Context, c authority.Contents) error {
	if err := t.LockDirectory(ctx); err != nil {
		return err
	}
	if err := c.Begin(ctx); err != nil {
		return err
	}
	schema, err := schemaVersion(ctx, t.run)
	if err != nil {
		return err
	}
	if schema != c.Schema() {
		return unmet(authority.ReasonOtherSchema, fmt.Sprintf("The backup is of schema version %d, and the store of %d.", c.Schema(), schema))
	}
	tables, err := readCatalogue(ctx, t.run, t.catalogue)
	if err != nil {
		return err
	}
	if err := t.mustBeEmpty(ctx, tables); err != nil {
		return err
	}
	t.queue(`DELETE FROM ` + settingsTable)
	if err := t.run(ctx); err != nil {
		return err
	}
	if err := t.loader.deferReferences(ctx); err != nil {
		return err
	}
	return t.loadTables(ctx, c, tables)
}

func (t *tx) mustBeEmpty(ctx context.Context, tables []*tableInfo) error {
	for _, table := range tables {
		used := false
		err := t.run(ctx, ask(`SELECT 1 FROM `+table.Name+` LIMIT 1`, nil, func(scan func(...any) error) error {
			var one int64
			used = table.Name != settingsTable
			return scan(&one)
		}))
		if err != nil {
			return err
		}
		if used {
			return unmet(authority.ReasonNotEmpty, fmt.Sprintf(
				"The store is not empty: it has rows in %s. Restore into a new --data directory or an empty database; nothing was changed.", table.Name))
		}
	}
	return nil
}

func (t *tx) loadTables(ctx context.Context, c authority.Contents, tables []*tableInfo) error {
	loaded := map[string]bool{}
	for {
		table, err := c.NextTable(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		has := tableNamed(tables, table.Name)
		if has == nil || loaded[table.Name] || !sameColumns(has.Table, table) {
			return unmet(authority.ReasonOtherTables, fmt.Sprintf("The backup has a table %s (%s) that this version of Doorward has not; nothing was changed.",
				table.Name, strings.Join(columnNames(table), ", ")))
		}
		loaded[table.Name] = true
		if err := t.loader.load(ctx, has, table, func() ([]any, error) { return c.NextRow(ctx) }); err != nil {
			return fmt.Errorf("load table %s: %w", table.Name, err)
		}
	}
	for _, table := range tables {
		if !loaded[table.Name] {
			return unmet(authority.ReasonOtherTables, fmt.Sprintf("The backup has no table %s; nothing was changed.", table.Name))
		}
	}
	return nil
}

// sameColumns reports whether two tables have the same columns, in whatever order.
func sameColumns(a, b authority.Table) bool {
	byName := func(x, y authority.Column) int { return strings.Compare(x.Name, y.Name) }
	return slices.Equal(slices.SortedFunc(slices.Values(a.Columns), byName), slices.SortedFunc(slices.Values(b.Columns), byName))
}

func unmet(reason, message string) error { return fault.New(fault.Unmet, reason, message) }
