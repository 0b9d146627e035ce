package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// ShowSession returns one session or access token, judged as at its next use. It needs grant.CloseSession at the
// session's account, organisation or unit, and fails with NotFound.
func (a *Authority) ShowSession(ctx context.Context, by Actor, id SessionID) (ListedSession, error) {
	f, _, err := a.reachedSession(ctx, by, id)
	if err != nil {
		return ListedSession{}, a.refuseUnreached(ctx, by, err)
	}
	return ListedSession{f, a.judgeSession(&f, a.store.Now())}, nil
}

// CountSession returns what RevokeSession of the same session would end.
func (a *Authority) CountSession(ctx context.Context, by Actor, id SessionID) (Ends, error) {
	if _, _, err := a.reachedSession(ctx, by, id); err != nil {
		return Ends{}, a.refuseUnreached(ctx, by, err)
	}
	return a.countSessions(ctx, SessionFilter{ID: id})
}

// RevokeSession ends one session or access token with all that descends from it, and needs what ShowSession needs. One
// that has ended stays so.
func (a *Authority) RevokeSession(ctx context.Context, by Actor, id SessionID) (Ends, error) {
	_, at, err := a.reachedSession(ctx, by, id)
	if err != nil {
		return Ends{}, a.actMany(ctx, by, audit.CloseSession, err, nil)
	}
	return a.RevokeSessions(ctx, by, SessionFilter{ID: id, Tenant: at})
}

func (a *Authority) refuseUnreached(ctx context.Context, by Actor, err error) error {
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Denied || kind == fault.Unauthenticated {
		return a.refuseRead(ctx, by, grant.CloseSession, "", err)
	}
	return err
}

// reachedSession returns a session with the tenant at which the actor may end it.
func (a *Authority) reachedSession(ctx context.Context, by Actor, id SessionID) (f SessionFacts, at tenant.ID, err error) {
	if by.IsZero() {
		return f, "", fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	}
	if by.actingBy != "" {
		return f, "", fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot do this.")
	}
	none := fault.New(fault.NotFound, ReasonOutside, "There is no such session.")
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		f, err = v.SessionFacts(ctx, id)
		return err
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return f, "", none
	}
	if err != nil {
		return f, "", err
	}
	at, ok, err := a.reaches(ctx, by, grant.CloseSession, f)
	if err == nil && !ok {
		err = none
	}
	return f, at, err
}

// reaches reports whether an actor has a permission at the account, the organisation or the unit of a session, and at
// which; at "" it has it at the installation, for a session that belongs to none of these.
func (a *Authority) reaches(ctx context.Context, by Actor, p grant.Permission, f SessionFacts) (at tenant.ID, ok bool, err error) {
	if by.may(p, root) {
		return "", true, nil
	}
	for _, at := range []tenant.ID{f.Session.Account, f.Session.Organisation, f.Session.Unit} {
		if at == "" {
			continue
		}
		path, err := a.path(ctx, at)
		if err != nil || by.may(p, path) {
			return at, err == nil, err
		}
	}
	return "", false, nil
}
