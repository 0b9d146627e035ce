package sqlstore_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

const sqliteSchema = `SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY type DESC, name`

const postgresSchema = `
	SELECT line FROM (
		SELECT 1 AS part, table_name AS of, ordinal_position::int AS at,
			'column ' || table_name || '.' || column_name || ' ' || data_type || COALESCE(' collate ' || collation_name, '') ||
			CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || COALESCE(' default ' || column_default, '') ||
			CASE is_identity WHEN 'YES' THEN ' identity' ELSE '' END AS line
		FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL
		SELECT 2, conrelid::regclass::text, 0, 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL
		SELECT 3, tablename, 0, 'index ' || regexp_replace(indexdef, '^CREATE ', '') FROM pg_indexes WHERE schemaname = 'public'
	) lines WHERE of NOT LIKE 'goose_%' ORDER BY part, of, at, line`

// TestTheSchemaOfEachEngineIsTheOneInTheDump makes a migration's effect reviewable; make schema writes the dumps again.
func TestTheSchemaOfEachEngineIsTheOneInTheDump(t *testing.T) {
	dir := t.TempDir()
	store, _, err := sqlstore.OpenSQLite(t.Context(), dir, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	compare(t, "sqlite", dump(t, "sqlite", filepath.Join(dir, "doorward.db"), sqliteSchema))

	url := testenv.PostgresDatabase(t)
	other, _, err := sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	compare(t, "postgres", dump(t, "pgx", url, postgresSchema))
}

func dump(t *testing.T, driver, source, query string) string {
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
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func compare(t *testing.T, engine, got string) {
	t.Helper()
	file := filepath.Join("testdata", "schema."+engine+".txt")
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; make schema writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema is not the one in %s; if that is meant, make schema:\n%s", file, diff)
	}
}
