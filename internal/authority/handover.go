package authority

import (
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// handover is a person being handed over at an account: as a login token, and later as the session redeemed from it.
type handover struct {
	subject    *Standing
	actor      *Standing // who acts as the subject; zero: nobody
	minter     *Standing // whose credential handed over
	credential *Credential
	account    []*Tenant
	made       time.Time // of the login token or the session; zero: it is being made
	secretAt   time.Time // of the credential when it was made
}

// judgeHandover returns why a handover does not count now, or "". The same rule decides when a login token is
// minted, shown and redeemed and at every use of the session, so that what was suspended, moved, deactivated,
// demoted, revoked or given another secret meanwhile counts at once.
func (a *Authority) judgeHandover(h handover, now time.Time) string {
	if reason := h.credential.ended(now); reason != "" {
		return reason
	}
	if !h.made.IsZero() && h.credential.outdates(h.secretAt, h.made) {
		return ReasonRevoked
	}
	for _, who := range []*Standing{h.minter, h.subject} {
		if reason := who.refusal(); reason != "" {
			return reason
		}
	}
	path := pathOf(h.account)
	if _, suspended := path.Suspended(); suspended || len(path) == 0 {
		return ReasonTenantSuspended
	}
	level, member := h.subject.Level(path.ID())
	if !member {
		return ReasonNotMember
	}
	permission := grant.MintLoginToken
	if h.actor.Principal.ID != "" {
		permission = grant.ActAsOwner
		if h.actor.Principal.ID != h.minter.Principal.ID {
			return ReasonRevoked // the key was given to somebody else
		}
		if level != grant.AccountOwner {
			return ReasonNoOwner
		}
	}
	return a.judgeMinter(h, permission, path)
}

// outdates reports whether something was made by a secret that is the credential's no more: by the secret that its
// maker proved itself with, so that a request in flight while it changed is caught too. What an older version of
// Doorward made does not say which it was and is judged by time.
func (c *Credential) outdates(secretAt, made time.Time) bool {
	if secretAt.IsZero() {
		return made.Before(c.SecretAt)
	}
	return !secretAt.Equal(c.SecretAt)
}

// judgeMinter asks whether who handed over still may; nobody needs leave to hand over oneself.
func (a *Authority) judgeMinter(h handover, permission grant.Permission, path tenant.Path) string {
	if h.minter.Principal.ID == h.subject.Principal.ID {
		return ""
	}
	minter := Actor{stands: h.minter, held: a.heldOf(h.minter), proved: h.credential}
	if !minter.may(permission, path) {
		return ReasonOutside
	}
	return ""
}
