package sqlstore_test

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// plantedSweepBugs are mistakes in dropping what ended long ago.
var plantedSweepBugs = []planted{
	{"drops what was found ended, whatever it is by now", "what comes to life again before it is dropped stays", inTx(func(b *buggyTx) { b.dropsAll = true })},
	{"goes one too far from step to step", "a walk in short steps finds all that has ended", inView(func(v *buggyView) { v.strides = true })},
}

func (b buggyTx) DropSessions(ctx context.Context, ids []authority.SessionID, before time.Time) (int, error) {
	if b.dropsAll {
		before = b.store.Now().Add(1000 * time.Hour)
	}
	return b.Tx.DropSessions(ctx, ids, before)
}

func (v buggyView) EndedSessions(ctx context.Context, after authority.SessionID, before time.Time, limit int) ([]authority.SessionID, authority.SessionID, error) {
	ended, last, err := v.View.EndedSessions(ctx, after, before, limit)
	if v.strides && last != (authority.SessionID{}) {
		last[0]++
	}
	return ended, last, err
}
