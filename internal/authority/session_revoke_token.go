package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// RevokeToken ends a session or access token of the client's own, or a session that was made for its audience, with all
// that descends from it. What is somebody else's is left alone, and is told apart from what does not exist by nothing.
func (a *Authority) RevokeToken(ctx context.Context, by Actor, text secret.Text) error {
	if by.IsZero() {
		return a.actMany(ctx, by, audit.CloseSession, nil, nil)
	}
	v, err := a.verifyPresented(ctx, text, "")
	if err != nil {
		return err
	}
	own := v.isOwn(by) || v.Session.Kind == SignedIn && v.isOwnAudience(by)
	reason := v.Reason
	if reason == "" && !own {
		reason = ReasonOutside
	}
	if reason == "" {
		_, err := a.closeAll(ctx, by, []Session{v.Session})
		return err
	}
	if err := a.refusedToken(ctx, by, audit.CloseSession, v.Session, reason); fault.ReasonOf(err) != ReasonTokenRefused {
		return err
	}
	return nil
}
