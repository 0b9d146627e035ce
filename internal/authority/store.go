package authority

import (
	"context"
	"net/netip"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Store keeps what the authority knows. Only fingerprints and hashes cross it, never a secret.
type Store interface {
	// View runs read against what is committed. Each method sees one moment or later ones, not all of them the same:
	// a change beside it may be seen in part, as if the reads had been made one after the other.
	View(ctx context.Context, read func(ctx context.Context, v View) error) error

	// Change runs change as one transaction and returns nil only when it is durable.
	// change may run more than once and must have no effect but through tx.
	// When change fails nothing of it remains and its error is returned as it is.
	// A commit that was neither confirmed nor refused is fault.UnknownOutcome.
	Change(ctx context.Context, change func(ctx context.Context, tx Tx) error) error

	// Now reads the one clock, the store's.
	Now() time.Time

	// Snapshot returns all that the store holds at one moment, while changes go on beside it. The caller closes it.
	Snapshot(ctx context.Context) (Contents, error)

	// Ready fails when the store cannot serve, saying why.
	Ready(ctx context.Context) error

	// Close waits for what is under way and releases the store.
	Close() error
}

// View reads. What is absent is a NotFound fault, except where a method says otherwise.
type View interface {
	TenantView
	DirectoryView
	PrincipalView
	MemberView
	CredentialView
	CredentialListView
	AudienceView
	LoginTokenView
	SessionView
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
	RecordTx
}

// TenantView reads tenants.
type TenantView interface {
	// Lineage returns the tenant and all above it, nearest first.
	Lineage(ctx context.Context, id tenant.ID) ([]Tenant, error)
	// LineageOfPortal returns the lineage of the account whose portal has this host (and port, if any), in lower case.
	LineageOfPortal(ctx context.Context, host string) ([]Tenant, error)
	// Tenants returns those of ids that exist, in no order.
	Tenants(ctx context.Context, ids []tenant.ID) ([]Tenant, error)
	// Roles returns those of ids that exist.
	Roles(ctx context.Context, ids []grant.RoleID) ([]grant.Role, error)
	// TenantIDs returns up to limit IDs after one ("" is the beginning), in byte order.
	TenantIDs(ctx context.Context, after tenant.ID, limit int) ([]tenant.ID, error)
	// RoleIDs returns the IDs of all organisations' own roles: an installation has a few hundred at most.
	RoleIDs(ctx context.Context) ([]grant.RoleID, error)
}

// DirectoryView reads pages of the directory, ordered by position and ID, and how many there are in all. What is in a
// circle, which no directory makes, is listed once; nothing is below itself.
type DirectoryView interface {
	// TenantsIn returns the part of a set of tenants that a window shows.
	TenantsIn(ctx context.Context, set TenantSet, w Window) (page []Tenant, total int64, err error)
	// ManagersOf returns the part of a reseller's staff that a window shows; the deleted are not among them.
	ManagersOf(ctx context.Context, reseller tenant.ID, w Window) (page []Manager, total int64, err error)
	// OwnersOf returns the owners of those of these accounts that have one who is not deleted.
	OwnersOf(ctx context.Context, accounts []tenant.ID) (map[tenant.ID]Principal, error)
}

// TenantTx writes tenants.
type TenantTx interface {
	// LockDirectory waits until no other change holds the directory and holds it until this change ends.
	// What is read after it is what those before committed (PostgreSQL: pg_advisory_xact_lock; SQLite has one writer anyway).
	LockDirectory(ctx context.Context) error
	PutTenant(t Tenant)
	PutRole(r grant.Role)
}

// PrincipalView reads principals and what they hold.
type PrincipalView interface {
	// Standing returns a principal with all that decides what it may do.
	Standing(ctx context.Context, id grant.PrincipalID) (Standing, error)
	// StandingByEmail finds the person by canonical e-mail.
	StandingByEmail(ctx context.Context, canonical string) (Standing, error)
	// StandingOfOwner finds the person who is owner of the account.
	StandingOfOwner(ctx context.Context, account tenant.ID) (Standing, error)
	// Principals returns those of ids that exist.
	Principals(ctx context.Context, ids []grant.PrincipalID) ([]Principal, error)
	// Grants returns all grants of these principals.
	Grants(ctx context.Context, ids []grant.PrincipalID) ([]grant.Grant, error)
	// PrincipalIDs returns up to limit IDs after one ("" is the beginning), in byte order.
	PrincipalIDs(ctx context.Context, after grant.PrincipalID, limit int) ([]grant.PrincipalID, error)
}

// PrincipalTx writes principals and grants.
type PrincipalTx interface {
	PutPrincipal(p Principal)
	// PutGrant gives a grant, or changes the one with the same principal, tenant and role.
	PutGrant(g grant.Grant)
	// DropGrant takes away the grant with the same principal, tenant and role, if there is one. Writes take
	// effect in the order they were queued: a drop before a put frees what only one grant may have.
	DropGrant(g grant.Grant)
}

// MemberView reads who is in an account.
type MemberView interface {
	// Members returns a page of the people who are active, and whose level in the account is, and how many they are in all.
	Members(ctx context.Context, account tenant.ID, page MemberPage) (members []Principal, total int64, err error)
}

// CredentialView reads credentials.
type CredentialView interface {
	// CredentialByLookup returns the first credential that has one of these fingerprints, in their order, and the
	// standing of its principal.
	CredentialByLookup(ctx context.Context, lookups ...secret.Fingerprint) (Credential, Standing, error)
	// PasswordByEmail returns the password of the person with this canonical e-mail and the person's standing.
	// A person without a password is returned with a zero Credential.
	PasswordByEmail(ctx context.Context, canonical string) (Credential, Standing, error)
	// PasswordByUsername does the same by canonical user name within an organisation.
	PasswordByUsername(ctx context.Context, organisation tenant.ID, canonical string) (Credential, Standing, error)
	// Credentials returns those of these lookups that exist.
	Credentials(ctx context.Context, lookups []secret.Fingerprint) ([]Credential, error)
	// CredentialsOf returns all credentials of these principals, revoked ones included.
	CredentialsOf(ctx context.Context, ids []grant.PrincipalID) ([]Credential, error)
}

// CredentialFilter says which credentials to list; the zero value of a field does not narrow.
type CredentialFilter struct {
	Principal grant.PrincipalID
	At        tenant.ID // its holder is granted something at this very tenant
	Kind      CredentialKind
	Name      string
	LiveAt    time.Time // neither revoked nor expired then
}

// CredentialListView reads what an operator asks about credentials.
type CredentialListView interface {
	// Credential returns the credential with this ID and the standing of its principal.
	Credential(ctx context.Context, id CredentialID) (Credential, Standing, error)
	// CredentialPage returns up to limit credentials after one, in the order they were made.
	CredentialPage(ctx context.Context, f CredentialFilter, after CredentialID, limit int) ([]Credential, error)
	// CredentialUses returns the last uses of these credentials, the latest first.
	CredentialUses(ctx context.Context, ids []CredentialID) ([]CredentialUse, error)
}

// CredentialTx writes credentials.
type CredentialTx interface {
	// PutCredential adds a credential or replaces the one with the same ID.
	PutCredential(c Credential)
	// ReplacePasswordHash stores another hash of the same secret, and nothing else, if the stored one is still was; ok is
	// false when it is not.
	ReplacePasswordHash(ctx context.Context, id CredentialID, was, now secret.PasswordHash) (ok bool, err error)
	// NoteCredentialUse moves the last use of a credential in a dialect from a source forward, never back.
	NoteCredentialUse(u CredentialUse)
	// ForgetCredentialUses drops the uses of a credential before a time.
	ForgetCredentialUses(id CredentialID, before time.Time)
}

// AudienceView reads audiences.
type AudienceView interface {
	Audience(ctx context.Context, id AudienceID) (Audience, error)
	// Audiences returns all of them by ID: an installation has a handful.
	Audiences(ctx context.Context) ([]Audience, error)
}

// AudienceTx writes audiences.
type AudienceTx interface {
	PutAudience(a Audience)
}

// Redemption is one try to spend a login token.
type Redemption struct {
	Token          LoginTokenID
	Fingerprint    secret.Fingerprint
	Audience       AudienceID
	CanonicalEmail string // when not empty the subject must have it
	By             CredentialID
	Key            secret.Fingerprint // of the idempotency key, or zero
	Session        SessionID          // to be opened from it
}

// LoginTokenFacts is a login token with all that decides whether it counts now.
type LoginTokenFacts struct {
	LoginToken LoginToken
	Subject    Standing
	Actor      Standing   // zero when nobody acts
	Minter     Standing   // the principal whose credential minted it
	Credential Credential // that minted it
	Parent     Session    // it was minted from, or zero
	Account    []Tenant   // lineage
	Audience   Audience
	Live       bool // the fence's epoch is the current one
}

// LoginTokenView reads login tokens.
type LoginTokenView interface {
	// LoginTokenFacts returns the token with this ID; the caller compares the fingerprint.
	LoginTokenFacts(ctx context.Context, id LoginTokenID) (LoginTokenFacts, error)
	// CountLoginTokens counts the tokens that a filter selects.
	CountLoginTokens(ctx context.Context, f LoginTokenFilter) (int64, error)
	// LiveLoginTokens counts those that could be redeemed at a time: unspent, unexpired and of the current epoch.
	LiveLoginTokens(ctx context.Context, at time.Time) (int64, error)
}

// LoginTokenFilter selects login tokens that are neither spent nor past their lifetime; the zero value of a field does not narrow.
type LoginTokenFilter struct {
	LiveAt     time.Time         // past their lifetime is what is so then
	Principal  grant.PrincipalID // the subject, who acts, or whose credential minted it
	Tenant     tenant.ID         // the account or the subject's organisation is at or below it
	Credential CredentialID      // that minted it
}

// LoginTokenTx writes login tokens.
type LoginTokenTx interface {
	// PutLoginToken stores a minted token under the current epoch of the fence.
	// One with a Slot takes the place of the live token that held the slot.
	PutLoginToken(t LoginToken)
	// RedeemLoginToken spends the token if, and only if, by the store's own clock, it is live, unspent, of the current
	// epoch, for that audience and of that subject: one conditional statement. ok is false when it did not.
	// The facts are read after the spending, in the same transaction and round trip.
	RedeemLoginToken(ctx context.Context, r Redemption) (facts LoginTokenFacts, ok bool, err error)
	// CountLoginTokenShown adds to the counts of a token that was shown, not spent.
	CountLoginTokenShown(id LoginTokenID, shown, absorbed int64)
}

// SessionFacts is a session with all that decides whether it counts now.
type SessionFacts struct {
	Session    Session
	Subject    Standing
	Actor      Standing // zero when nobody acts
	Credential Credential
	Holder     Standing // of the principal whose credential it descends from
	Parent     Session  // zero when there is none
	Account    []Tenant // lineage, empty without account
}

// SessionView reads sessions.
type SessionView interface {
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

// RecordView reads what is written beside the facts: events, feed, settings.
type RecordView interface {
	// Events returns the events that a filter selects, by ID, the lowest first.
	Events(ctx context.Context, f EventFilter) ([]audit.Event, error)
	// Feed returns up to limit entries after a sequence number.
	Feed(ctx context.Context, after int64, limit int) ([]FeedEntry, error)
	// Setting returns a stored setting of the installation; "" when it is not set.
	Setting(ctx context.Context, name string) (string, error)
}

// EventFilter selects events; the zero value of a field does not narrow, but for Limit.
type EventFilter struct {
	After  secret.ID // only IDs over this one
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

// OverviewView reads what surrounds a tenant.
type OverviewView interface {
	// ChildCounts counts the tenants directly below one, by kind.
	ChildCounts(ctx context.Context, id tenant.ID) (map[tenant.Kind]int64, error)
	// GrantsAt returns the grants of these roles at these tenants, in directory order.
	GrantsAt(ctx context.Context, at []tenant.ID, roles []grant.RoleID) ([]grant.Grant, error)
}

// RecordTx writes what is kept beside the facts.
type RecordTx interface {
	Append(e audit.Event)
	// Publish adds to the feed what this change ended or changed.
	Publish(kind FeedKind, key string)
	// PutSettingOnce stores a setting that must never change; an existing one stays.
	PutSettingOnce(name, value string)
	// RaiseFence makes every login token minted so far unredeemable.
	RaiseFence()
	// Load writes the contents of another store into this one, read from their beginning. It fails with Unmet unless
	// this one is empty, and unless the contents have its schema version and exactly its tables and columns.
	Load(ctx context.Context, c Contents) error
}
