package client

import (
	"context"
	"iter"
	"time"
)

// Event is one record of the audit log.
type Event struct {
	ID         string            `json:"id"`
	At         time.Time         `json:"at"`
	Act        string            `json:"act"` // login-token.mint, session.open, …
	Outcome    string            `json:"outcome"`
	Reason     string            `json:"reason"` // of a refusal
	Actor      string            `json:"actor"`
	ActingFor  string            `json:"acting_for"`
	Credential string            `json:"credential"`
	Subject    string            `json:"subject"`
	Tenant     string            `json:"tenant"`
	Audience   *int64            `json:"audience"`
	Session    string            `json:"session"`
	LoginToken string            `json:"login_token"`
	Dialect    string            `json:"dialect"`
	Request    string            `json:"request"` // the request ID that a *Problem carries too
	Source     string            `json:"source"`
	Count      int64             `json:"count"`
	Detail     map[string]string `json:"detail"`
}

// EventFilter selects events; an empty member selects all.
type EventFilter struct {
	Tenant, Act, Outcome, Reason, Principal, Credential, Session, Dialect, Request, Source string

	Since, Until time.Time
	Oldest       bool // the oldest first, in place of the newest
}

// Events goes through the audit log.
func (c *Client) Events(ctx context.Context, f EventFilter) iter.Seq2[Event, error] {
	query := values("tenant", f.Tenant, "act", f.Act, "outcome", f.Outcome, "reason", f.Reason, "principal", f.Principal,
		"credential", f.Credential, "session", f.Session, "dialect", f.Dialect, "request", f.Request, "source", f.Source)
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			query.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	if f.Oldest {
		query.Set("order", "oldest")
	}
	return List[Event](ctx, c, "/v1/events", query)
}
