package testenv

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/sqlstore"
)

// Engines are the engines that every promise is tested on.
var Engines = []string{"sqlite", "postgres"}

// PostgresVariable names the environment variable with the URL of a PostgreSQL server for tests.
const PostgresVariable = "DOORWARD_TEST_POSTGRES"

// OpenStore returns an empty store on an engine, gone when the test ends.
func OpenStore(t testing.TB, engine string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	var store *sqlstore.Store
	var err error
	if engine == "postgres" {
		store, _, err = sqlstore.OpenPostgres(t.Context(), PostgresDatabase(t), o)
	} else {
		store, _, err = sqlstore.OpenSQLite(t.Context(), t.TempDir(), o)
	}
	if err != nil {
		t.Fatalf("open a store on %s: %v", engine, err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}

// PostgresDatabase makes an empty database of its own for the test and returns its URL.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Fatalf("%s is not set: run the tests by make test, or by scripts/with-postgres go test ...", PostgresVariable)
	}
	name := "doorward_" + randomName()
	onServer(t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() { onServer(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresVariable, err)
	}
	at.Path = "/" + name
	return at.String()
}

func onServer(t testing.TB, server, statement string) {
	t.Helper()
	ctx := t.Context()
	if ctx.Err() != nil { // in a cleanup
		ctx = contextOfCleanup()
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func randomName() string {
	var name [8]byte
	rand.Read(name[:])
	return hex.EncodeToString(name[:])
}

// contextOfCleanup outlives the test's own context, which has ended when cleanups run.
func contextOfCleanup() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
}
