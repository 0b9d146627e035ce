package sqlstore_test

import (
	"context"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// TestRedemptionsAtOnceShareATransaction holds what makes them cheap: one transaction, and what several ask asked once.
func TestRedemptionsAtOnceShareATransaction(t *testing.T) {
	trace := &tracer{}
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{Trace: trace.note})
	shared := regexp.MustCompile(`^BEGIN(; UPDATE login_tokens){2,}; SELECT$`)
	for range 50 { // who comes alone shares with nobody
		trace.forget()
		spendAtOnce(t, store, 32)
		trace.mu.Lock()
		found := slices.ContainsFunc(trace.trips, shared.MatchString)
		trace.mu.Unlock()
		if found {
			return
		}
	}
	t.Errorf("nothing was shared: %q", trace.trips)
}

// spendAtOnce has changes at once that try to spend tokens which there are not.
func spendAtOnce(t *testing.T, store *sqlstore.Store, n byte) {
	t.Helper()
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-start
			err := store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				_, err := tx.SpendLoginToken(ctx, authority.Redemption{Token: authority.LoginTokenID{i}, Fingerprint: secret.Fingerprint{i}}, authority.FeedSeen{})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wait.Wait()
}

// Two groups that lock the same rows in different orders would wait for each other.
func TestAGroupLocksItsRowsInOneOrder(t *testing.T) {
	ids := []byte{3, 9, 1, 4, 200, 4, 0}
	got := sqlstore.LockOrder(ids)
	if want := []byte{0, 1, 3, 4, 4, 9, 200}; !slices.Equal(got, want) {
		t.Errorf("locked in the order %v", got)
	}
}

// A change that panics must not keep those that share its transaction waiting.
func TestAPanicHoldsUpNobody(t *testing.T) {
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	for i := range byte(32) {
		wait.Go(func() {
			defer func() { _ = recover() }()
			err := store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
				_, _, err := tx.RedeemLoginToken(ctx, authority.Redemption{Token: authority.LoginTokenID{i}})
				if i%2 == 0 {
					panic("a change")
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
