package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// SessionFacts is a session with all that decides whether it counts now.
type SessionFacts struct {
	Session    Session
	Subject    Standing
	Actor      Standing // zero when nobody acts
	Credential Credential
	Holder     Standing // of the principal whose credential it descends from
	Parent     Session  // zero when there is none
	Account    []Tenant // lineage, empty without account

	Above        []Session    // the parent, the parent's parent and so on
	Clients      []Credential // of the clients that asked for it or for one of those above it
	ClientHolder Standing     // of the principal whose credential its own client has
	Audience     Audience     // zero: the installation itself
}

// client returns the credential of the client that asked for a session, zero when it is not known any more.
func (f *SessionFacts) client(id CredentialID) Credential {
	for _, c := range f.Clients {
		if c.ID == id {
			return c
		}
	}
	return Credential{}
}

// SessionView reads sessions.
type SessionView interface {
	// Session returns the session with this ID and nothing else.
	Session(ctx context.Context, id SessionID) (Session, error)
	// SessionFacts returns the session with this ID; the caller compares the fingerprint.
	SessionFacts(ctx context.Context, id SessionID) (SessionFacts, error)
	// Sessions returns up to limit sessions that a filter selects, by ID from the highest below one (zero: from the top).
	Sessions(ctx context.Context, f SessionFilter, below SessionID, limit int) ([]Session, error)
	// CountSessions counts the sessions that a filter selects with all that descend from them, and the unspent login
	// tokens minted from any of these: what closing them ends. The filter has a LiveAt.
	CountSessions(ctx context.Context, f SessionFilter) (Ends, error)
}

// SessionFilter selects sessions; the zero value of a field does not narrow.
type SessionFilter struct {
	ID           SessionID
	Principal    grant.PrincipalID // the subject, who acts, or whose credential it descends from
	Credential   CredentialID
	Tenant       tenant.ID // the account, organisation or unit is at or below it
	Dialect      string
	OpenedBefore time.Time
	LiveAt       time.Time   // neither closed nor past its lifetime then; idle ones live, for only their node knows a last use
	Parents      []SessionID // it descends from one of these directly
}

// Ends counts what an act ends: sessions that live, and login tokens nobody has spent yet.
type Ends struct{ Sessions, LoginTokens int64 }

// SessionTx writes sessions.
type SessionTx interface {
	PutSession(s Session)
	// CloseSessions ends those of these sessions that are open, and returns which they were.
	CloseSessions(ctx context.Context, ids []SessionID, at time.Time) (closed []SessionID, err error)
	// TouchSession moves the last use forward, never back.
	TouchSession(id SessionID, usedAt time.Time)
	// CloseAllSessions ends every session that is open and unexpired at a time and returns how many those were.
	CloseAllSessions(ctx context.Context, at time.Time) (int64, error)
}
