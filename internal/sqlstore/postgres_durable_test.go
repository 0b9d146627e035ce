package sqlstore_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

func TestCommitsAreAwaitedWhateverTheDatabaseIsSetTo(t *testing.T) {
	url := testenv.PostgresDatabase(t)
	store, _, err := sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, statement := range []string{
		`CREATE TABLE seen (setting TEXT)`,
		`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$`,
		`CREATE TRIGGER see BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION see()`,
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if store, _, err = sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		tx.Append(audit.Event{ID: secret.NewID(store.Now()), At: store.Now(), Act: audit.OpenSession, Outcome: audit.Done, Count: 1})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var setting string
	if err := conn.QueryRow(t.Context(), `SELECT setting FROM seen`).Scan(&setting); err != nil || setting != "on" {
		t.Errorf("an act is committed with synchronous_commit %q, %v", setting, err)
	}
}
