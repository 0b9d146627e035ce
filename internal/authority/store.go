package authority

import (
	"context"
	"errors"
	"time"

	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Store keeps what the authority knows. Only fingerprints and hashes cross it, never a secret.
type Store interface {
	// View runs read against what is committed. Each method sees one moment or later ones, not all of them the same:
	// a change beside it may be seen in part, as if the reads had been made one after the other.
	View(ctx context.Context, read func(ctx context.Context, v View) error) error

	// Recall runs read against what this node remembers, which holds as far as the node knows of the feed. What is not
	// remembered is ErrNotRemembered: only a yes may be decided by it, so that the time of a no tells nothing.
	Recall(ctx context.Context, read func(ctx context.Context, f Facts) error) error

	// Change runs change as one transaction and returns nil only when it is durable.
	// change may run more than once and must have no effect but through tx.
	// When change fails nothing of it remains and its error is returned as it is.
	// A commit that was neither confirmed nor refused is fault.UnknownOutcome.
	Change(ctx context.Context, change func(ctx context.Context, tx Tx) error) error

	// Settle returns when what was changed through this store counts at the next use on every node.
	Settle(ctx context.Context) error

	// Now reads the one clock, the store's.
	Now() time.Time

	// Snapshot returns all that the store holds at one moment, while changes go on beside it. The caller closes it.
	Snapshot(ctx context.Context) (Contents, error)

	// Ready fails when the store cannot serve, saying why.
	Ready(ctx context.Context) error

	// Close waits for what is under way and releases the store.
	Close() error
}

// Facts are what hot paths decide by.
type Facts interface {
	SessionFacts(ctx context.Context, id SessionID) (SessionFacts, error)
	CredentialByLookup(ctx context.Context, lookups ...secret.Fingerprint) (*Credential, *Standing, error) // shared, never changed
	StandingByEmail(ctx context.Context, canonical string) (Standing, error)
	StandingOfOwner(ctx context.Context, account tenant.ID) (Standing, error)
	Lineage(ctx context.Context, id tenant.ID) ([]*Tenant, error) // shared, never changed
	Audience(ctx context.Context, id AudienceID) (Audience, error)
}

// ErrNotRemembered is for Recall: the store has to be asked.
var ErrNotRemembered = errors.New("not remembered")

// View reads. What is absent is a NotFound fault, except where a method says otherwise.
type View interface {
	TenantView
	DirectoryView
	DirectoryListView
	PrincipalView
	MemberView
	CredentialView
	CredentialListView
	AudienceView
	LoginTokenView
	SessionView
	SigningKeyView
	RepeatView
	SweepView
	FeedView
	RecordView
	OverviewView
}

// Tx reads and writes within one change. A method that returns nothing is
// queued and sent with the commit, so that it costs no round trip of its own.
type Tx interface {
	View
	TenantTx
	PrincipalTx
	CredentialTx
	AudienceTx
	LoginTokenTx
	SessionTx
	SigningKeyTx
	OnceTx
	RepeatTx
	SweepTx
	FeedTx
	RecordTx
}
