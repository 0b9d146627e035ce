package server_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which the store is watched past itself
)

// unwatched is what even a refused request may write: the audit log, where a credential was tried, and how often the
// hand-off page was looked at (DESIGN.md §3 and §6).
var unwatched = []string{
	"events", "credential_uses", "login_tokens.shown", "login_tokens.absorbed", "sqlite_sequence", "goose_db_version",
}

// watch notes, by triggers in the store, every row that is written to any table, those that no test knows of yet included.
type watch struct{ db *sql.DB }

// watching is how an engine lists its columns by table, and what makes a trigger.
type watching struct{ driver, columns, log, trigger string }

var watchings = map[string]watching{
	"sqlite": {
		driver:  "sqlite",
		columns: "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name",
		log:     "CREATE TABLE watched (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL)",
		trigger: "CREATE TRIGGER %[1]s AFTER %[2]s ON %[3]s BEGIN INSERT INTO watched (what) VALUES ('%[2]s ON %[3]s'); END",
	},
	"postgres": {
		driver:  "pgx",
		columns: `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name`,
		log: `CREATE TABLE watched (id BIGSERIAL PRIMARY KEY, what TEXT NOT NULL);
			CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN INSERT INTO watched (what) VALUES (TG_ARGV[0]); RETURN NULL; END $$`,
		trigger: "CREATE TRIGGER %[1]s AFTER %[2]s ON %[3]s FOR EACH ROW EXECUTE FUNCTION watch('%[2]s ON %[3]s')",
	},
}

func startWatch(t *testing.T, engine, source string) watch {
	t.Helper()
	how := watchings[engine]
	db, err := sql.Open(how.driver, source)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	columns := columnsByTable(t, db, how.columns)
	statements := []string{how.log}
	for table, of := range columns {
		for i, act := range []string{"INSERT", "DELETE", "UPDATE OF " + strings.Join(of, ", ")} {
			statements = append(statements, fmt.Sprintf(how.trigger, fmt.Sprintf("watch_%s_%d", table, i), act, table))
		}
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
	return watch{db}
}

func columnsByTable(t *testing.T, db *sql.DB, query string) map[string][]string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns := map[string][]string{}
	for found.Next() {
		var table, column string
		if err := found.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(unwatched, table) && !slices.Contains(unwatched, table+"."+column) {
			columns[table] = append(columns[table], column)
		}
	}
	if err := found.Err(); err != nil || len(columns) < 8 {
		t.Fatalf("only the tables of %v are watched: %v", columns, err)
	}
	return columns
}

// mark returns how much has been written so far.
func (w watch) mark(t *testing.T) (mark int64) {
	t.Helper()
	if err := w.db.QueryRowContext(t.Context(), "SELECT coalesce(max(id), 0) FROM watched").Scan(&mark); err != nil {
		t.Fatal(err)
	}
	return mark
}

// since says what was written after a mark, or nothing.
func (w watch) since(t *testing.T, mark int64) (what string) {
	t.Helper()
	err := w.db.QueryRowContext(t.Context(),
		fmt.Sprintf("SELECT coalesce(string_agg(what, ', '), '') FROM watched WHERE id > %d", mark)).Scan(&what)
	if err != nil {
		t.Fatal(err)
	}
	return what
}
