package authority

import (
	"context"
	"time"
)

const (
	// endedKept is how long what has ended stays to be listed and to say why it is refused. It is longer than any node
	// may hold back a last use, and than a repeat of a redemption can come after its session.
	endedKept = 24 * time.Hour
	lookAt    = 250 // rows looked at in one step
	dropAt    = 250 // rows dropped in one change, which is then shorter than the log-ins of one group
)

// SweepEnded walks over all sessions and login tokens once, drops those that ended long ago, in small changes, and
// returns how many. pause is called after each step, with whether that changed the store, and ends the walk with its
// error. It is no act: what is dropped could not be used for anything any more, as expiry is compared at every use.
func (a *Authority) SweepEnded(ctx context.Context, pause func(ctx context.Context, wrote bool) error) (swept int, err error) {
	before := a.store.Now().Add(-endedKept)
	sessions, err := sweepWalk(ctx, a.store, before, pause, SweepView.EndedSessions, SweepTx.DropSessions)
	if err != nil {
		return sessions, err
	}
	// Spent login tokens go after their sessions, whose redeemer may repeat itself until then.
	tokens, err := sweepWalk(ctx, a.store, before, pause, SweepView.EndedLoginTokens, SweepTx.DropLoginTokens)
	if err != nil {
		return sessions + tokens, err
	}
	return sessions + tokens, a.returnSpace(ctx, pause)
}

// SweepRepeats forgets what repeatable requests have made, once it cannot be repeated any more, and returns how much.
func (a *Authority) SweepRepeats(ctx context.Context) (swept int, err error) {
	before := a.store.Now()
	return a.sweep(ctx, func(ctx context.Context, tx Tx) (int, error) { return tx.SweepRepeats(ctx, before, sweepAt) })
}

// sweepWalk goes along the keys of one kind of row.
func sweepWalk[ID comparable](
	ctx context.Context, store Store, before time.Time, pause func(ctx context.Context, wrote bool) error,
	find func(v SweepView, ctx context.Context, after ID, before time.Time, limit int) ([]ID, ID, error),
	drop func(tx SweepTx, ctx context.Context, ids []ID, before time.Time) (int, error),
) (swept int, err error) {
	var after, none ID
	for {
		var ended []ID
		err := store.View(ctx, func(ctx context.Context, v View) (err error) {
			ended, after, err = find(v, ctx, after, before, lookAt)
			return err
		})
		for err == nil && len(ended) > 0 {
			batch, n := ended[:min(len(ended), dropAt)], 0
			err = store.Change(ctx, func(ctx context.Context, tx Tx) (err error) {
				n, err = drop(tx, ctx, batch, before)
				return err
			})
			swept, ended = swept+n, ended[len(batch):]
			if err == nil {
				err = pause(ctx, true)
			}
		}
		if err == nil {
			err = pause(ctx, false)
		}
		if err != nil || after == none {
			return swept, err
		}
	}
}

func (a *Authority) returnSpace(ctx context.Context, pause func(ctx context.Context, wrote bool) error) error {
	for {
		returned := false
		err := a.store.Change(ctx, func(ctx context.Context, tx Tx) (err error) {
			returned, err = tx.ReturnSpace(ctx)
			return err
		})
		if err == nil && returned {
			err = pause(ctx, true)
		}
		if err != nil || !returned {
			return err
		}
	}
}
