package authority

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// keyringBound is how old a node's keys may be. They are read again every second; where that fails, what is older
// decides nothing any more, so that a killed key is refused everywhere within five seconds.
const keyringBound = 3 * time.Second

// ReasonNoSigningKey is the reason of what cannot be signed because no key is known here yet, or none that is fresh.
const ReasonNoSigningKey = "no-signing-key"

// keyring is the signing keys as this node knows them. It never changes; a later one takes its place.
type keyring struct {
	readAt time.Time // before they were read, so that no kill is between
	keys   signingKeys
	inUse  []secret.Algorithm

	audiences []Audience
	opened    map[SigningKeyID]secret.SigningKey // those that sign now or later
	public    secret.KeySet
	jwks      []byte
}

// keyrings holds the latest.
type keyrings struct {
	latest  atomic.Pointer[keyring]
	loading sync.Mutex
}

// keyring returns this node's keys, no older than keyringBound.
func (a *Authority) keyring(ctx context.Context) (*keyring, error) {
	now := a.store.Now()
	if r := a.rings.latest.Load(); r.fresh(now) {
		return r, nil
	}
	return a.loadKeyring(ctx, now)
}

func (r *keyring) fresh(now time.Time) bool {
	return r != nil && now.Before(r.readAt.Add(keyringBound))
}

// audience returns an audience as the ring knows it; 0 is the installation itself.
func (r *keyring) audience(id AudienceID) (Audience, bool) {
	if id == 0 {
		return Audience{}, true
	}
	if r == nil {
		return Audience{}, false
	}
	i := slices.IndexFunc(r.audiences, func(a Audience) bool { return a.ID == id })
	if i < 0 {
		return Audience{}, false
	}
	return r.audiences[i], true
}

// loadKeyring reads the keys again, unless somebody else has since the caller asked.
func (a *Authority) loadKeyring(ctx context.Context, asked time.Time) (*keyring, error) {
	a.rings.loading.Lock()
	defer a.rings.loading.Unlock()
	before := a.rings.latest.Load()
	if before != nil && before.readAt.After(asked) {
		return before, nil
	}
	next := &keyring{readAt: a.store.Now(), opened: map[SigningKeyID]secret.SigningKey{}, public: secret.KeySet{}}
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		next.keys, next.audiences, err = readSigningKeys(ctx, v)
		next.inUse = a.algorithmsOf(next.audiences)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := next.open(a.keys, before); err != nil {
		return nil, err
	}
	a.rings.latest.Store(next)
	return next, nil
}

// open reads the keys' texts, but for the private parts that the ring before has open already.
func (r *keyring) open(keys *secret.Keys, before *keyring) error {
	var published []secret.PublicKey
	for _, k := range r.keys {
		if !k.published(r.readAt) {
			continue
		}
		public, err := secret.ParsePublicKey(secret.ID(k.ID), k.Algorithm, k.PublicKey)
		if err != nil {
			return err
		}
		r.public[public.ID] = public
		published = append(published, public)
		if !k.alive(r.readAt) {
			continue
		}
		if before != nil && !before.opened[k.ID].IsZero() {
			r.opened[k.ID] = before.opened[k.ID]
			continue
		}
		if r.opened[k.ID], err = keys.OpenSigningKey(secret.ID(k.ID), k.Algorithm, k.Sealed); err != nil {
			return err
		}
	}
	var err error
	r.jwks, err = secret.JWKS(published)
	return err
}

// signer returns the key that signs now; it fails when none is known here or what is known is old.
func (a *Authority) signer(alg secret.Algorithm) (secret.SigningKey, error) {
	now := a.store.Now()
	if r := a.rings.latest.Load(); r.fresh(now) {
		if k, ok := r.keys.signer(alg, now); ok {
			return r.opened[k.ID], nil
		}
	}
	return secret.SigningKey{}, noSignerYet()
}

func noSignerYet() error {
	return &fault.Error{
		Kind: fault.Unavailable, Reason: ReasonNoSigningKey, RetryAfter: time.Second,
		Message: "There is no signing key yet; try again.",
	}
}

// withSigner runs what signs, and once more with the keys read again, and made where there are none, when it had no
// key. Within a change nothing can be read beside it, so that this is around the change.
func (a *Authority) withSigner(ctx context.Context, sign func() error) error {
	err := sign()
	if fault.ReasonOf(err) != ReasonNoSigningKey {
		return err
	}
	if err := a.RefreshSigningKeys(ctx); err != nil {
		return err
	}
	return sign()
}

// JWKS returns the published keys as a JWK Set (RFC 7517) and for how long a verifier may keep it: the ones that sign,
// the ones that are next, and those that signed what may live still.
func (a *Authority) JWKS(ctx context.Context) (set []byte, maxAge time.Duration, err error) {
	r, err := a.keyring(ctx)
	if err == nil && len(r.public) == 0 {
		if err = a.RefreshSigningKeys(ctx); err == nil {
			r, err = a.keyring(ctx)
		}
	}
	if err != nil {
		return nil, 0, err
	}
	return r.jwks, JWKSMaxAge, nil
}
