package sqlstore_test

import (
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// columnsOf asks each engine for its tables and columns in another way than the product does.
var columnsOf = map[string]string{
	"sqlite": `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c
		WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`,
	"postgres": `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name NOT LIKE 'goose_%'`,
}

func TestABackupHasEveryColumnOfEveryTableThatTheDatabaseHas(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			store, driver, source := open(t, engine, sqlstore.Options{})
			want := columns(t, driver, source, columnsOf[engine])
			if got := backedUp(t, store); len(got) == 0 || !slices.Equal(got, want) {
				t.Errorf("a backup has other columns than the database:\n%s", cmp.Diff(want, got))
			}
		})
	}
}

func TestATableThatALaterMigrationAddsIsInTheBackup(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			store, driver, source := open(t, engine, sqlstore.Options{})
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			// It refers to one that comes after it by name.
			if _, err := db.ExecContext(t.Context(), `CREATE TABLE a_later_one (id TEXT PRIMARY KEY REFERENCES tenants (id))`); err != nil {
				t.Fatal(err)
			}
			got := backedUp(t, store)
			if i := slices.Index(got, "a_later_one.id"); i < 0 {
				t.Errorf("it is not among %v", got)
			}
		})
	}
}

func TestATableComesAfterThoseItRefersTo(t *testing.T) {
	for _, engine := range testenv.Engines {
		store, _, _ := open(t, engine, sqlstore.Options{})
		tables := tablesOf(t, store)
		for _, pair := range [][2]string{{"tenants", "principals"}, {"principals", "credentials"}, {"tenants", "grants"}} {
			if slices.Index(tables, pair[0]) > slices.Index(tables, pair[1]) {
				t.Errorf("%s: %s comes after %s", engine, pair[0], pair[1])
			}
		}
	}
}

func TestAStoreOpenedAsItIsIsNeitherMadeNorMigrated(t *testing.T) {
	asItIs := sqlstore.Options{AsItIs: true}
	dir := filepath.Join(t.TempDir(), "none")
	_, _, err := sqlstore.OpenSQLite(t.Context(), dir, asItIs)
	wantNoStore(t, err)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was made: %v", err)
	}
	url := testenv.PostgresDatabase(t)
	_, _, err = sqlstore.OpenPostgres(t.Context(), url, asItIs)
	wantNoStore(t, err)

	for _, engine := range testenv.Engines {
		old, driver, source := open(t, engine, sqlstore.Options{Schema: 1})
		if len(tablesOf(t, old)) == 0 || slices.Contains(tablesOf(t, old), "credential_uses") {
			t.Fatalf("%s: the schema is not the first", engine)
		}
		if driver == "sqlite" {
			old, _, err = sqlstore.OpenSQLite(t.Context(), filepath.Dir(source), asItIs)
		} else {
			old, _, err = sqlstore.OpenPostgres(t.Context(), source, asItIs)
		}
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(tablesOf(t, old), "credential_uses") {
			t.Errorf("%s: the store was migrated", engine)
		}
		if err := old.Close(); err != nil {
			t.Error(err)
		}
	}
}

func wantNoStore(t *testing.T, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Unmet || fault.ReasonOf(err) != "no-store" {
		t.Errorf("opening what is not there: %v", err)
	}
}

// open returns a store, and how else its database can be opened.
func open(t *testing.T, engine string, o sqlstore.Options) (store *sqlstore.Store, driver, source string) {
	t.Helper()
	var err error
	if engine == "postgres" {
		driver, source = "pgx", testenv.PostgresDatabase(t)
		store, _, err = sqlstore.OpenPostgres(t.Context(), source, o)
	} else {
		dir := t.TempDir()
		driver, source = "sqlite", filepath.Join(dir, "doorward.db")
		store, _, err = sqlstore.OpenSQLite(t.Context(), dir, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, driver, source
}

func columns(t *testing.T, driver, source, query string) (names []string) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func backedUp(t *testing.T, store *sqlstore.Store) (names []string) {
	t.Helper()
	eachTable(t, store, func(table string, columns []string) {
		for _, column := range columns {
			names = append(names, table+"."+column)
		}
	})
	slices.Sort(names)
	return names
}

func tablesOf(t *testing.T, store *sqlstore.Store) (names []string) {
	t.Helper()
	eachTable(t, store, func(table string, _ []string) { names = append(names, table) })
	return names
}

func eachTable(t *testing.T, store *sqlstore.Store, do func(table string, columns []string)) {
	t.Helper()
	c, err := store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for {
		table, err := c.NextTable(t.Context())
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, column := range table.Columns {
			names = append(names, column.Name)
		}
		do(table.Name, names)
	}
}
