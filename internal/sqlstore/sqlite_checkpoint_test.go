package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
)

const mebibyte = 1 << 20

// TestTheLogStaysShortUnderLoad writes three times as much as the log is to hold, without a pause in which a copy of it
// could be complete.
func TestTheLogStaysShortUnderLoad(t *testing.T) {
	dir := t.TempDir()
	store := openSQLite(t, dir, sqlstore.Options{})
	defer store.Close()
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for range 250 {
				if err := store.Change(t.Context(), appendPages); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if log := sizeOf(t, dir, "doorward.db-wal"); log > 32*mebibyte {
		t.Errorf("the log has %d MiB", log/mebibyte)
	}
	if file := sizeOf(t, dir, "doorward.db"); file < 50*mebibyte {
		t.Errorf("of 64 MiB, %d are in the file", file/mebibyte)
	}
}

// appendPages writes about a page.
func appendPages(_ context.Context, tx authority.Tx) error {
	now := time.Now()
	tx.Append(audit.Event{ID: secret.NewID(now), At: now, Detail: map[string]string{"long": strings.Repeat("x", 3000)}})
	return nil
}

func sizeOf(t *testing.T, dir, name string) int64 {
	t.Helper()
	file, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return file.Size()
}

// TestTheLogIsCopiedByAnotherThanTheWriter writes fewer pages than SQLite itself would wait for; most of them several times,
// so that 600 KiB of them come to the file. Nothing of them is copied
// while nobody does it beside the writer, however many there are.
func TestTheLogIsCopiedByAnotherThanTheWriter(t *testing.T) {
	dir := t.TempDir()
	store := openSQLite(t, dir, sqlstore.Options{})
	writeUntil(t, store, 600)
	for end := time.Now().Add(10 * time.Second); sizeOf(t, dir, "doorward.db") < 400<<10; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d KiB are in the file", sizeOf(t, dir, "doorward.db")>>10)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = openSQLite(t, dir, sqlstore.Options{})
	defer store.Close()
	store.StopCopies()
	before := sizeOf(t, dir, "doorward.db")
	writeUntil(t, store, 3000)
	if after := sizeOf(t, dir, "doorward.db"); after != before {
		t.Errorf("the writer has copied %d KiB into the file", (after-before)>>10)
	}
}

// writeUntil has the log grow to so many pages.
func writeUntil(t *testing.T, store *sqlstore.Store, pages int64) {
	t.Helper()
	for changes := int64(0); store.Logged() < pages; changes++ {
		if changes > pages {
			t.Fatalf("%d changes, each of a page, are %d in the log", changes, store.Logged())
		}
		if err := store.Change(t.Context(), appendPages); err != nil {
			t.Fatal(err)
		}
	}
	if logged := store.Logged(); logged > pages+50 {
		t.Fatalf("the log has %d pages", logged)
	}
}

// TestTheWriterCopiesOnlyALittleOfALongLog holds both lengths.
func TestTheWriterCopiesOnlyALittleOfALongLog(t *testing.T) {
	store := openSQLite(t, t.TempDir(), sqlstore.Options{})
	defer store.Close()
	store.StopCopies()
	for _, c := range []struct {
		logged, copied int64
		asks           bool
	}{{3999, 3999, false}, {4000, 3999, true}, {4400, 4000, true}, {4600, 4000, false}} {
		if asks := store.AsksForRest(c.logged, c.copied); asks != c.asks {
			t.Errorf("of %d pages, of which %d are copied: %v", c.logged, c.copied, asks)
		}
	}
}

// TestALongReadHoldsUpNoWriter has somebody read what was there before, so that nothing can be copied, and then leave: the
// log begins anew without the writer copying what came meanwhile.
func TestALongReadHoldsUpNoWriter(t *testing.T) {
	dir := t.TempDir()
	store := openSQLite(t, dir, sqlstore.Options{})
	defer store.Close()
	leave := readFor(t, dir)
	writeUntil(t, store, 5000)
	time.Sleep(3 * sqlstore.ShortestPause) // so that a copy has been tried with all of it there
	if store.RestIsWanted() {
		t.Error("the writer is to copy a log of which nothing can be copied")
	}
	leave()
	for store.Logged() >= 5000 {
		if err := store.Change(t.Context(), appendPages); err != nil {
			t.Fatal(err)
		}
		if store.Logged() > 50_000 {
			t.Fatal("the log does not begin anew")
		}
	}
}

// readFor reads the store as it is now until leave is called.
func readFor(t *testing.T, dir string) (leave func()) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "doorward.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM events").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}
