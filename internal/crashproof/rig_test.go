package crashproof_test

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// rig is one store that outlives every crash, and the program that runs on it.
type rig struct {
	engine string
	store  config.Store
	keys   *secret.Keys
	node   *node
	elders []*session         // some of every round before, which later crashes must not touch either
	known  map[secret.ID]bool // the latest events that earlier rounds have answered for
}

// newRig makes a store, loads the directory into it by the program, and starts the program on it.
func newRig(t *testing.T, engine string) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{engine: engine, store: config.Store{Keys: filepath.Join(dir, "keys")}}
	if engine == "postgres" {
		r.store.Database = testenv.PostgresDatabase(t)
	} else {
		r.store.Data = dir
	}
	file := filepath.Join(dir, "directory.yaml")
	if err := os.WriteFile(file, directoryFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, append([]string{"apply", file}, r.where()...)...).CombinedOutput(); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
	keys, _, err := secret.OpenKeys(r.store.Keys, false)
	if err != nil {
		t.Fatal(err)
	}
	r.keys = keys
	r.start(t)
	t.Cleanup(func() { r.node.kill() })
	return r
}

func (r *rig) where() []string {
	if r.engine == "postgres" {
		return []string{"--database", r.store.Database, "--keys", r.store.Keys}
	}
	return []string{"--data", r.store.Data, "--keys", r.store.Keys}
}

// start runs the program with lifetimes beyond any run of this test and without a limit that its clients would meet.
func (r *rig) start(t *testing.T) {
	t.Helper()
	args := append([]string{"serve", "--listen", "127.0.0.1:0"}, r.where()...)
	r.node = startNode(t, append(args, "--alephee-rate", "999999/min",
		"--crmcom-session-lifetime", "168h", "--redeemed-session-lifetime", "168h",
		"--redeemed-session-idle", "168h", "--acting-session-lifetime", "168h")...)
}

// waitReady asks until the node can serve.
func (r *rig) waitReady(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.node.url+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("not ready a minute after the crash: %v", err)
		}
		time.Sleep(5 * time.Millisecond) // another process recovers: there is nothing to wait on
	}
}

// open opens the store beside the running node. It must be closed before the next crash: a second process that has an
// SQLite file open would spare the program the recovery.
func (r *rig) open(t *testing.T) authority.Store {
	t.Helper()
	open, at := sqlstore.OpenSQLite, r.store.Data
	if r.engine == "postgres" {
		open, at = sqlstore.OpenPostgres, r.store.Database
	}
	store, _, err := open(t.Context(), at, sqlstore.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// openRaw is for questions that a store does not answer.
func (r *rig) openRaw(t *testing.T) *sql.DB {
	t.Helper()
	driver, at := "sqlite", "file:"+filepath.Join(r.store.Data, "doorward.db")+"?_pragma=busy_timeout(10000)"
	if r.engine == "postgres" {
		driver, at = "pgx", r.store.Database
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closing(t *testing.T, what io.Closer) {
	if err := what.Close(); err != nil {
		t.Error(err)
	}
}
