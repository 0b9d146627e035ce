package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

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

// LoginTokenFacts is a login token with all that decides whether it counts now, which may be shared: nobody changes it.
// Of a token that there is not, all pointers are nil.
type LoginTokenFacts struct {
	LoginToken LoginToken
	Subject    *Standing
	Actor      *Standing   // zero when nobody acts
	Minter     *Standing   // the principal whose credential minted it
	Credential *Credential // that minted it
	Parent     Session     // it was minted from, or zero
	Account    []*Tenant   // lineage
	Audience   *Audience
	Live       bool // the fence's epoch is the current one
}

// UnseenLimit bounds the entries of the feed that a Spending has.
const UnseenLimit = 64

// Spending is what became of a try to spend a login token.
type Spending struct {
	LoginToken LoginToken // zero when there is none
	Live       bool       // the fence's epoch is the current one
	Spent      bool
	Unseen     FeedPage // of the feed; not all of it when there are UnseenLimit entries
}

// LoginTokenView reads login tokens.
type LoginTokenView interface {
	// LoginToken returns the token with this ID, and whether it is of the current epoch; the caller compares the fingerprint.
	LoginToken(ctx context.Context, id LoginTokenID) (t LoginToken, live bool, err error)
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
	// SpendLoginToken is RedeemLoginToken for who remembers the facts: it returns the token alone, and of the feed what is
	// in sight of the transaction and had not been seen.
	SpendLoginToken(ctx context.Context, r Redemption, seen FeedSeen) (Spending, error)
	// CancelLoginToken ends the lifetime of a token now, by the store's own clock; ok is false when it was spent or had
	// ended before.
	CancelLoginToken(ctx context.Context, id LoginTokenID) (ok bool, err error)
	// CountLoginTokenShown adds to the counts of a token that was shown, not spent.
	CountLoginTokenShown(id LoginTokenID, shown, absorbed int64)
}
