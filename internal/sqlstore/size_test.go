package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// TestAStormOfExpiredTokensLeavesTheStoreAsLargeAsBefore is short as a test; make storm takes a million, and prints sizes.
func TestAStormOfExpiredTokensLeavesTheStoreAsLargeAsBefore(t *testing.T) {
	tokens := stormSize(t)
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			clock := testenv.NewClock()
			store, size := openMeasured(t, engine, "login_tokens", sqlstore.Options{Clock: clock.Now})
			env := testenv.NewOn(t, engine, store, clock).Demo(t)
			mintMany(t, store, 1000) // what lives on, in part
			before := size()
			clock.Advance(time.Minute)
			mintMany(t, store, tokens)
			peak := size()
			clock.Advance(48 * time.Hour)
			began := time.Now()
			swept, err := env.Authority.SweepEnded(t.Context(), func(ctx context.Context, _ bool) error { return ctx.Err() })
			if err != nil || swept != tokens+1000 {
				t.Fatalf("swept %d: %v", swept, err)
			}
			after := size()
			t.Logf("%d tokens on %s: %d KiB before, %d KiB at the peak (%d bytes a token), %d KiB after; swept in %s",
				tokens, engine, before>>10, peak>>10, (peak-before)/int64(tokens), after>>10, time.Since(began).Round(time.Millisecond))
			if after > before+(peak-before)/4 {
				t.Errorf("%d bytes are left of %d that the storm took", after-before, peak-before)
			}
		})
	}
}

func stormSize(t *testing.T) int {
	size, err := strconv.Atoi(os.Getenv("DOORWARD_STORM"))
	if err != nil && os.Getenv("DOORWARD_STORM") != "" {
		t.Fatal(err)
	}
	return max(size, 40_000)
}

// mintMany mints tokens that live for an hour.
func mintMany(t *testing.T, store *sqlstore.Store, n int) {
	t.Helper()
	for n > 0 {
		some := min(n, 1000)
		put(t, store, func(tx authority.Tx) {
			for range some {
				tx.PutLoginToken(benchToken(store.Now()))
			}
		})
		n -= some
	}
}

// openMeasured opens a store and returns what tells the size of one table: all of the file on SQLite, the table
// with its indexes on PostgreSQL, both after what the engine does in the background.
func openMeasured(t testing.TB, engine, table string, o sqlstore.Options) (*sqlstore.Store, func() int64) {
	t.Helper()
	if engine == "sqlite" {
		dir := t.TempDir()
		store := openSQLite(t, dir, o)
		t.Cleanup(func() { _ = store.Close() })
		return store, func() int64 { return fileSize(t, filepath.Join(dir, "doorward.db")) }
	}
	url := testenv.PostgresDatabase(t)
	store, _, err := sqlstore.OpenPostgres(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, func() int64 { return tableSize(t, url, table) }
}

// BenchmarkBytes measures what a row of each of the tables that grow takes, its indexes included.
func BenchmarkBytes(b *testing.B) {
	const rows = 100_000
	kinds := map[string]func(tx authority.Tx, now time.Time){
		"sessions":     func(tx authority.Tx, now time.Time) { tx.PutSession(benchSession(now)) },
		"login_tokens": func(tx authority.Tx, now time.Time) { tx.PutLoginToken(benchToken(now)) },
		"events": func(tx authority.Tx, now time.Time) {
			tx.Append(benchEvent(now, audit.OpenSession, benchSession(now).ID, authority.LoginTokenID{}))
		},
	}
	for _, engine := range testenv.Engines {
		for table, add := range kinds {
			b.Run(engine+"/"+table, func(b *testing.B) {
				store, size := openMeasured(b, engine, table, sqlstore.Options{})
				before := size()
				for range rows / 100 {
					err := store.Change(b.Context(), func(_ context.Context, tx authority.Tx) error {
						for range 100 {
							add(tx, store.Now())
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(size()-before)/rows, "bytes/row")
			})
		}
	}
}

func fileSize(t testing.TB, file string) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func tableSize(t testing.TB, url, table string) (size int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "VACUUM "+table); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT pg_total_relation_size('"+table+"')").Scan(&size); err != nil {
		t.Fatal(err)
	}
	return size
}

func put(t *testing.T, store *sqlstore.Store, change func(tx authority.Tx)) {
	t.Helper()
	err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		change(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
