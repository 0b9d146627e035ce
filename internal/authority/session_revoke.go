package authority

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// revokeBatch bounds the sessions closed in one transaction, so that log-ins never wait long behind it.
const revokeBatch = 200

// RevokeSessions ends the sessions that a filter selects with all that descend from them, for good, and returns how
// many it ended; the login tokens minted from them count no more. It needs grant.CloseSession at the filter's tenant,
// the installation when it has none. Sessions that do not count for now, because somebody is suspended, are ended too.
// It works in small transactions, each with an event for every session: one that failed has done part of its work, and
// the next one does the rest.
func (a *Authority) RevokeSessions(ctx context.Context, by Actor, f SessionFilter) (Ends, error) {
	refused, err := a.refusedAt(ctx, by, grant.CloseSession, f.Tenant)
	if err != nil {
		return Ends{}, err
	}
	if refused != nil {
		return Ends{}, a.actMany(ctx, by, audit.CloseSession, refused, nil)
	}
	planned, err := a.countSessions(ctx, f)
	if err != nil {
		return Ends{}, err
	}
	f.LiveAt = a.store.Now()
	ended := Ends{LoginTokens: planned.LoginTokens}
	for below := (SessionID{}); ; {
		page, err := a.sessionPage(ctx, f, below)
		if err != nil || len(page) == 0 {
			return ended, err
		}
		n, err := a.closeAll(ctx, by, page)
		ended.Sessions += n
		if err != nil {
			return ended, err
		}
		below = page[len(page)-1].ID
	}
}

func (a *Authority) sessionPage(ctx context.Context, f SessionFilter, below SessionID) (page []Session, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		page, err = v.Sessions(ctx, f, below, revokeBatch)
		return err
	})
	return page, err
}

// closeAll closes one page of sessions, then what descends from them.
func (a *Authority) closeAll(ctx context.Context, by Actor, page []Session) (n int64, err error) {
	if n, err = a.closePage(ctx, by, page); err != nil {
		return n, err
	}
	children := SessionFilter{Parents: keysOf(page, sessionID), LiveAt: a.store.Now()}
	for below := (SessionID{}); ; {
		next, err := a.sessionPage(ctx, children, below)
		if err != nil || len(next) == 0 {
			return n, err
		}
		more, err := a.closeAll(ctx, by, next)
		n += more
		if err != nil {
			return n, err
		}
		below = next[len(next)-1].ID
	}
}

// closePage closes sessions in one transaction; those that others closed meanwhile have their event from them.
func (a *Authority) closePage(ctx context.Context, by Actor, page []Session) (n int64, err error) {
	err = a.actMany(ctx, by, audit.CloseSession, nil, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		closed, err := tx.CloseSessions(ctx, keysOf(page, sessionID), a.store.Now())
		if err != nil {
			return err
		}
		n = 0
		for _, s := range page {
			if slices.Contains(closed, s.ID) {
				n++
				tx.Publish(FeedSession, s.ID.String())
				record(s.closedBy(by))
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// closedBy is the record of the closing of a session by somebody else than who is signed in.
func (s Session) closedBy(by Actor) audit.Event {
	e := by.event(audit.CloseSession)
	e.Subject, e.Session, e.Tenant, e.Audience = s.Subject, secret.ID(s.ID), s.home(), int64(s.Audience)
	e.Detail = detail(nil, "dialect", s.Dialect, "credential", s.Credential.String())
	if s.Actor != "" {
		e.Detail["acting"] = string(s.Actor)
	}
	return e
}

func sessionID(s Session) SessionID { return s.ID }
