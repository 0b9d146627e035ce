package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
)

// RevokeCredential ends a credential and with it every session and login token that it made, at the next use; it
// returns how many those are. Revoking one that is revoked changes nothing. It needs grant.ManageCredential wherever
// the holder is granted something.
func (a *Authority) RevokeCredential(ctx context.Context, by Actor, id CredentialID) (Made, error) {
	return a.revokeCredential(ctx, by, id, func(_ Credential, holder Standing) error { return by.refusedManage(holder) })
}

func (a *Authority) revokeCredential(ctx context.Context, by Actor, id CredentialID, judge func(Credential, Standing) error) (Made, error) {
	alive := false
	err := a.amend(ctx, by, audit.RevokeCredential, id, judge, func(tx Tx, record func(audit.Event), c Credential) error {
		if alive = c.RevokedAt.IsZero(); !alive {
			return nil
		}
		a.endCredential(tx, record, by, c)
		return nil
	})
	if err != nil || !alive {
		return Made{}, err
	}
	return a.madeBy(ctx, id)
}

// endCredential writes that a credential is revoked as of now.
func (a *Authority) endCredential(tx Tx, record func(audit.Event), by Actor, c Credential, more ...string) {
	c.RevokedAt, c.UpdatedAt = a.store.Now(), a.store.Now()
	e := by.event(audit.RevokeCredential)
	c.describe(&e, more...)
	a.putCredential(tx, record, c, e)
}

// WouldEnd returns how many sessions and login tokens revoking a credential would end.
func (a *Authority) WouldEnd(ctx context.Context, by Actor, id CredentialID) (Credential, Made, error) {
	c, holder, err := a.credential(ctx, id)
	if err == nil {
		err = by.refusedManage(holder)
	}
	if err != nil {
		return Credential{}, Made{}, a.refuse(ctx, by.event(audit.ReadDirectory), err)
	}
	made, err := a.madeBy(ctx, id)
	return c, made, err
}

func (a *Authority) madeBy(ctx context.Context, id CredentialID) (made Made, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		made, err = v.MadeBy(ctx, id, a.store.Now())
		return err
	})
	return made, err
}
