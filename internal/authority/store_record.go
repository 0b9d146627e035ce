package authority

import (
	"context"
	"net/netip"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// RecordView reads what is written beside the facts: events, settings.
type RecordView interface {
	// Events returns the events that a filter selects, by ID, the lowest first.
	Events(ctx context.Context, f EventFilter) ([]audit.Event, error)
	// Setting returns a stored setting of the installation; "" when it is not set.
	Setting(ctx context.Context, name string) (string, error)
}

// EventFilter selects events; the zero value of a field does not narrow, but for Limit.
type EventFilter struct {
	After  secret.ID // only IDs over this one
	Before secret.ID // only IDs below this one
	Limit  int       // at most this many
	Newest bool      // those with the highest IDs instead of the lowest

	Acts       []audit.Act
	Outcome    audit.Outcome
	Reason     string
	Principal  grant.PrincipalID // who did it, as whom, or to whom
	Tenant     tenant.ID         // it was done at this tenant or below it
	Credential CredentialID      // it was done by it, or to it
	Session    SessionID
	Dialect    string
	Request    string
	Source     netip.Addr
}

// RecordTx writes what is kept beside the facts.
type RecordTx interface {
	Append(e audit.Event)
	// PutSettingOnce stores a setting that must never change; an existing one stays.
	PutSettingOnce(name, value string)
	// RaiseFence makes every login token minted so far unredeemable.
	RaiseFence()
	// Load writes the contents of another store into this one, read from their beginning. It fails with Unmet unless
	// this one is empty, and unless the contents have its schema version and exactly its tables and columns.
	Load(ctx context.Context, c Contents) error
}
