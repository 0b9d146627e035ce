package crashproof_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// strike is one way to break what runs, and to have it run again.
type strike struct {
	name     string
	do, mend func(r *rig, t *testing.T)
}

// What strikes. On PostgreSQL the next program may start while the database is still at the commits of the dead one.
var (
	killNode       = strike{"kill -9", (*rig).kill, (*rig).start}
	cutConnections = strike{"connections cut", (*rig).cutConnections, (*rig).reconnect}
	crashPostgres  = strike{"kill -9 of PostgreSQL", (*rig).crashPostgres, (*rig).reconnect}
)

func (r *rig) kill(*testing.T) { r.node.kill() }

// cutConnections takes all its connections away from a node, which goes on.
func (r *rig) cutConnections(t *testing.T) {
	t.Helper()
	conn := r.connect(t)
	defer conn.Close(t.Context())
	_, err := conn.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}

// crashPostgres kills a server process, at which PostgreSQL ends all others and recovers as from a crash.
func (r *rig) crashPostgres(t *testing.T) {
	t.Helper()
	conn := r.connect(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'`); err == nil {
		t.Fatal("the server process outlived kill -9")
	}
}

// reconnect asks a node that lost its connections until it has noticed that of each: for one that was in use a moment
// ago it answers 503 once.
func (r *rig) reconnect(t *testing.T) {
	t.Helper()
	w := newWire(r.node.url)
	defer w.http.CloseIdleConnections()
	for clean := 0; clean < 3; clean++ {
		r.waitReady(t)
		var failed atomic.Bool
		each(t.Context(), make([]struct{}, 4*clients), func(ctx context.Context, _ struct{}) {
			if w.send(ctx, "GET", "/readyz", "").outcome != done {
				failed.Store(true)
			}
		})
		if failed.Load() {
			clean = -1
		}
	}
}

func (r *rig) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.store.Database)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// settle waits until PostgreSQL has done with what it got from nodes that are dead: a commit may end after its node.
func (r *rig) settle(t *testing.T) {
	t.Helper()
	if r.engine != "postgres" {
		return
	}
	conn := r.connect(t)
	defer conn.Close(t.Context())
	for busy := 1; busy > 0; time.Sleep(time.Millisecond) { // another process works: there is nothing to wait on
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`).Scan(&busy)
		if err != nil {
			t.Fatal(err)
		}
	}
}
