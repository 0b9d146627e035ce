package testenv

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/sqlstore"
)

// migratedFile is a store that this process has migrated, for all its tests to begin with a copy: the migrations of each
// would be a sixth of what the tests cost.
var migratedFile struct {
	once    sync.Once
	content []byte
}

// embeddedDirectory returns a directory with an empty embedded store of the newest schema.
func embeddedDirectory(t testing.TB) string {
	t.Helper()
	migratedFile.once.Do(func() { migratedFile.content = migrateEmbedded(t) })
	if migratedFile.content == nil {
		t.Fatal("there is no store to copy: an earlier test says why")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, embeddedFile), migratedFile.content, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

const embeddedFile = "doorward.db"

func migrateEmbedded(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	store, _, err := sqlstore.OpenSQLite(t.Context(), dir, sqlstore.Options{})
	if err != nil {
		t.Fatalf("migrate a store to copy: %v", err)
	}
	// The last connection to close leaves everything in the one file.
	if err := store.Close(); err != nil {
		t.Fatalf("close the store to copy: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, embeddedFile+"-wal")); err == nil {
		t.Fatal("the store to copy is in more than one file")
	}
	content, err := os.ReadFile(filepath.Join(dir, embeddedFile))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
