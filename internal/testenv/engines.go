package testenv

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"sync"
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
	return OpenStores(t, engine, o)[0]
}

// OpenStores returns a store for each of these options, all on one database that is empty: as many nodes have them.
func OpenStores(t testing.TB, engine string, options ...sqlstore.Options) (stores []*sqlstore.Store) {
	t.Helper()
	var at string
	if engine == "postgres" {
		at = databaseFrom(t, migrated(t))
	} else {
		at = embeddedDirectory(t)
	}
	for _, o := range options {
		stores = append(stores, openStore(t, engine, at, o))
	}
	return stores
}

func openStore(t testing.TB, engine, at string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	var store *sqlstore.Store
	var err error
	if engine == "postgres" {
		if o.Connections == 0 {
			o.Connections = testConnections
		}
		store, _, err = sqlstore.OpenPostgres(t.Context(), at, o)
	} else {
		store, _, err = sqlstore.OpenSQLite(t.Context(), at, o)
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

// testConnections are enough for tests to get in each other's way; opening more for each of them takes most of its time.
const testConnections = 6

// PostgresDatabase makes an empty database of its own for the test and returns its URL.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	return databaseFrom(t, "template0")
}

// databaseFrom makes a database like another one, gone when the test ends.
func databaseFrom(t testing.TB, template string) string {
	t.Helper()
	server := postgresServer(t)
	name := "doorward_" + randomName()
	onServer(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY")
	t.Cleanup(func() { onServer(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return urlOf(t, server, name)
}

func postgresServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Fatalf("%s is not set: run the tests by make test, or by scripts/with-postgres go test ...", PostgresVariable)
	}
	return server
}

func urlOf(t testing.TB, server, database string) string {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresVariable, err)
	}
	at.Path = "/" + database
	return at.String()
}

// migratedName is the database that this process has migrated, for all its tests to be copied from. It stays until the
// server of the tests is thrown away.
var (
	migratedOnce sync.Once
	migratedName string
)

func migrated(t testing.TB) string {
	t.Helper()
	server := postgresServer(t)
	migratedOnce.Do(func() {
		name := "doorward_migrated_" + randomName()
		onServer(t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
		store, _, err := sqlstore.OpenPostgres(t.Context(), urlOf(t, server, name), sqlstore.Options{Connections: 1})
		if err != nil {
			t.Fatalf("migrate a database to copy: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Fatalf("close the database to copy: %v", err)
		}
		migratedName = name
	})
	if migratedName == "" {
		t.Fatal("there is no database to copy: an earlier test says why")
	}
	return migratedName
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
