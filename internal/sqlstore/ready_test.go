package sqlstore_test

import (
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

func TestAStoreThatIsOpenIsReady(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			store := testenv.OpenStore(t, engine, sqlstore.Options{})
			if err := store.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADatabaseThatCanOnlyBeReadIsNotReady(t *testing.T) {
	url := testenv.PostgresDatabase(t)
	writable, _, err := sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := writable.Close(); err != nil {
		t.Fatal(err)
	}
	store, _, err := sqlstore.OpenPostgres(t.Context(), url+"&default_transaction_read_only=on", sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Ready(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("ready to serve on a database that refuses every change: %v", err)
	}
}

func TestAClosedStoreIsNotReadyAndRefusesChanges(t *testing.T) {
	store, _, err := sqlstore.OpenSQLite(t.Context(), t.TempDir(), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Ready(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}
