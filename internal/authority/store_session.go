package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// SessionFacts is a session with all that decides whether it counts now.
type SessionFacts struct {
	Session Session
	*Circumstances
}

// ManyFacts are those of many sessions, in no order. Each standing may have tenants and roles of others too.
type ManyFacts struct {
	Credentials []Credential // theirs, and of the clients that asked for them
	Standings   []Standing   // of subjects, of those who act, and of the credentials' holders
	Tenants     []*Tenant    // of the standings, and the accounts with all above them
	Audiences   []Audience
}

// Circumstances are all that decides, beside its own row, whether a session counts now. Sessions share what is remembered
// of them: nobody changes them, or what they point to. What there is none of is zero, and never nil.
type Circumstances struct {
	Subject      *Standing
	Actor        *Standing // zero when nobody acts
	Credential   *Credential
	Holder       *Standing    // of the principal whose credential it descends from
	Account      []*Tenant    // lineage, empty without account
	Above        []Session    // the parent, the parent's parent and so on
	Clients      []Credential // of the clients that asked for it or for one of those above it
	ClientHolder *Standing    // of the principal whose credential its own client has
	Audience     *Audience    // zero: the installation itself
}

// NoCircumstances returns what nothing is known of yet.
func NoCircumstances() *Circumstances {
	return &Circumstances{
		Subject: &Standing{}, Actor: &Standing{}, Credential: &Credential{}, Holder: &Standing{}, ClientHolder: &Standing{}, Audience: &Audience{},
	}
}

// copied returns the session with circumstances of its own, to be changed.
func (f SessionFacts) copied() SessionFacts {
	own := *f.Circumstances
	return SessionFacts{Session: f.Session, Circumstances: &own}
}

// parent returns the session that one was made from, zero when there is none.
func (c *Circumstances) parent() Session {
	if len(c.Above) == 0 {
		return Session{}
	}
	return c.Above[0]
}

// client returns the credential of the client that asked for a session, zero when it is not known any more.
func (c *Circumstances) client(id CredentialID) Credential {
	for _, of := range c.Clients {
		if of.ID == id {
			return of
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
	// FactsOfSessions returns what decides over sessions, but for these and what they descend from.
	FactsOfSessions(ctx context.Context, sessions []Session) (ManyFacts, error)
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
