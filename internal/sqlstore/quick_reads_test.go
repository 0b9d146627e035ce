package sqlstore_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// readAtOnce has sessions that there are not read by many at once.
func readAtOnce(t *testing.T, store *sqlstore.Store) {
	t.Helper()
	eachAtOnce(32, func(i byte) {
		err := store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			_, err := v.Session(ctx, authority.SessionID{i})
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("session %d: %v", i, err)
		}
	})
}

func TestSessionsThatAreReadAtOnceAreReadTogether(t *testing.T) {
	trace := &tracer{}
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{Trace: trace.note})
	together := regexp.MustCompile(`^SELECT(; SELECT)+$`)
	trace.wantOnce(t, together, func() { readAtOnce(t, store) })
}

func TestAReadThatFailsOrPanicsIsItsCallersOwn(t *testing.T) {
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{})
	for range 10 {
		eachAtOnce(33, func(i byte) {
			text, read := "SELECT 1", int64(0)
			if i%3 == 1 {
				text = "SELECT 1/0"
			}
			defer func() {
				if r := recover(); (r != nil) != (i%3 == 2) {
					t.Errorf("read %d: panicked with %v", i, r)
				}
			}()
			err := store.ReadQuickly(t.Context(), text, func(scan func(...any) error) error {
				if i%3 == 2 {
					panic("a row")
				}
				return scan(&read)
			})
			if (err != nil) != (i%3 == 1) || i%3 == 0 && read != 1 {
				t.Errorf("read %d: %d, %v", i, read, err)
			}
		})
	}
}

func TestAReadWhoseCallerHasGoneIsNotRun(t *testing.T) {
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	err := store.ReadQuickly(ctx, "SELECT 1", func(func(...any) error) error {
		t.Error("it was run")
		return nil
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("its caller is told %v", err)
	}
}
