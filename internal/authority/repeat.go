package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// RepeatLifetime is how long a request that made something can be repeated with its idempotency key.
const RepeatLifetime = 24 * time.Hour

// Repeatable is a request that its client may send again, and that then makes nothing more.
type Repeatable struct {
	Key   string // the client's own; it belongs to the principal and the route
	Route string // method and path
	Body  []byte
}

// Repeat is what a repeatable request has made.
type Repeat struct {
	ID        secret.Fingerprint // of principal, route and key
	Request   secret.Fingerprint // of what was asked
	Seed      secret.ID          // of the secrets that it made
	Made      string             // the ID of what it made
	ExpiresAt time.Time
}

// Repeating returns the actor for a request with an idempotency key, and the ID of what the same request of the same
// principal has made already, or "". It fails with Unmet (idempotency-key-reused) when the key came with another
// request. What was refused is not remembered: it changed nothing and may be tried again.
func (a *Authority) Repeating(ctx context.Context, by Actor, r Repeatable) (repeating Actor, made string, err error) {
	if by.IsZero() {
		return by, "", a.RequireAnywhere(ctx, by, "")
	}
	of := a.keys.Fingerprint(secret.PurposeIdempotency, secret.Of(string(by.Principal().ID)+"\x00"+r.Route+"\x00"+r.Key))
	request := a.keys.Fingerprint(secret.PurposeIdempotency, secret.Of("request\x00"+string(r.Body)))
	var before Repeat
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		before, err = v.Repeat(ctx, of, a.store.Now())
		return err
	})
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		now := a.store.Now()
		by.repeat = &Repeat{ID: of, Request: request, Seed: secret.NewID(now), ExpiresAt: now.Add(RepeatLifetime)}
		return by, "", nil
	case err != nil:
		return by, "", err
	case !before.Request.Equal(request):
		return by, "", fault.New(fault.Unmet, ReasonKeyReused, "The idempotency key came with another request before.")
	}
	by.repeat = &before
	return by, before.Made, nil
}

// made notes what a repeatable request makes, in the transaction that makes it: of two at once, one finds the place
// taken and fails with Conflict (not-unique), and none of what it did remains.
func (a *Authority) made(tx Tx, by Actor, id string) {
	if by.repeat != nil {
		r := *by.repeat
		r.Made = id
		tx.PutRepeat(r, a.store.Now())
	}
}

// minting returns the keys that mint for an actor: those of a repeatable request mint the same again for its repeat.
func (a *Authority) minting(by Actor) *secret.Keys {
	if by.repeat == nil {
		return a.keys
	}
	return a.keys.Repeatable(by.repeat.Seed, secret.Of(string(by.Principal().ID)))
}
