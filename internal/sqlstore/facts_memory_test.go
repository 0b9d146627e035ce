package sqlstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// What the writer remembers of the directory must be what is in it, whoever has changed it and however that ended.
func TestARedemptionSeesTheDirectoryAsItIs(t *testing.T) {
	dir := t.TempDir()
	store, beside := openSQLite(t, dir, sqlstore.Options{}), openSQLite(t, dir, sqlstore.Options{})
	defer store.Close()
	defer beside.Close()
	testenv.NewOn(t, "", store, testenv.NewClock()).Demo(t)

	named := func(name string) func(tx authority.Tx) {
		return func(tx authority.Tx) {
			tx.PutPrincipal(authority.Principal{ID: grant.Person(3), Name: name, Status: authority.Active, CreatedAt: store.Now(), UpdatedAt: store.Now()})
		}
	}
	sees := func(name, when string) {
		t.Helper()
		if got := subjectOfRedeemed(t, store); got != name {
			t.Errorf("%s, a redemption saw %q, not %q", when, got, name)
		}
	}
	put(t, store, named("Ann"))
	sees("Ann", "at first")
	sees("Ann", "when nothing has changed")
	put(t, store, named("Bea"))
	sees("Bea", "after a change through the same store")
	put(t, beside, named("Cil"))
	sees("Cil", "after a change of another process")

	undone := errors.New("undone")
	err := store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		named("Dot")(tx)
		if got := redeemIn(ctx, t, tx, store); got != "Dot" {
			t.Errorf("a redemption after a write in the same change saw %q", got)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Error(err)
	}
	sees("Cil", "after a change that was undone")
}

func put(t *testing.T, store *sqlstore.Store, change func(tx authority.Tx)) {
	t.Helper()
	if err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error { change(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func subjectOfRedeemed(t *testing.T, store *sqlstore.Store) (name string) {
	t.Helper()
	err := store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		name = redeemIn(ctx, t, tx, store)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return name
}

// redeemIn mints and redeems within one change, and returns the name of the subject that the redemption saw.
func redeemIn(ctx context.Context, t *testing.T, tx authority.Tx, store *sqlstore.Store) string {
	t.Helper()
	l := benchToken(store.Now())
	tx.PutLoginToken(l)
	facts, spent, err := tx.RedeemLoginToken(ctx, authority.Redemption{
		Token: l.ID, Fingerprint: l.Fingerprint, Audience: l.Audience, By: benchKey, Session: authority.SessionID{1},
	})
	if err != nil || !spent {
		t.Errorf("not redeemed: %v", err)
	}
	return facts.Subject.Principal.Name
}
