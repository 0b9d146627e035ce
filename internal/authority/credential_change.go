package authority

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// CredentialChange says what to change of a credential; nil leaves it as it is.
type CredentialChange struct {
	Name        *string
	Permissions *[]grant.Permission
	Status      *Status // Active or Disabled
	ExpiresAt   *time.Time
	Match       Match
}

// amend is the one way to change a credential that exists: it holds the directory, so that neither an apply nor
// another command writes over it, reads the credential as it is now, asks judge, and lets change write.
func (a *Authority) amend(ctx context.Context, by Actor, act audit.Act, id CredentialID, judge func(Credential, Standing) error,
	change func(tx Tx, record func(audit.Event), c Credential) error,
) error {
	c, holder, err := a.credential(ctx, id)
	if err == nil {
		err = judge(c, holder)
	}
	return a.actMany(ctx, by, act, err, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		if err := tx.LockDirectory(ctx); err != nil {
			return err
		}
		c, holder, err := tx.Credential(ctx, id)
		if err != nil {
			return err
		}
		if err := judge(c, holder); err != nil {
			return err
		}
		return change(tx, record, c)
	})
}

// credential reads one credential; NotFound says so in words.
func (a *Authority) credential(ctx context.Context, id CredentialID) (c Credential, s Standing, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		c, s, err = v.Credential(ctx, id)
		return err
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		err = fault.New(fault.NotFound, ReasonUnknown, "There is no such credential or holder.")
	}
	return c, s, err
}

// ChangeCredential changes what a credential is called, may and until when. It needs grant.ManageCredential wherever
// its holder is granted something.
func (a *Authority) ChangeCredential(ctx context.Context, by Actor, id CredentialID, change CredentialChange) (Credential, error) {
	return a.changeCredential(ctx, by, id, change, func(_ Credential, holder Standing) error { return a.refusedManage(by, holder) })
}

func (a *Authority) changeCredential(ctx context.Context, by Actor, id CredentialID, change CredentialChange, judge func(Credential, Standing) error) (changed Credential, err error) {
	if err := change.check(a.store.Now()); err != nil {
		return Credential{}, err
	}
	err = a.amend(ctx, by, audit.ChangeCredential, id, judge, func(tx Tx, record func(audit.Event), c Credential) error {
		if reason := c.over(a.store.Now()); reason != "" {
			return hasEnded(reason)
		}
		if err := change.Match.check(c.UpdatedAt); err != nil {
			return err
		}
		changed = change.of(c)
		names := changed.changes(c)
		if len(names) == 0 {
			return nil
		}
		changed.UpdatedAt = nextUpdatedAt(c.UpdatedAt, a.store.Now())
		e := by.event(audit.ChangeCredential)
		changed.describe(&e, "changed", strings.Join(names, ","))
		a.putCredential(tx, record, changed, e)
		return nil
	})
	return changed, err
}

// over returns why a credential is at its end for good, or ""; one that is disabled can be enabled again.
func (c Credential) over(now time.Time) string {
	c.Status = Active
	return c.ended(now)
}

// putCredential writes a changed credential and says so to every node that remembers it.
func (a *Authority) putCredential(tx Tx, record func(audit.Event), c Credential, e audit.Event) {
	tx.PutCredential(c)
	tx.Publish(FeedCredential, c.ID.String())
	record(e)
}

func (change CredentialChange) check(now time.Time) error {
	if change.Name != nil {
		if err := checkName(*change.Name); err != nil {
			return err
		}
	}
	if s := change.Status; s != nil && *s != Active && *s != Disabled {
		return fault.BadParameter("status", "A credential is active or disabled.")
	}
	if change.Permissions != nil {
		if err := checkKeyPermissions(*change.Permissions); err != nil {
			return err
		}
	}
	if change.ExpiresAt != nil {
		return checkExpiry(*change.ExpiresAt, now)
	}
	return nil
}

func (change CredentialChange) of(c Credential) Credential {
	if change.Name != nil {
		c.Name = *change.Name
	}
	if change.Permissions != nil {
		c.Permissions = slices.Clone(*change.Permissions)
	}
	if change.Status != nil {
		c.Status = *change.Status
	}
	if change.ExpiresAt != nil {
		c.ExpiresAt = *change.ExpiresAt
	}
	return c
}
