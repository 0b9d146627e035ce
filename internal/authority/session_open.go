package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// SessionRequest says what session to open.
type SessionRequest struct {
	Shape    secret.Shape
	Lifetime Lifetimes
	InUnit   bool   // the session works in a unit, where the principal has one
	Unit     string // the key of that unit; empty: the principal's default, if any
}

// OpenedSession is a session with its secret, which is shown this once.
type OpenedSession struct {
	Token   secret.Text
	Session Session
}

// OpenSession signs in the principal that has just proved itself. It fails with Denied for an actor that did not
// prove itself by a credential of its own, with Unauthenticated when the one account its credential is for does not
// count for it, and with Unmet (unit-not-held) for a unit that is not the principal's.
func (a *Authority) OpenSession(ctx context.Context, by Actor, r SessionRequest) (OpenedSession, error) {
	unit, refused := by.openIn(r)
	var opened OpenedSession
	err := a.act(ctx, by, audit.OpenSession, refused, func(_ context.Context, tx Tx, e *audit.Event) error {
		now := a.store.Now()
		minted := a.keys.MintSession(r.Shape, now)
		opened = OpenedSession{Token: minted.Text, Session: Session{
			ID: SessionID(minted.ID), Kind: SignedIn, Fingerprint: minted.Fingerprint,
			Subject: by.Principal().ID, Organisation: by.Principal().Organisation,
			Account: by.credential().onlyAccount(), Unit: unit,
			Credential: by.credential().ID, SecretAt: by.credential().SecretAt, Dialect: by.origin.Dialect,
			OpenedAt: now, ExpiresAt: now.Add(r.Lifetime.Absolute), IdleLifetime: r.Lifetime.Idle, UsedAt: now,
		}}
		tx.PutSession(opened.Session)
		e.Subject, e.Session = opened.Session.Subject, secret.ID(opened.Session.ID)
		e.Tenant = opened.Session.home()
		return nil
	})
	if err != nil {
		return OpenedSession{}, err // no secret of a session that may not exist
	}
	return opened, nil
}

// home returns the account that the session is for, else its organisation.
func (s Session) home() tenant.ID {
	if s.Account != "" {
		return s.Account
	}
	return s.Organisation
}

// openIn returns the unit to work in, or why no session may be opened.
func (by Actor) openIn(r SessionRequest) (tenant.ID, error) {
	if by.credential().ID.IsZero() || !by.session.IsZero() || by.credential().Audience != 0 {
		return "", fault.New(fault.Denied, ReasonNoPermission, "This credential does not open sessions.")
	}
	if account := by.credential().onlyAccount(); account != "" {
		// A session that no verification would accept is refused here, like any other credential that does not count.
		if reason := by.standing().refusalIn(by.standing().Path(account), account); reason != "" {
			return "", fault.New(fault.Unauthenticated, reason, "The credentials are not valid.")
		}
	}
	if !r.InUnit {
		return "", nil
	}
	if r.Unit != "" {
		id := tenant.Unit(r.Unit)
		if !by.standing().holdsUnit(id) {
			return "", fault.New(fault.Unmet, ReasonNotOwnUnit, "The unit is not one of the user's.")
		}
		return id, nil
	}
	for _, g := range by.standing().Grants {
		if g.Role == grant.UnitMember && g.Primary && by.standing().holdsUnit(g.Tenant) {
			return g.Tenant, nil
		}
	}
	return "", nil
}

// holdsUnit reports whether the principal may work in a unit now.
func (s *Standing) holdsUnit(id tenant.ID) bool {
	if _, ok := s.grantAt(id, grant.UnitMember); !ok {
		return false
	}
	path := s.Path(id)
	_, suspended := path.Suspended()
	return len(path) > 0 && !suspended
}

// onlyAccount returns the account that a credential is for, if it is for exactly one.
func (r *Restriction) onlyAccount() tenant.ID {
	if len(r.Tenants) == 1 && r.Tenants[0].Kind() == tenant.KindAccount {
		return r.Tenants[0]
	}
	return ""
}
