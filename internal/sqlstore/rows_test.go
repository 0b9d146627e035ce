package sqlstore_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// TestRowsOfOneTableAreWrittenTogether holds how few statements a large change is.
func TestRowsOfOneTableAreWrittenTogether(t *testing.T) {
	trace := &tracer{}
	clock := testenv.NewClock()
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{Clock: clock.Now, Trace: trace.note})
	put := func(tx authority.Tx, numbers ...int64) {
		for _, n := range numbers {
			tx.PutPrincipal(authority.Principal{ID: grant.Person(n), Status: authority.Active, CreatedAt: clock.Now(), UpdatedAt: clock.Now()})
		}
	}
	var many []int64
	for n := range int64(64 + 16 + 4 + 1) {
		many = append(many, n+1)
	}
	err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		put(tx, many...)
		tx.RaiseFence()
		put(tx, 1, 1, 2, 3, 4) // the same row twice is never in one statement
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	row := "INSERT principals"
	if diff := cmp.Diff([]string{"BEGIN; " + row + "; " + row + "; " + row + "; " + row + "; UPDATE settings; " + row + "; " + row + "; COMMIT"}, trace.trips); diff != "" {
		t.Error(diff)
	}
}

// TestNewRowsAreWrittenInTheirOrder holds that rows which came in any order are written as they are stored, side by side.
func TestNewRowsAreWrittenInTheirOrder(t *testing.T) {
	if got, want := string(sqlstore.NewRowOrder([]byte("hcbagfed"))), "abcdefgh"; got != want {
		t.Errorf("written as %s", got)
	}
}
