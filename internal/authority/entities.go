package authority

import (
	"net/netip"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Status says whether a tenant, principal or credential counts.
type Status string

// The statuses. A tenant is active or suspended, a principal active, inactive or deleted, a credential active or disabled.
const (
	Active    Status = "active"
	Inactive  Status = "inactive"
	Deleted   Status = "deleted"
	Suspended Status = "suspended"
	Disabled  Status = "disabled"
)

// Tenant is a node of the tenant tree with what its portals and integrators are told of it.
type Tenant struct {
	ID        tenant.ID
	Parent    tenant.ID
	Name      string
	Status    Status
	Position  int64  // order in the directory file
	Portal    string // base URL of the account's own portal, or empty
	Profile   Profile
	HeldAt    time.Time // suspended by an operator's command, whatever the status says; zero: not
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Profile is what dialects answer about an account; empty means not known.
type Profile struct {
	BusinessName, DocType, DocNumber, OwnCode, PickupCode string
	Repcode, ServicePhone, ServiceEmail                   string
	Whitelabel                                            map[string]any
}

// Principal is who can hold credentials: a person or a service.
type Principal struct {
	ID           grant.PrincipalID
	Organisation tenant.ID
	Email        string // as written; compared by its canonical form
	Username     string
	Name         string
	Status       Status
	HeldAt       time.Time // deactivated by an operator's command, whatever the status says; zero: not
	CreatedAt    time.Time
	UpdatedAt    time.Time
	CreatedBy    grant.PrincipalID
	UpdatedBy    grant.PrincipalID
}

// CredentialID names one credential.
type CredentialID secret.ID

// CredentialKind is one of the kinds of credential.
type CredentialKind string

// The kinds of credential.
const (
	APIKey             CredentialKind = "api-key"
	KeyPair            CredentialKind = "key-pair"
	ManagerKey         CredentialKind = "manager-key"
	Password           CredentialKind = "password"
	PassCode           CredentialKind = "pass-code"
	AuthenticationCode CredentialKind = "authentication-code"
	PublicKey          CredentialKind = "public-key" // of a client that proves itself by signing (RFC 7523)
)

// CredentialKinds are all of them.
var CredentialKinds = []CredentialKind{APIKey, KeyPair, ManagerKey, Password, PassCode, AuthenticationCode, PublicKey}

// Credential is a long-lived means to prove a principal. It holds fingerprints and hashes, never a secret.
type Credential struct {
	ID        CredentialID
	Kind      CredentialKind
	Principal grant.PrincipalID
	Name      string // what people call it
	PublicID  string // a key pair's key or a pass code's identifier, which are not secret

	Lookup       secret.Fingerprint  // zero for a password, which is found by its principal
	Verifier     secret.Fingerprint  // of a key pair's secret
	PasswordHash secret.PasswordHash // of a password or a pass code
	PublicKeys   string              // the JWK set of a client that signs its assertions
	Weak         bool                // a password that is too short, as taken over from elsewhere

	Restriction
	Audience   AudienceID     // whose back end redeems with it, or 0
	Limits     map[string]int // requests a minute by route name, over the dialect's default
	Status     Status
	ExpiresAt  time.Time    // zero: never
	RevokedAt  time.Time    // zero: not revoked
	SecretAt   time.Time    // when the secret became what it is; what was made by an older one ended then
	ReplacedBy CredentialID // what it was rotated to; from then on only its end is left to come
	CreatedAt  time.Time
	UpdatedAt  time.Time
	CreatedBy  grant.PrincipalID
}

// Restriction narrows what a credential can be used for; a nil list does not narrow.
type Restriction struct {
	Tenants     []tenant.ID // only at these and below
	Permissions []grant.Permission
	Dialects    []string
	Networks    []netip.Prefix
}

// CredentialUse is the last time a credential proved its principal in one dialect from one place.
type CredentialUse struct {
	Credential CredentialID
	Dialect    string
	Source     string // the source prefix; empty for what people type, whose whereabouts are not kept
	At         time.Time
}

// AudienceID names a relying module, as the directory numbers it.
type AudienceID int64

// AudienceKind is portal or api.
type AudienceKind string

// The kinds of audience: a portal a person lands on, or an API that checks a token itself.
const (
	Portal AudienceKind = "portal"
	API    AudienceKind = "api"
)

// Audience is the relying module that a session or login token is made for.
type Audience struct {
	ID       AudienceID
	Name     string
	Kind     AudienceKind
	URL      string // landing; {portal} {installation} {token} {email} {account}
	Home     string // where the person goes once signed in
	Lifetime LifetimeRange
	Resource string // the identifier of RFC 8707, an absolute URI; empty: made from its ID
	Access   AccessTokens
	CreatedAt,
	UpdatedAt time.Time
}

// AccessFormat is how an access token looks.
type AccessFormat string

// The formats: signed, so that anybody can check it (RFC 9068), or a name that only Doorward can look up.
const (
	JWT    AccessFormat = "jwt"
	Opaque AccessFormat = "opaque"
)

// AccessTokens says how access tokens are made; the zero value of a field is the installation's default.
type AccessTokens struct {
	Format    AccessFormat
	Algorithm secret.Algorithm
	Lifetime  time.Duration
}

// LifetimeRange bounds how long a login token for an audience lives.
type LifetimeRange struct{ Default, Min, Max time.Duration }

// LoginTokenID is the row key of a login token.
type LoginTokenID secret.ID

// LoginToken is a one-time, short-lived hand-off for one principal and one audience.
type LoginToken struct {
	ID          LoginTokenID
	Fingerprint secret.Fingerprint
	Audience    AudienceID
	Subject     grant.PrincipalID
	Account     tenant.ID
	Actor       grant.PrincipalID // the person who acts as the subject, or empty
	Credential  CredentialID      // what the minting actor proved itself with
	Parent      SessionID         // the session it was minted from, or zero
	SecretAt    time.Time         // of that credential when it was minted
	Dialect     string
	Reusable    bool   // a validation token: checked until it expires, never redeemed
	Slot        string // at most one live token may hold it; empty: none
	MintedAt    time.Time
	ExpiresAt   time.Time

	RedeemedAt time.Time
	RedeemedBy CredentialID       // of the audience; zero for our own hand-off page
	RedeemKey  secret.Fingerprint // of the redeemer's idempotency key; zero: none was given
	Session    SessionID          // that resulted
	Shown      int64              // times the hand-off page was shown
	Absorbed   int64              // HEAD, prefetch and scanner hits that spent nothing
}

// SessionID is the row key of a session.
type SessionID secret.ID

// SessionKind says what a session is the record of.
type SessionKind string

// The kinds of session: somebody signed in, and an access token made for one audience.
const (
	SignedIn    SessionKind = "session"
	AccessToken SessionKind = "access-token"
)

// Session is the record that a principal is signed in, or that it has an access token.
type Session struct {
	ID           SessionID
	Kind         SessionKind
	Fingerprint  secret.Fingerprint
	Subject      grant.PrincipalID
	Organisation tenant.ID
	Account      tenant.ID // or empty
	Unit         tenant.ID // or empty
	Audience     AudienceID
	Actor        grant.PrincipalID  // who acts as the subject, or empty
	Credential   CredentialID       // what it descends from
	SecretAt     time.Time          // of that credential when the session was opened
	Client       CredentialID       // of the client that asked for an access token, or zero
	Parent       SessionID          // the session whose login token it came from, or that it was exchanged from, or zero
	LoginToken   LoginTokenID       // it, or what it was exchanged from, was redeemed from, or zero
	Permissions  []grant.Permission // it was narrowed to; nil: not narrowed
	Thumbprint   string             // RFC 7638, of the key to prove possession of; empty: a bearer
	Dialect      string
	OpenedAt     time.Time
	ExpiresAt    time.Time
	IdleLifetime time.Duration // 0: absolute lifetime only
	UsedAt       time.Time     // coarse, kept for idle sessions only
	ClosedAt     time.Time
}

// Standing is a principal with everything that decides what it may do now.
type Standing struct {
	Principal Principal
	Grants    []grant.Grant               // in directory order
	Roles     map[grant.RoleID]grant.Role // the organisations' own roles among the grants
	Tenants   map[tenant.ID]*Tenant       // every tenant granted at or at home in, and all above them; shared, never changed
}

// SigningKeyID names a signing key; it is the kid of what it signs.
type SigningKeyID secret.ID

// SigningKey is a key that signs access tokens and identities. It is published from CreatedAt until it is killed, or
// until nothing signed before RetiredAt lives any more.
type SigningKey struct {
	ID        SigningKeyID
	Algorithm secret.Algorithm
	PublicKey []byte // PKIX, DER
	Sealed    []byte // the private key, sealed and bound to ID and algorithm
	CreatedAt time.Time
	SignsAt   time.Time // from then on it may sign
	RetiredAt time.Time // from then on it signs no more; zero: not retired
	KilledAt  time.Time // from then on nothing it signed counts; zero: not killed
}

// Once is an identifier that may be presented one time only, until it would be too old anyway.
type Once struct {
	ID        secret.Fingerprint
	ExpiresAt time.Time
}

// FeedKind says which kind of fact changed.
type FeedKind string

// The kinds of fact that nodes drop from memory.
const (
	FeedTenant     FeedKind = "tenant"
	FeedPrincipal  FeedKind = "principal"
	FeedCredential FeedKind = "credential"
	FeedSession    FeedKind = "session"
	FeedRole       FeedKind = "role"
	FeedAudience   FeedKind = "audience"
	FeedSigningKey FeedKind = "signing-key"
	FeedEverything FeedKind = "everything" // the store is another than it was: nothing known of it can be relied on
)

// FeedEntry is one line of the feed of what ended or changed facts.
type FeedEntry struct {
	Sequence int64
	Kind     FeedKind
	Key      string // the ID of what changed, in its text form
	At       time.Time
}
