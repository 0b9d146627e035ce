package sqlstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
)

// openSQLite opens a store in a directory of the test's own.
func openSQLite(t testing.TB, dir string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	store, _, err := sqlstore.OpenSQLite(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// What is traced is about to be sent: while the COMMIT is held up there, whoever waits for it must go on waiting.
func TestNobodyIsToldSuccessBeforeTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held, goOn chan struct{}
		store := openSQLite(t, t.TempDir(), sqlstore.Options{Trace: func(trip sqlstore.RoundTrip) {
			if goOn != nil && trip.Statements[len(trip.Statements)-1] == "COMMIT" {
				close(held)
				<-goOn
			}
		}})
		held, goOn = make(chan struct{}), make(chan struct{})
		told := make(chan error, 1)
		go func() { told <- putSetting(t.Context(), store, "a") }()
		<-held
		synctest.Wait()
		select {
		case err := <-told:
			t.Errorf("told %v before the COMMIT", err)
		default:
		}
		close(goOn)
		synctest.Wait()
		if len(told) == 1 {
			if err := <-told; err != nil {
				t.Error(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// With NORMAL, a COMMIT does not wait, and what was acknowledged is lost at power loss (THREATS.md, trap 4).
func TestACommitOnSQLiteWaitsForTheDisk(t *testing.T) {
	store := openSQLite(t, t.TempDir(), sqlstore.Options{})
	defer store.Close()
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal"} { // 2 is FULL
		if got, err := store.WriterPragma(t.Context(), name); err != nil || got != want {
			t.Errorf("%s is %q, not %q: %v", name, got, want, err)
		}
	}
}

// openWithBadCommit opens a store on which the COMMIT of a new setting fails: a row that refers to nothing is checked then.
func openWithBadCommit(t *testing.T) *sqlstore.Store {
	t.Helper()
	dir := t.TempDir()
	store := openSQLite(t, dir, sqlstore.Options{})
	t.Cleanup(func() { _ = store.Close() })
	db, err := sql.Open("sqlite", filepath.Join(dir, "doorward.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `
		CREATE TABLE refers (name TEXT REFERENCES referred (name) DEFERRABLE INITIALLY DEFERRED);
		CREATE TABLE referred (name TEXT PRIMARY KEY);
		CREATE TRIGGER at_commit AFTER INSERT ON settings BEGIN INSERT INTO refers (name) VALUES (NEW.name); END`)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestAFailedCommitOnSQLiteIsAnUnknownOutcome(t *testing.T) {
	store := openWithBadCommit(t)
	err := putSetting(t.Context(), store, "a")
	if fault.ReasonOf(err) != fault.ReasonUnknownOutcome || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	err = store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		tx.Publish(authority.FeedSession, "b")
		return nil
	})
	if err != nil {
		t.Errorf("the store did not recover: %v", err)
	}
}

func TestAPanicInAChangeTellsNothingOfItsValue(t *testing.T) {
	store := openSQLite(t, t.TempDir(), sqlstore.Options{})
	defer store.Close()
	err := store.Change(t.Context(), func(context.Context, authority.Tx) error { panic("canary-in-a-panic") })
	wantNoCanary(t, err, "canary-in-a-panic")
}

// A caller that has gone when its turn comes has written nothing: those beside it are not written again one by one.
func TestACallerThatHasGoneUndoesNoGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trace := &tracer{}
		store := openSQLite(t, t.TempDir(), sqlstore.Options{Trace: trace.note})
		trace.forget()
		ctx, leave := context.WithCancel(t.Context())
		waiting, goOn := make(chan struct{}), make(chan struct{})
		told := make(chan error, 4)
		change := func(ctx context.Context, do func()) {
			told <- store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
				do()
				tx.RaiseFence()
				return nil
			})
		}
		go change(t.Context(), func() { close(waiting); <-goOn })
		<-waiting
		go change(t.Context(), leave)
		go change(t.Context(), func() {})
		synctest.Wait()
		go change(ctx, func() { t.Error("it was run") })
		synctest.Wait()
		close(goOn)
		failed := 0
		for range 4 {
			if err := <-told; fault.KindOf(err) == fault.Unavailable {
				failed++
			} else if err != nil {
				t.Error(err)
			}
		}
		if failed != 1 {
			t.Errorf("%d of the four were told that they are not done", failed)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if len(trace.trips) != 2 {
			t.Errorf("committed by %q", trace.trips)
		}
	})
}

// The transaction ends where one of many rows is refused: a change that goes on in spite of that must not write outside of it.
func TestAChangeThatIgnoresAnErrorWritesNothingMore(t *testing.T) {
	store := openSQLite(t, t.TempDir(), sqlstore.Options{})
	defer store.Close()
	event := func(n byte) audit.Event { return audit.Event{ID: secret.ID{n}, At: store.Now()} }
	once := authority.Once{ID: [32]byte{1}, ExpiresAt: store.Now().Add(time.Hour)}
	err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		tx.Append(event(1))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		for n := range byte(4) {
			tx.Append(event(n + 1))
		}
		if _, err := tx.Events(ctx, authority.EventFilter{}); err == nil {
			t.Error("a row that is there was written again")
		}
		if _, err := tx.SpendOnce(ctx, once); err == nil {
			t.Error("it was spent after an error")
		}
		return nil
	})
	if err == nil {
		t.Error("the change was acknowledged")
	}
	err = store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		if first, err := tx.SpendOnce(ctx, once); err != nil || !first {
			t.Errorf("it had been spent by a change that was refused: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
