package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/doorward/doorward/demo"
)

// manySessions are enough for a restore to be under way for a while.
const manySessions = 30_000

// TestAKilledRestoreLeavesAStoreThatCanBeRestoredInto kills the real program while it loads.
func TestAKilledRestoreLeavesAStoreThatCanBeRestoredInto(t *testing.T) {
	dir := t.TempDir()
	data, file, target := filepath.Join(dir, "data"), filepath.Join(dir, "a.backup"), filepath.Join(dir, "restored")
	if err := os.WriteFile(filepath.Join(dir, "demo.yaml"), demo.Directory, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, program(t, "apply", filepath.Join(dir, "demo.yaml"), "--data", data))
	addSessions(t, filepath.Join(data, "doorward.db"), manySessions)
	mustRun(t, program(t, "backup", file, "--data", data))

	restore := []string{"restore", file, "--data", target, "--keys", filepath.Join(data, "keys")}
	killed := program(t, restore...)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	waitForSize(t, filepath.Join(target, "doorward.db-wal"), 1<<20)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("the restore was done before it was killed")
	}
	if n := countSessions(t, filepath.Join(target, "doorward.db")); n != 0 {
		t.Errorf("%d sessions are there after it was killed", n)
	}
	mustRun(t, program(t, restore...))
	if n := countSessions(t, filepath.Join(target, "doorward.db")); n != manySessions {
		t.Errorf("%d sessions were restored", n)
	}
}

// program is the real program, which TestMain makes of this one when it is run under its name.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Args[0] = "doorward"
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	return c
}

func mustRun(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, out)
	}
}

// waitForSize waits until another process has written that much.
func waitForSize(t *testing.T, path string, size int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if info, err := os.Stat(path); err == nil && info.Size() >= size {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s never had %d bytes", path, size)
		}
		time.Sleep(time.Millisecond) // another process works: there is nothing to wait on
	}
}

func addSessions(t *testing.T, file string, n int) {
	t.Helper()
	withDatabase(t, file, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf(`
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO sessions (id, fingerprint, subject_id, organisation_id, account_id, unit_id, audience_id, actor_id, credential_id,
				dialect, opened_at, expires_at, idle_lifetime, used_at)
			SELECT CAST(printf('%%016x', i) AS BLOB), randomblob(32), 'person:3', 'organisation:CRMDEMO', 'account:1200', '', 1, '',
				randomblob(16), 'pulse', 1800000000000000 + i, 9000000000000000, 0, 1800000000000000 + i FROM n`, n))
		return err
	})
}

func countSessions(t *testing.T, file string) (n int) {
	t.Helper()
	withDatabase(t, file, func(db *sql.DB) error {
		return db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM sessions`).Scan(&n)
	})
	return n
}

func withDatabase(t *testing.T, file string, do func(db *sql.DB) error) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(do(db), db.Close()); err != nil {
		t.Fatal(err)
	}
}
