package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// Authority decides. It is safe for concurrent use.
type Authority struct {
	store    Store
	keys     *secret.Keys
	limiter  Limiter
	hashing  Work
	roles    grant.Roles
	options  Options
	refusals *refusals
	familiar *familiar
	uses     *uses
	proofs   proofs
	feed     *feed
	rings    *keyrings

	identities *identities
}

// Options are an installation's choices; the zero value is the default of each.
type Options struct {
	InstallationURL string   // {installation} in landing URLs, without a trailing slash
	ActingManagers  []string // manager roles that may act as an account's owner; nil: all
	Redeemed        Lifetimes
	Acting          Lifetimes
	Access          AccessTokens // for the installation itself, and where an audience says nothing

	SigningKeyLifetime time.Duration // how long a key signs
}

// Lifetimes bound a session: absolutely, and since its last use (0: no idle limit).
type Lifetimes struct{ Absolute, Idle time.Duration }

// Limiter keeps budgets of failed tries.
type Limiter interface {
	// Reserve counts one try of a class against key before the work is done. A wait over zero says for how long the
	// key is locked, and settle is then nil; otherwise settle must be told how the try ended. A TooMany fault beside the
	// wait says that the call has waited for other tries, which locked the key.
	Reserve(ctx context.Context, class, key string) (settle func(failed bool), wait time.Duration, err error)
}

// Work runs slow hashing within a bound; beyond it Do fails with an Unavailable fault at once.
type Work interface {
	Do(ctx context.Context, work func()) error
}

// New returns an authority over a store.
func New(store Store, keys *secret.Keys, limiter Limiter, hashing Work, o Options) *Authority {
	if o.ActingManagers == nil {
		o.ActingManagers = grant.ManagerNames
	}
	o.Redeemed = o.Redeemed.or(Lifetimes{Absolute: 12 * time.Hour, Idle: time.Hour})
	o.Acting = o.Acting.or(Lifetimes{Absolute: time.Hour, Idle: time.Hour})
	o.Access = o.Access.or(AccessTokens{Format: JWT, Algorithm: secret.ES256, Lifetime: 15 * time.Minute})
	if o.SigningKeyLifetime == 0 {
		o.SigningKeyLifetime = DefaultSigningKeyLifetime
	}
	return &Authority{
		store: store, keys: keys, limiter: limiter, hashing: hashing, options: o,
		roles: grant.BuiltIn(o.ActingManagers), refusals: newRefusals(), familiar: newFamiliar(), uses: newUses(), feed: newFeed(),
		rings: &keyrings{}, identities: &identities{},
	}
}

func (l Lifetimes) or(standard Lifetimes) Lifetimes {
	if l.Absolute == 0 {
		return standard
	}
	return l
}

// Settle returns when what was changed through this authority counts at the next use on every node.
func (a *Authority) Settle(ctx context.Context) error { return a.store.Settle(ctx) }

// Now reads the one clock.
func (a *Authority) Now() time.Time { return a.store.Now() }

// Ready fails when acts cannot be decided, saying why.
func (a *Authority) Ready(ctx context.Context) error { return a.store.Ready(ctx) }
