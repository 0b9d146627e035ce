package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// openWithCommitTrigger opens a store on which COMMIT of a new setting runs a statement of the test's.
func openWithCommitTrigger(t *testing.T, statement string) *sqlstore.Store {
	t.Helper()
	url := testenv.PostgresDatabase(t)
	store, _, err := sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `
		CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN `+statement+`; RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION at_commit()`)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func putSetting(ctx context.Context, store *sqlstore.Store, name string) error {
	return store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
		tx.PutSettingOnce(name, "v")
		return nil
	})
}

// A missing synchronous standby is told by a warning with an answer that says COMMIT (THREATS.md, trap 2).
func TestAWarningDuringCommitIsAnUnknownOutcome(t *testing.T) {
	store := openWithCommitTrigger(t, `RAISE WARNING 'canceling wait for synchronous replication due to user request'`)
	err := putSetting(t.Context(), store, "a")
	if fault.ReasonOf(err) != fault.ReasonUnknownOutcome || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorDuringCommitIsAnUnknownOutcome(t *testing.T) {
	store := openWithCommitTrigger(t, `RAISE EXCEPTION 'no'`)
	if err := putSetting(t.Context(), store, "a"); fault.ReasonOf(err) != fault.ReasonUnknownOutcome {
		t.Errorf("got %v", err)
	}
}

func TestACallerThatLeavesDuringCommitCancelsNothing(t *testing.T) {
	store := openWithCommitTrigger(t, `PERFORM pg_sleep(0.5)`)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := putSetting(ctx, store, "a"); err != nil {
		t.Errorf("the commit was disturbed: %v", err)
	}
	var value string
	err := store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		value, err = v.Setting(ctx, "a")
		return err
	})
	if err != nil || value != "v" {
		t.Errorf("acknowledged and not there: %q %v", value, err)
	}
}

func TestAConnectionLostDuringCommitIsAnUnknownOutcome(t *testing.T) {
	store := openWithCommitTrigger(t, `PERFORM pg_terminate_backend(pg_backend_pid())`)
	if err := putSetting(t.Context(), store, "a"); fault.ReasonOf(err) != fault.ReasonUnknownOutcome {
		t.Errorf("got %v", err)
	}
	err := store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		_, err := v.Setting(ctx, "fence")
		return err
	})
	if err != nil {
		t.Errorf("the store did not recover: %v", err)
	}
}
