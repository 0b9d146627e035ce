package sqlstore_test

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
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
	shared := regexp.MustCompile(`^BEGIN; SET(; UPDATE login_tokens){2,}; SELECT$`)
	trace.wantOnce(t, shared, func() { spendAtOnce(t, store, 32) })
}

// wantOnce does something until a round trip is like that: who comes alone shares with nobody.
func (r *tracer) wantOnce(t *testing.T, trip *regexp.Regexp, do func()) {
	t.Helper()
	for range 50 {
		r.forget()
		do()
		r.mu.Lock()
		found := slices.ContainsFunc(r.trips, trip.MatchString)
		r.mu.Unlock()
		if found {
			return
		}
	}
	t.Errorf("nothing was shared: %q", r.trips)
}

// spendAtOnce has changes at once that try to spend tokens which there are not.
func spendAtOnce(t *testing.T, store *sqlstore.Store, n byte) {
	t.Helper()
	eachAtOnce(n, func(i byte) {
		r := authority.Redemption{Token: authority.LoginTokenID{i}, Fingerprint: secret.Fingerprint{i}}
		if _, err := spend(t, store, r, func() {}); err != nil {
			t.Error(err)
		}
	})
}

func eachAtOnce(n byte, do func(i byte)) {
	start := make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	wait.Wait()
}

// spend tries to spend a token and does something else before it lets that be committed.
func spend(t *testing.T, store *sqlstore.Store, r authority.Redemption, then func()) (spent bool, err error) {
	t.Helper()
	err = store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		s, err := tx.SpendLoginToken(ctx, r, authority.FeedSeen{})
		spent = s.Spent
		then()
		return err
	})
	return spent, err
}

// lockedToken puts a token and returns it locked by another store, until it is released.
func lockedToken(t *testing.T, store, other *sqlstore.Store) (id authority.LoginTokenID, release func()) {
	t.Helper()
	l := authority.LoginToken{ID: authority.LoginTokenID{9}, MintedAt: store.Now(), ExpiresAt: store.Now().Add(time.Hour)}
	if err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error { tx.PutLoginToken(l); return nil }); err != nil {
		t.Fatal(err)
	}
	has, let := make(chan struct{}), make(chan struct{})
	go func() {
		_ = other.Change(context.Background(), func(ctx context.Context, tx authority.Tx) error {
			_, err := tx.CancelLoginToken(ctx, l.ID)
			close(has)
			<-let
			return cmp.Or(err, context.Canceled)
		})
	}()
	<-has
	release = sync.OnceFunc(func() { close(let) })
	t.Cleanup(release)
	return l.ID, release
}

// Changes that wait for a lock must leave connections to all who do not.
func TestWhoWaitsForALockLeavesConnectionsToOthers(t *testing.T) {
	stores := testenv.OpenStores(t, "postgres", sqlstore.Options{Connections: 4}, sqlstore.Options{})
	locked, release := lockedToken(t, stores[0], stores[1])
	var waiting sync.WaitGroup
	for range 8 {
		waiting.Go(func() {
			err := stores[0].Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				_, err := tx.CancelLoginToken(ctx, locked)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(300 * time.Millisecond) // until as many as may wait in the database
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := stores[0].View(ctx, func(ctx context.Context, v authority.View) error {
		_, err := v.LiveLoginTokens(ctx, stores[0].Now())
		return err
	})
	if err != nil {
		t.Errorf("who only reads: %v", err)
	}
	release()
	waiting.Wait()
}

// A row that is locked elsewhere must hold up its own change only, not all that have come to share a transaction with it.
func TestALockedRowHoldsUpNobodyElse(t *testing.T) {
	stores := testenv.OpenStores(t, "postgres", sqlstore.Options{}, sqlstore.Options{})
	locked, release := lockedToken(t, stores[0], stores[1])
	var others atomic.Int32
	began := time.Now()
	eachAtOnce(32, func(i byte) {
		spent, err := spend(t, stores[0], authority.Redemption{Token: authority.LoginTokenID{i}}, func() {})
		if err != nil || spent != (i == locked[0]) {
			t.Errorf("token %d: spent %v, %v", i, spent, err)
		}
		if others.Add(1) == 31 {
			release()
		}
	})
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("the others took %s", took)
	}
}

// A row's reader runs in the lane, whose panic would end the process.
func TestAPanicAtARowIsTheChangesOwn(t *testing.T) {
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{})
	defer func() {
		if r := recover(); r != "a row" {
			t.Errorf("it panicked with %v", r)
		}
	}()
	_ = store.ChangeAsking(t.Context(), func(func(...any) error) error { panic("a row") })
}

// Who has begun and then says nothing must not keep those that share its transaction waiting for ever.
func TestASilentChangeIsNotWaitedForForEver(t *testing.T) {
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{})
	store.BoundShared(time.Second)
	var others atomic.Int32
	speak := make(chan struct{})
	eachAtOnce(32, func(i byte) {
		then := func() {}
		if i%8 == 0 {
			then = func() { <-speak }
		}
		if _, err := spend(t, store, authority.Redemption{Token: authority.LoginTokenID{i}}, then); err != nil {
			t.Errorf("change %d: %v", i, err)
		}
		if i%8 != 0 && others.Add(1) == 28 {
			close(speak)
		}
	})
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
