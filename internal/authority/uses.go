package authority

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// credentialUseGrain is how far the stored last use of a credential may lag behind.
const credentialUseGrain = time.Minute

// credentialUsesKept is for how long it is known from where a credential was used.
const credentialUsesKept = 30 * 24 * time.Hour

// credentialUsesHeld bounds the places whose last stored use is remembered, to know what is worth storing.
const credentialUsesHeld = 100_000

// useGrain is how far a session's stored last use may lag behind: a small part of its idle lifetime.
const useGrain = 60

// uses remembers the last uses of idle-limited sessions and of credentials until they are stored in batches, so that
// neither verifying nor logging in writes them.
type uses struct {
	mu       sync.Mutex
	latestOf map[SessionID]time.Time
	pending  map[CredentialUse]time.Time // by everything but At: the last use, not stored yet
	stored   map[CredentialUse]time.Time // what is stored already
}

func newUses() *uses {
	return &uses{
		latestOf: map[SessionID]time.Time{}, pending: map[CredentialUse]time.Time{}, stored: map[CredentialUse]time.Time{},
	}
}

// noteCredential remembers that a credential proved its principal, when it is worth storing. Where people sign in from
// is in the audit log and not kept here.
func (u *uses) noteCredential(c *Credential, from Origin, now time.Time) {
	place := CredentialUse{Credential: c.ID, Dialect: from.Dialect}
	if !c.isTyped() && from.Source.IsValid() {
		place.Source = SourcePrefix(from.Source).String()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Sub(u.stored[place]) >= credentialUseGrain {
		u.pending[place] = now
	}
}

// takePending returns what is to be stored, which is remembered as stored from then on.
func (u *uses) takePending() []CredentialUse {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.stored) > credentialUsesHeld {
		clear(u.stored)
	}
	taken := make([]CredentialUse, 0, len(u.pending))
	for place, at := range u.pending {
		u.stored[place] = at
		place.At = at
		taken = append(taken, place)
	}
	clear(u.pending)
	// In one order on every node, so that two of them that store the same places never wait for each other.
	slices.SortFunc(taken, func(a, b CredentialUse) int {
		return cmp.Or(bytes.Compare(a.Credential[:], b.Credential[:]), cmp.Compare(a.Dialect, b.Dialect), cmp.Compare(a.Source, b.Source))
	})
	return taken
}

// putBack has uses that could not be stored tried again.
func (u *uses) putBack(taken []CredentialUse) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, use := range taken {
		at := use.At
		use.At = time.Time{}
		delete(u.stored, use)
		if at.After(u.pending[use]) {
			u.pending[use] = at
		}
	}
}

// noteUse remembers that a session was used.
func (a *Authority) noteUse(s *Session) {
	if s.IdleLifetime > 0 {
		a.uses.note(s, a.store.Now())
	}
}

// note remembers a use, when it is worth storing.
func (u *uses) note(s *Session, now time.Time) {
	if now.Sub(s.UsedAt) < s.IdleLifetime/useGrain {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.latestOf[s.ID] = now
}

// latest returns the last use known, stored or not.
func (u *uses) latest(s *Session) time.Time {
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

// FlushUses stores the last uses of sessions and credentials; the server calls it every few seconds and when it stops.
func (a *Authority) FlushUses(ctx context.Context) error {
	return errors.Join(a.flushSessionUses(ctx), a.flushCredentialUses(ctx))
}

func (a *Authority) flushCredentialUses(ctx context.Context) error {
	taken := a.uses.takePending()
	for len(taken) > 0 {
		batch := taken[:min(len(taken), flushBatch)]
		err := a.store.Change(ctx, func(_ context.Context, tx Tx) error {
			for _, use := range batch {
				tx.NoteCredentialUse(use)
				tx.ForgetCredentialUses(use.Credential, use.At.Add(-credentialUsesKept))
			}
			return nil
		})
		if err != nil {
			a.uses.putBack(taken)
			return err
		}
		taken = taken[len(batch):]
	}
	return nil
}

func (a *Authority) flushSessionUses(ctx context.Context) error {
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
