package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/sqlstore"
)

// fsyncDirectory tells the test below that it is the process to be watched, and where its store is to be.
const fsyncDirectory = "DOORWARD_FSYNC_DIRECTORY"

// TestNobodyIsToldSuccessBeforeTheDisk watches the system calls of log-ins at once: there is a wait for the disk for each
// COMMIT, and it has ended before anyone of its group is told. TMPDIR decides which disk; the calls are the same.
func TestNobodyIsToldSuccessBeforeTheDisk(t *testing.T) {
	if dir := os.Getenv(fsyncDirectory); dir != "" {
		logInMarked(t, dir)
		return
	}
	calls := filepath.Join(t.TempDir(), "calls")
	watched := exec.CommandContext(t.Context(), "strace", "-f", "-s", "40", "-e", "trace=fsync,fdatasync,write", "-o", calls,
		os.Args[0], "-test.run", "^"+t.Name()+"$")
	watched.Env = append(os.Environ(), fsyncDirectory+"="+t.TempDir())
	if out, err := watched.CombinedOutput(); err != nil {
		t.Fatalf("strace, which scripts/prepare installs: %v\n%s", err, out)
	}
	traced, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	commits, synced, told := readCalls(t, string(traced))
	t.Logf("%d log-ins in %d commits, with %d waits for the disk", told, commits, synced)
	if told != fsyncLogIns || commits < fsyncLogIns/fsyncClients || synced < commits {
		t.Errorf("%d log-ins were told, not %d; %d commits, %d waits", told, fsyncLogIns, commits, synced)
	}
}

// Each client logs in one time after the other, so that there are more commits than a store syncs for other reasons.
const fsyncLogIns, fsyncClients = 400, 8

// logInMarked logs in many at once, and writes to a file which commit is about to begin and of which commit each was told.
func logInMarked(t *testing.T, dir string) {
	marks, err := os.Create(filepath.Join(dir, "marks"))
	if err != nil {
		t.Fatal(err)
	}
	defer marks.Close()
	group := 0 // of the writer, on whose goroutine changes and traces run
	store := openSQLite(t, dir, sqlstore.Options{Trace: func(trip sqlstore.RoundTrip) {
		if trip.Statements[len(trip.Statements)-1] == "COMMIT" {
			group++
			fmt.Fprintf(marks, "mark commit %d\n", group)
		}
	}})
	defer store.Close()
	var all sync.WaitGroup
	for range fsyncClients {
		all.Go(func() {
			for range fsyncLogIns / fsyncClients {
				mine := 0
				err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
					mine = group + 1
					tx.PutSession(benchSession(store.Now()))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(marks, "mark told %d\n", mine)
			}
		})
	}
	all.Wait()
}

var (
	markCall  = regexp.MustCompile(`write\(\d+, "mark (commit|told) (\d+)`)
	syncEnded = regexp.MustCompile(`f(?:data)?sync(?:\(\d+\)| resumed>\))\s+= 0`)
)

// readCalls counts commits, waits for the disk that ended since the first of them, and log-ins that were told; each of
// these must come after as many waits as its commit has commits before it, itself included.
func readCalls(t *testing.T, traced string) (commits, synced, told int) {
	t.Helper()
	for line := range strings.Lines(traced) {
		if commits > 0 && syncEnded.MatchString(line) {
			synced++
		}
		mark := markCall.FindStringSubmatch(line)
		if mark == nil {
			continue
		}
		n, err := strconv.Atoi(mark[2])
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case mark[1] == "commit":
			commits = n
		case synced < n:
			t.Errorf("of commit %d one was told after %d waits for the disk", n, synced)
			fallthrough
		default:
			told++
		}
	}
	return commits, synced, told
}
