package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/doorward/doorward/internal/authority"
)

// gooseTable is where the migrations keep their own version; it is no content of the store.
const gooseTable = "goose_db_version"

// tableInfo is a table as the database's own catalogue describes it.
type tableInfo struct {
	authority.Table
	key      []string // columns of the primary key, in their order there
	identity []string // columns that the database numbers
	refersTo []string // tables
}

// catalogueTexts ask an engine's catalogue: columns for (table, column, type, place in the primary key or 0, identity
// or 0), references for (table, table referred to).
type catalogueTexts struct{ columns, references string }

// columnKinds are the types of columns on both engines.
var columnKinds = map[string]authority.ColumnKind{
	"INTEGER": authority.IntegerColumn, "int8": authority.IntegerColumn,
	"TEXT": authority.TextColumn, "text": authority.TextColumn,
	"BLOB": authority.BytesColumn, "bytea": authority.BytesColumn,
}

// readCatalogue returns every table of the schema, those referred to before those that refer to them. The catalogue is
// asked, and no list of ours, so that nobody can forget a table.
func readCatalogue(ctx context.Context, run runner, texts catalogueTexts) ([]*tableInfo, error) {
	var tables []*tableInfo
	keys := map[string]map[int64]string{}
	columns := ask(texts.columns, nil, func(scan func(...any) error) error {
		var table, column, kind string
		var place, identity int64
		if err := scan(&table, &column, &kind, &place, &identity); err != nil {
			return err
		}
		if len(tables) == 0 || tables[len(tables)-1].Name != table {
			tables = append(tables, &tableInfo{Table: authority.Table{Name: table}})
			keys[table] = map[int64]string{}
		}
		t := tables[len(tables)-1]
		if columnKinds[kind] == "" {
			return fmt.Errorf("column %s.%s is of type %s, which no backup can hold", table, column, kind)
		}
		t.Columns = append(t.Columns, authority.Column{Name: column, Kind: columnKinds[kind]})
		if place > 0 {
			keys[table][place] = column
		}
		if identity > 0 {
			t.identity = append(t.identity, column)
		}
		return nil
	})
	references := ask(texts.references, nil, func(scan func(...any) error) error {
		var from, to string
		if err := scan(&from, &to); err != nil {
			return err
		}
		t := tableNamed(tables, from)
		t.refersTo = append(t.refersTo, to)
		return nil
	})
	if err := run(ctx, columns, references); err != nil {
		return nil, err
	}
	for _, t := range tables {
		for place := range int64(len(keys[t.Name])) {
			t.key = append(t.key, keys[t.Name][place+1])
		}
	}
	return inOrder(tables)
}

func tableNamed(tables []*tableInfo, name string) *tableInfo {
	i := slices.IndexFunc(tables, func(t *tableInfo) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return tables[i]
}

// inOrder puts tables behind all that they refer to; one may refer to itself.
func inOrder(tables []*tableInfo) (sorted []*tableInfo, err error) {
	done := map[string]bool{}
	for len(sorted) < len(tables) {
		i := slices.IndexFunc(tables, func(t *tableInfo) bool {
			return !done[t.Name] && !slices.ContainsFunc(t.refersTo, func(to string) bool { return !done[to] && to != t.Name })
		})
		if i < 0 {
			return nil, errors.New("tables refer to each other in a circle: there is no order to load them in")
		}
		done[tables[i].Name] = true
		sorted = append(sorted, tables[i])
	}
	return sorted, nil
}

// schemaVersion returns the version of the schema, 0 for none.
func schemaVersion(ctx context.Context, run runner) (version int64, err error) {
	err = run(ctx, ask(`SELECT COALESCE(MAX(version_id), 0) FROM `+gooseTable, nil,
		func(scan func(...any) error) error { return scan(&version) }))
	return version, err
}
