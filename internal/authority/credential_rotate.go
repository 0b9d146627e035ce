package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// MaxOverlap bounds how long an old secret goes on beside the new one.
const MaxOverlap = 90 * 24 * time.Hour

// RotateRequest says how to give a credential a new secret.
type RotateRequest struct {
	Overlap time.Duration // how long the old one goes on; 0: it ends now
	Import  Import
}

// RotateCredential gives a credential a new secret. What programs present becomes a credential of its own, with
// the same name and restrictions, and the old one ends after the overlap, so that it can be seen who still uses it; what
// it made ends with it. What people type is replaced at once. It fails with Malformed for an overlap where there can be
// none (manager keys, passwords, pass codes), and with Conflict for a credential that has ended or was rotated before.
func (a *Authority) RotateCredential(ctx context.Context, by Actor, id CredentialID, r RotateRequest) (IssuedCredential, error) {
	judge := func(_ Credential, holder Standing) error { return a.refusedManage(by, holder) }
	old, holder, err := a.credential(ctx, id)
	if err == nil {
		err = judge(old, holder)
	}
	if err != nil || by.IsZero() {
		return IssuedCredential{}, a.actMany(ctx, by, audit.IssueCredential, err, nil)
	}
	if err := r.check(old); err != nil {
		return IssuedCredential{}, err
	}
	if (old.Kind == PassCode || old.Kind == PublicKey) && r.Import.Key.IsZero() {
		r.Import.Key = secret.Of(old.PublicID)
	}
	now := a.store.Now()
	made, err := a.makeSecret(ctx, by, old.Kind, r.Import, now)
	if err != nil {
		return IssuedCredential{}, err
	}
	made.Credential.SecretAt = now
	err = a.amend(ctx, by, audit.IssueCredential, id, judge, func(tx Tx, record func(audit.Event), c Credential) error {
		if reason := c.unrotatable(a.store.Now()); reason != "" {
			return hasEnded(reason)
		}
		if c.isTyped() || c.Kind == PublicKey {
			made.Credential = a.replaceSecret(tx, record, by, c, made.Credential)
		} else {
			made.Credential = a.succeed(tx, record, by, c, made.Credential, r.Overlap)
		}
		a.made(tx, by, made.Credential.ID.String())
		return nil
	})
	if err != nil {
		return IssuedCredential{}, uniqueCredential(err)
	}
	return made, nil
}

// isTyped reports whether people type the secret; of such a credential a principal has one.
func (c Credential) isTyped() bool { return c.Kind == Password || c.Kind == PassCode }

func (r RotateRequest) check(c Credential) error {
	switch {
	case r.Overlap < 0 || r.Overlap > MaxOverlap:
		return fault.BadParameter("overlap", "The overlap is 0 to 90 days.")
	case r.Overlap > 0 && (c.isTyped() || c.Kind == ManagerKey || c.Kind == PublicKey):
		return fault.BadParameter("overlap", "There is one "+string(c.Kind)+" at a time: the old one ends with the new one.")
	}
	return nil
}

// unrotatable returns why a credential cannot be rotated, or "".
func (c Credential) unrotatable(now time.Time) string {
	if !c.ReplacedBy.IsZero() {
		return ReasonReplaced
	}
	return c.over(now)
}

// replaceSecret changes what must match in place: what the old secret made ends at the next use.
func (a *Authority) replaceSecret(tx Tx, record func(audit.Event), by Actor, c, made Credential) Credential {
	c.PasswordHash, c.Weak, c.PublicKeys = made.PasswordHash, made.Weak, made.PublicKeys
	c.SecretAt, c.UpdatedAt = c.nextSecretAt(a.store.Now()), a.store.Now()
	e := by.event(audit.ChangeCredential)
	c.describe(&e, "changed", "secret")
	a.putCredential(tx, record, c, e)
	return c
}

// nextSecretAt is when a new secret becomes a credential's: never the very time of the old one, by which what each made
// is told apart.
func (c Credential) nextSecretAt(now time.Time) time.Time {
	if now.After(c.SecretAt) {
		return now
	}
	return c.SecretAt.Add(time.Microsecond)
}

// succeed issues the new credential and ends the old one, now or after the overlap.
func (a *Authority) succeed(tx Tx, record func(audit.Event), by Actor, old, made Credential, overlap time.Duration) Credential {
	now := a.store.Now()
	next := old
	next.ID, next.SecretAt, next.CreatedAt, next.UpdatedAt = CredentialID(secret.NewID(now)), made.SecretAt, now, now
	next.PublicID, next.Lookup, next.Verifier = made.PublicID, made.Lookup, made.Verifier
	if !old.ownMade() { // what somebody made for themselves stays outside of every directory
		next.CreatedBy = by.Principal().ID
	}
	if !old.ExpiresAt.IsZero() {
		next.ExpiresAt = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	old.ReplacedBy = next.ID
	if overlap == 0 {
		a.endCredential(tx, record, by, old, "replaced_by", next.ID.String())
	} else {
		a.expire(tx, record, by, old, now.Add(overlap))
	}
	tx.PutCredential(next)
	e := by.event(audit.IssueCredential)
	next.describe(&e, "replaces", old.ID.String())
	record(e)
	return next
}

// expire lets a credential that was replaced go on until a time, or until its own end when that is sooner.
func (a *Authority) expire(tx Tx, record func(audit.Event), by Actor, c Credential, at time.Time) {
	if c.ExpiresAt.IsZero() || at.Before(c.ExpiresAt) {
		c.ExpiresAt = at
	}
	c.UpdatedAt = a.store.Now()
	e := by.event(audit.ChangeCredential)
	c.describe(&e, "changed", "expires_at", "expires_at", c.ExpiresAt.UTC().Format(time.RFC3339), "replaced_by", c.ReplacedBy.String())
	a.putCredential(tx, record, c, e)
}
