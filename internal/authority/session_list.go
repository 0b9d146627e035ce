package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// ListedSession is a session as an operator sees it.
type ListedSession struct {
	SessionFacts
	Refusal string // why it does not count now, or empty
}

// ListSessions returns up to limit sessions that a filter selects, by ID from the highest below one, each judged as at
// its next use: the latest come first in dialects whose tokens leave room for the time. It needs grant.CloseSession at
// the filter's tenant, the installation when it has none.
func (a *Authority) ListSessions(ctx context.Context, by Actor, f SessionFilter, below SessionID, limit int) ([]ListedSession, error) {
	if err := a.require(ctx, by, grant.CloseSession, f.Tenant); err != nil {
		return nil, err
	}
	var listed []ListedSession
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		page, err := v.Sessions(ctx, f, below, limit)
		if err != nil {
			return err
		}
		listed = make([]ListedSession, 0, len(page))
		for _, s := range page {
			facts, err := v.SessionFacts(ctx, s.ID)
			if fault.KindOf(err) == fault.NotFound {
				continue // deleted meanwhile
			}
			if err != nil {
				return err
			}
			listed = append(listed, ListedSession{facts, a.judgeSession(&facts, a.store.Now())})
		}
		return nil
	})
	return listed, err
}

// CountSessions returns what RevokeSessions with the same filter would end. It needs grant.CloseSession likewise.
func (a *Authority) CountSessions(ctx context.Context, by Actor, f SessionFilter) (Ends, error) {
	if err := a.require(ctx, by, grant.CloseSession, f.Tenant); err != nil {
		return Ends{}, err
	}
	return a.countSessions(ctx, f)
}

func (a *Authority) countSessions(ctx context.Context, f SessionFilter) (ends Ends, err error) {
	f.LiveAt = a.store.Now()
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		ends, err = v.CountSessions(ctx, f)
		return err
	})
	return ends, err
}

// countLive counts what suspending a principal or a tenant, or revoking a credential, ends.
func (a *Authority) countLive(ctx context.Context, f SessionFilter) (ends Ends, err error) {
	f.LiveAt = a.store.Now()
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		if ends, err = v.CountSessions(ctx, f); err != nil {
			return err
		}
		ends.LoginTokens, err = v.CountLoginTokens(ctx, LoginTokenFilter{LiveAt: f.LiveAt, Principal: f.Principal, Tenant: f.Tenant, Credential: f.Credential})
		return err
	})
	return ends, err
}
