package authority

import (
	"context"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// Authenticate returns who presents a proof. Every refusal looks alike and costs alike, whatever was
// wrong; the event has the reason. It fails with Unauthenticated, TooMany (this source has failed too
// often, whoever it tried) or Unavailable.
func (a *Authority) Authenticate(ctx context.Context, from Origin, p Proof) (Actor, error) {
	if p.bearer {
		if by, known, err := a.bySession(ctx, from, p); known {
			return by, err
		}
	}
	of, remembered, err := a.find(ctx, p)
	if err != nil {
		return Actor{}, err
	}
	c, s := of.credential, of.holder
	budget, err := a.reserve(ctx, from, p, c, s)
	if err != nil {
		return Actor{}, a.refuse(ctx, refusedProof(from, c, s), err)
	}
	reason := ReasonLocked
	if !budget.shed {
		reason, err = a.verify(ctx, from, p, c, s)
	}
	if err != nil {
		budget.settle(false)
		return Actor{}, err
	}
	budget.settle(reason != "" && !budget.shed) // the right secret is no guess, even while it is refused
	if budget.locked {
		reason = ReasonLocked
	}
	if reason != "" {
		if remembered { // what an unknown one costs
			if _, err := a.findBy(ctx, a.ask, p); err != nil {
				return Actor{}, err
			}
		}
		refusal := a.refusedKey(ctx, from, p, c, fault.New(fault.Unauthenticated, reason, "The credentials are not valid."))
		return Actor{}, a.refuse(ctx, refusedProof(from, c, s), refusal)
	}
	a.uses.noteCredential(c, from, a.store.Now())
	by := Actor{origin: from, stands: s, held: a.heldOf(s), proved: c}
	if p.isHashed() {
		a.familiar.note(familiarAt(s, SourcePrefix(from.Source).String()))
		a.rehash(ctx, by, p.secret)
	}
	return by, nil
}

func refusedProof(from Origin, c *Credential, s *Standing) audit.Event {
	e := from.event(audit.Authenticate)
	e.Subject, e.Credential = s.Principal.ID, secret.ID(c.ID)
	return e
}

// verify returns why the proof is refused, or "". The secret is always verified, against a dummy
// when there is nothing to verify against, so that the time does not tell which it was.
func (a *Authority) verify(ctx context.Context, from Origin, p Proof, c *Credential, s *Standing) (reason string, err error) {
	matches, err := a.matches(ctx, p, c)
	switch {
	case err != nil:
		return "", err
	case s.Principal.ID == "":
		return ReasonUnknown, nil
	case p.kind == PublicKey:
		return a.verifyAssertion(ctx, from, p, c, s)
	case c.ID.IsZero():
		return ReasonNoPassword, nil
	case !matches || p.client != "" && !c.isOfClient(p.client):
		return ReasonWrong, nil
	case p.organisation != "" && s.Principal.Organisation != p.organisation:
		return ReasonOrganisation, nil
	}
	if reason := c.refusal(from, a.store.Now()); reason != "" {
		return reason, nil
	}
	return s.refusal(), nil
}

// matches verifies what must match: a hash through the bounded pool, a fingerprint in constant time.
func (a *Authority) matches(ctx context.Context, p Proof, c *Credential) (bool, error) {
	if c.Kind == KeyPair || p.isKey() && c.ID.IsZero() {
		return a.keys.Fingerprint(secret.PurposePairSecret, p.secret).Equal(c.Verifier), nil
	}
	if !p.isHashed() {
		return true, nil // found by the whole secret
	}
	return a.matchesHash(ctx, p, c)
}

// matchesHash stands apart because all that it hands to the pool has to be on the heap, which keys need not pay for.
func (a *Authority) matchesHash(ctx context.Context, p Proof, c *Credential) (bool, error) {
	hash := c.PasswordHash
	if hash == "" {
		hash = secret.DummyHash()
	}
	var matches bool
	var failed error
	if err := a.hashing.Do(ctx, func() { matches, failed = hash.Verify(p.secret) }); err != nil {
		return false, err
	}
	if failed != nil {
		return false, fault.As(failed)
	}
	return matches && c.PasswordHash != "", nil
}

// refusal returns why a credential does not count here and now, or "".
func (c *Credential) refusal(from Origin, now time.Time) string {
	switch {
	case !c.allowsDialect(from.Dialect):
		return ReasonDialect
	case c.Networks != nil && !c.allowsSource(from):
		return ReasonNetwork
	}
	return c.ended(now)
}

// ended returns why a credential does not count any more, wherever it is used, or "".
func (c *Credential) ended(now time.Time) string {
	switch {
	case !c.RevokedAt.IsZero():
		return ReasonRevoked
	case c.Status != Active:
		return ReasonDisabled
	case !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt):
		return ReasonExpired
	}
	return ""
}

func (c *Credential) allowsDialect(name string) bool {
	return c.Dialects == nil || slices.Contains(c.Dialects, name)
}

func (c *Credential) allowsSource(from Origin) bool {
	for _, network := range c.Networks {
		if network.Contains(from.Source.Unmap()) {
			return true
		}
	}
	return false
}
