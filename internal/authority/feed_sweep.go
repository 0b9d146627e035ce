package authority

import (
	"context"
	"time"
)

const (
	feedKept  = 24 * time.Hour // how long the store keeps an entry: nodes that start need the last hour or so
	sweepAt   = 500            // entries dropped in one change
	sweepMost = 20             // changes at once, so that a store that was off for long is swept in the background
)

// SweepFeed drops entries of the feed that are too old for anybody, in small changes, and returns how many. It is no
// act: what is dropped has no meaning any more.
func (a *Authority) SweepFeed(ctx context.Context) (swept int, err error) {
	before := a.store.Now().Add(-feedKept)
	return a.sweep(ctx, func(ctx context.Context, tx Tx) (int, error) { return tx.SweepFeed(ctx, before, sweepAt) })
}

// SweepOnce forgets what was presented once and is too old to be presented again, and returns how much.
func (a *Authority) SweepOnce(ctx context.Context) (swept int, err error) {
	before := a.store.Now().Add(-time.Minute) // no node's clock is so far off
	return a.sweep(ctx, func(ctx context.Context, tx Tx) (int, error) { return tx.SweepOnce(ctx, before, sweepAt) })
}

func (a *Authority) sweep(ctx context.Context, drop func(ctx context.Context, tx Tx) (int, error)) (swept int, err error) {
	for range sweepMost {
		n := 0
		err := a.store.Change(ctx, func(ctx context.Context, tx Tx) (err error) {
			n, err = drop(ctx, tx)
			return err
		})
		swept += n
		if err != nil || n < sweepAt {
			return swept, err
		}
	}
	return swept, nil
}
