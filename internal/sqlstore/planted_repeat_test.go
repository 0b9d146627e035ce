package sqlstore_test

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// plantedRepeatBugs are mistakes in noting what repeatable requests have made, and in cancelling.
var plantedRepeatBugs = []planted{
	{"notes equal requests side by side", "of many equal requests at once, one is noted and the others' changes fail", inRepeats(func(t *txWithBugs) { t.sideBySide = true })},
	{"forgets what was made", "what a repeatable request made comes back until its time", inRepeats(func(t *txWithBugs) { t.forgetful = true })},
	{"cancels what was redeemed", "a login token is cancelled once, and neither one that was redeemed nor one that has ended", inRepeats(func(t *txWithBugs) { t.cancelsAll = true })},
}

// txWithBugs is a Tx with some of its methods broken.
type txWithBugs struct {
	authority.Tx
	sideBySide, forgetful, cancelsAll bool
}

type changesWithBugs struct {
	authority.Store
	spoil func(t *txWithBugs)
}

func inRepeats(spoil func(t *txWithBugs)) func(s authority.Store) authority.Store {
	return func(s authority.Store) authority.Store { return changesWithBugs{s, spoil} }
}

func (s changesWithBugs) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		t := txWithBugs{Tx: tx}
		s.spoil(&t)
		return change(ctx, t)
	})
}

func (t txWithBugs) PutRepeat(r authority.Repeat, at time.Time) {
	if t.sideBySide {
		fresh := secret.NewID(at)
		copy(r.ID[:], fresh[:])
	}
	if !t.forgetful {
		t.Tx.PutRepeat(r, at)
	}
}

func (t txWithBugs) CancelLoginToken(ctx context.Context, id authority.LoginTokenID) (bool, error) {
	ok, err := t.Tx.CancelLoginToken(ctx, id)
	return ok || t.cancelsAll, err
}
