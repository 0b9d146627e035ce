package authority

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// useGrain is how far a session's stored last use may lag behind: a small part of its idle lifetime.
const useGrain = 60

// uses remembers the last uses of idle-limited sessions until they are stored in batches,
// so that verifying never writes.
type uses struct {
	mu       sync.Mutex
	latestOf map[SessionID]time.Time
}

func newUses() *uses { return &uses{latestOf: map[SessionID]time.Time{}} }

// note remembers a use, when it is worth storing.
func (u *uses) note(s Session, now time.Time) {
	if s.IdleLifetime <= 0 || now.Sub(s.UsedAt) < s.IdleLifetime/useGrain {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.latestOf[s.ID] = now
}

// latest returns the last use known, stored or not.
func (u *uses) latest(s Session) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.latestOf[s.ID]; at.After(s.UsedAt) {
		return at
	}
	return s.UsedAt
}

func (u *uses) snapshot() map[SessionID]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.latestOf)
}

// forget drops what has been stored, unless it was used again meanwhile.
func (u *uses) forget(stored map[SessionID]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.latestOf, func(id SessionID, at time.Time) bool { return stored[id].Equal(at) })
}

// flushBatch bounds what is flushed in one transaction, so that log-ins never wait long behind it.
const flushBatch = 500

// FlushUses stores the last uses of sessions; the server calls it every few seconds and when it stops.
func (a *Authority) FlushUses(ctx context.Context) error {
	taken := a.uses.snapshot()
	for batch := range slices.Chunk(slices.Collect(maps.Keys(taken)), flushBatch) {
		err := a.store.Change(ctx, func(_ context.Context, tx Tx) error {
			for _, id := range batch {
				tx.TouchSession(id, taken[id])
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	a.uses.forget(taken)
	return nil
}
