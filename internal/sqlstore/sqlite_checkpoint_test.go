package sqlstore_test

import (
	"context"
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
	if log := sizeOf(t, dir, "doorward.db-wal"); log > 36*mebibyte {
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

// TestTheLogIsCopiedWithoutTheWriter writes a little more than a copy is due for, and then nothing.
func TestTheLogIsCopiedWithoutTheWriter(t *testing.T) {
	dir := t.TempDir()
	store := openSQLite(t, dir, sqlstore.Options{})
	defer store.Close()
	for range 800 {
		if err := store.Change(t.Context(), appendPages); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(10 * time.Second); sizeOf(t, dir, "doorward.db") < 2*mebibyte; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d KiB are in the file", sizeOf(t, dir, "doorward.db")>>10)
		}
	}
}
