package authority

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// JWKSMaxAge is how long a verifier may keep the published keys.
const JWKSMaxAge = 5 * time.Minute

const (
	// publishLead is how long a key is published before it signs by schedule: twice what a verifier keeps.
	publishLead = 2 * JWKSMaxAge
	// retiredFor is how long a key stays published after it signed last: whatever it signed has expired then, and a
	// node that had not heard of it yet signed a few seconds longer.
	retiredFor = LongestAccess + 5*time.Minute
	// DefaultSigningKeyLifetime is how long a key signs by default.
	DefaultSigningKeyLifetime = 30 * 24 * time.Hour
)

// SigningKeyState says what a signing key is good for at a time.
type SigningKeyState string

// The states of a signing key, in the order it goes through them; one may be killed out of any of them.
const (
	NextKey    SigningKeyState = "next"    // published, signs later
	CurrentKey SigningKeyState = "current" // signs
	RetiredKey SigningKeyState = "retired" // signs no more; published while something it signed may live
	GoneKey    SigningKeyState = "gone"    // nothing it signed lives, and it is not published
	KilledKey  SigningKeyState = "killed"  // nothing it signed counts
)

// ListedSigningKey is a signing key as an operator sees it, without the private part.
type ListedSigningKey struct {
	ID             SigningKeyID
	Algorithm      secret.Algorithm
	State          SigningKeyState
	CreatedAt      time.Time
	SignsAt        time.Time
	RetiredAt      time.Time // zero: not retired
	PublishedUntil time.Time // zero: no end is known
	KilledAt       time.Time // zero: not killed
}

// SigningKeys returns all signing keys there are and were, by algorithm and in the order they sign. It needs
// grant.ManageSigningKey at the installation.
func (a *Authority) SigningKeys(ctx context.Context, by Actor) ([]ListedSigningKey, error) {
	if err := a.require(ctx, by, grant.ManageSigningKey, ""); err != nil {
		return nil, err
	}
	keys, _, err := a.storedSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	return listed(keys, a.store.Now()), nil
}

func listed(keys signingKeys, now time.Time) []ListedSigningKey {
	all := make([]ListedSigningKey, 0, len(keys))
	for _, k := range keys {
		l := ListedSigningKey{
			ID: k.ID, Algorithm: k.Algorithm, State: keys.state(k, now),
			CreatedAt: k.CreatedAt, SignsAt: k.SignsAt, RetiredAt: k.RetiredAt, KilledAt: k.KilledAt,
		}
		if !k.RetiredAt.IsZero() {
			l.PublishedUntil = k.RetiredAt.Add(retiredFor)
		}
		if !k.KilledAt.IsZero() {
			l.PublishedUntil = k.KilledAt
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(x, y ListedSigningKey) int {
		return cmp.Or(cmp.Compare(x.Algorithm, y.Algorithm), x.SignsAt.Compare(y.SignsAt), x.KilledAt.Compare(y.KilledAt))
	})
	return all
}

// signingKeys are all of an installation.
type signingKeys []SigningKey

func (s signingKeys) state(k SigningKey, now time.Time) SigningKeyState {
	signer, _ := s.signer(k.Algorithm, now)
	switch {
	case !k.KilledAt.IsZero():
		return KilledKey
	case !k.published(now):
		return GoneKey
	case k.SignsAt.After(now):
		return NextKey
	case signer.ID == k.ID:
		return CurrentKey
	}
	return RetiredKey
}

// signer returns the key of an algorithm that signs at a time: of those that may, the one that began last. So every
// node changes over at the same moment, by the clock, to a key that it has known for long.
func (s signingKeys) signer(alg secret.Algorithm, at time.Time) (signer SigningKey, ok bool) {
	for _, k := range s {
		if k.Algorithm == alg && k.alive(at) && !k.SignsAt.After(at) && (!ok || !k.SignsAt.Before(signer.SignsAt)) {
			signer, ok = k, true
		}
	}
	return signer, ok
}

// next returns the key of an algorithm that will sign next.
func (s signingKeys) next(alg secret.Algorithm, at time.Time) (next SigningKey, ok bool) {
	for _, k := range s {
		if k.Algorithm == alg && k.alive(at) && k.SignsAt.After(at) && (!ok || k.SignsAt.Before(next.SignsAt)) {
			next, ok = k, true
		}
	}
	return next, ok
}

func (s signingKeys) find(id SigningKeyID) (SigningKey, bool) {
	for _, k := range s {
		if k.ID == id {
			return k, true
		}
	}
	return SigningKey{}, false
}

// alive reports whether a key is neither killed nor retired at a time.
func (k SigningKey) alive(at time.Time) bool {
	return k.KilledAt.IsZero() && (k.RetiredAt.IsZero() || at.Before(k.RetiredAt))
}

// published reports whether verifiers are told of a key at a time.
func (k SigningKey) published(at time.Time) bool {
	return k.KilledAt.IsZero() && (k.RetiredAt.IsZero() || at.Before(k.RetiredAt.Add(retiredFor)))
}
