package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// CloseSession ends the session that the actor acts by, and with it what descends from it.
// It fails with Unauthenticated when it had already ended.
func (a *Authority) CloseSession(ctx context.Context, by Actor) error {
	var refused error
	if by.session.IsZero() {
		refused = fault.New(fault.Denied, ReasonNoPermission, "There is no session to close.")
	}
	return a.act(ctx, by, audit.CloseSession, refused, func(ctx context.Context, tx Tx, e *audit.Event) error {
		closed, err := tx.CloseSessions(ctx, []SessionID{by.session}, a.store.Now())
		if err != nil {
			return err
		}
		if len(closed) == 0 {
			return fault.New(fault.Unauthenticated, ReasonClosed, "The session is not valid.")
		}
		tx.Publish(FeedSession, by.session.String())
		e.Subject, e.Session = by.Principal().ID, secret.ID(by.session)
		return nil
	})
}
