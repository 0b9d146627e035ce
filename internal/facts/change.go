package facts

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
)

// Change runs a change of the other store and takes in, before it returns, what the change has said of facts.
func (s *Store) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	var done noted
	err := s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		return change(ctx, changing{tx, s, &done}) // it may run more than once
	})
	// However it ended: it may be there although nobody could be told so.
	s.changes.mark(done.changed...)
	if done.everything {
		s.changes.reset()
	}
	if len(done.changed) > 0 {
		s.mu.Lock()
		s.said = time.Now()
		s.mu.Unlock()
	}
	if err == nil {
		for id, at := range done.used {
			s.sessions.use(id, at)
		}
	}
	return err
}

// Settle returns when Bound has passed since facts were last changed here: every other node has heard of it, or has
// stopped answering from memory.
func (s *Store) Settle(ctx context.Context) error {
	s.mu.Lock()
	said := s.said
	s.mu.Unlock()
	if said.IsZero() {
		return s.Store.Settle(ctx)
	}
	passed := time.NewTimer(time.Until(said.Add(Bound)))
	defer passed.Stop()
	select {
	case <-passed.C:
		return s.Store.Settle(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noted is what a change says of facts that may be remembered.
type noted struct {
	changed    []changed
	everything bool
	used       map[authority.SessionID]time.Time
}

// changing is a transaction whose words are noted.
type changing struct {
	authority.Tx
	store *Store
	noted *noted
}

// RedeemLoginToken spends the token and puts its facts together from memory. That they are those of this moment is
// known from the feed: what it shows to this very transaction and this node has not seen is taken in first. What is not
// in memory is read in the transaction, and not remembered, as the transaction may yet fail.
func (t changing) RedeemLoginToken(ctx context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	seen, ok := t.store.listening()
	if !ok {
		return t.Tx.RedeemLoginToken(ctx, r)
	}
	s, err := t.Tx.SpendLoginToken(ctx, r, seen)
	if err != nil {
		return authority.LoginTokenFacts{}, false, err
	}
	if s.LoginToken.ID.IsZero() {
		return authority.LoginTokenFacts{}, false, nil
	}
	t.store.hear(s.Unseen.Entries, false)
	if s.Unseen.Epoch == seen.Epoch && len(s.Unseen.Entries) < authority.UnseenLimit {
		if f, ok := t.store.tokenFacts(s); ok {
			return f, s.Spent, nil
		}
	}
	f, err := t.Tx.LoginTokenFacts(ctx, r.Token)
	if fault.KindOf(err) == fault.NotFound {
		return authority.LoginTokenFacts{}, false, nil // swept meanwhile
	}
	return f, s.Spent, err
}

// tokenFacts puts the facts of a login token together from memory; ok is false when one of them is not there.
func (s *Store) tokenFacts(of authority.Spending) (f authority.LoginTokenFacts, ok bool) {
	t := of.LoginToken
	c, ok := s.credential(t.Credential)
	if !ok {
		return f, false
	}
	w, ok := s.whose(t.Subject, t.Actor, c.Principal, t.Account, t.Audience)
	if !ok {
		return f, false
	}
	f = authority.LoginTokenFacts{
		LoginToken: t, Live: of.Live, Subject: &w.subject.Standing, Actor: &w.actor.Standing, Minter: &w.holder.Standing, Credential: &c.Credential,
		Account: w.account.tenants, Audience: &w.audience.Audience,
	}
	if !t.Parent.IsZero() {
		f.Parent, _, ok = s.sessions.get(t.Parent)
	}
	return f, ok
}
