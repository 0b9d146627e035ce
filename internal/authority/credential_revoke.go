package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
)

// RevokeCredential ends a credential and with it every session and login token that it made, at the next use; it
// returns how many those are. Revoking one that is revoked changes nothing. It needs grant.ManageCredential wherever
// the holder is granted something.
func (a *Authority) RevokeCredential(ctx context.Context, by Actor, id CredentialID) (Ends, error) {
	return a.revokeCredential(ctx, by, id, func(_ Credential, holder Standing) error { return a.refusedManage(by, holder) })
}

func (a *Authority) revokeCredential(ctx context.Context, by Actor, id CredentialID, judge func(Credential, Standing) error) (Ends, error) {
	alive := false
	err := a.amend(ctx, by, audit.RevokeCredential, id, judge, func(tx Tx, record func(audit.Event), c Credential) error {
		if alive = c.RevokedAt.IsZero(); !alive {
			return nil
		}
		a.endCredential(tx, record, by, c)
		return nil
	})
	if err != nil || !alive {
		return Ends{}, err
	}
	return a.countLive(ctx, SessionFilter{Credential: id})
}

// endCredential writes that a credential is revoked as of now.
func (a *Authority) endCredential(tx Tx, record func(audit.Event), by Actor, c Credential, more ...string) {
	c.RevokedAt, c.UpdatedAt = a.store.Now(), a.store.Now()
	e := by.event(audit.RevokeCredential)
	c.describe(&e, more...)
	a.putCredential(tx, record, c, e)
}

// WouldEnd returns how many sessions and login tokens revoking a credential would end.
func (a *Authority) WouldEnd(ctx context.Context, by Actor, id CredentialID) (Credential, Ends, error) {
	c, holder, err := a.credential(ctx, id)
	if err == nil {
		err = a.refusedManage(by, holder)
	}
	if err != nil {
		return Credential{}, Ends{}, a.refuseRead(ctx, by, grant.ManageCredential, "", err)
	}
	ends, err := a.countLive(ctx, SessionFilter{Credential: id})
	return c, ends, err
}
