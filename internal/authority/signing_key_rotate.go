package authority

import (
	"context"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// RotateSigningKeys lets the next key of an algorithm sign, of each when alg is empty, and returns all keys as they
// are then. A next key that verifiers may not have seen yet signs as soon as it was published for 10 minutes. It fails
// with NotFound when there is no key to rotate to, and needs grant.ManageSigningKey at the installation.
func (a *Authority) RotateSigningKeys(ctx context.Context, by Actor, alg secret.Algorithm) ([]ListedSigningKey, error) {
	return a.manageSigningKeys(ctx, by, audit.RotateSigningKey, func(keys signingKeys, now time.Time) (steps []keyStep, err error) {
		found := false
		for _, each := range secret.Algorithms() {
			next, ok := keys.next(each, now)
			if !ok || alg != "" && alg != each {
				continue
			}
			found = true
			if signs := latest(now, next.CreatedAt.Add(publishLead)); signs.Before(next.SignsAt) {
				next.SignsAt = signs
				steps = append(steps, keyStep{audit.RotateSigningKey, next})
			}
		}
		if !found {
			return nil, noSigningKey()
		}
		return steps, nil
	})
}

// KillSigningKey makes nothing count that a key has signed, at once on this node and within five seconds on all
// others; verifiers that follow the feed are told. The next key, which they know, signs from now on. It returns all
// keys as they are then; killed is false when it was killed already. It fails with NotFound for a key that never was,
// and needs grant.ManageSigningKey at the installation.
func (a *Authority) KillSigningKey(ctx context.Context, by Actor, id SigningKeyID) (all []ListedSigningKey, killed bool, err error) {
	all, err = a.manageSigningKeys(ctx, by, audit.KillSigningKey, func(keys signingKeys, now time.Time) ([]keyStep, error) {
		k, ok := keys.find(id)
		if killed = ok && k.KilledAt.IsZero(); !ok {
			return nil, noSigningKey()
		}
		if !killed {
			return nil, nil
		}
		k.KilledAt = now
		return []keyStep{{audit.KillSigningKey, k}}, nil
	})
	return all, killed && err == nil, err
}

func noSigningKey() error {
	return fault.New(fault.NotFound, ReasonUnknown, "There is no such signing key.")
}

// inUseBefore returns the algorithms that have a next key: those in use, by the configuration of the servers, which a
// command does not have.
func inUseBefore(keys signingKeys, _ []secret.Algorithm, now time.Time) []secret.Algorithm {
	return slices.DeleteFunc(secret.Algorithms(), func(alg secret.Algorithm) bool {
		_, ok := keys.next(alg, now)
		return !ok
	})
}

// manageSigningKeys makes the change that an operator asks for, with all that becomes due by it.
func (a *Authority) manageSigningKeys(ctx context.Context, by Actor, act audit.Act, decide func(signingKeys, time.Time) ([]keyStep, error)) ([]ListedSigningKey, error) {
	refused, err := a.refusedAt(ctx, by, grant.ManageSigningKey, "")
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, a.actMany(ctx, by, act, refused, nil)
	}
	keys, inUse, err := a.storedSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	now := a.store.Now()
	change := keyChange{act: act, decide: decide, inUse: inUseBefore}
	if change.foreseen, err = change.steps(keys, inUse, now, a.options.SigningKeyLifetime); err != nil {
		return nil, err
	}
	if len(change.foreseen) > 0 {
		err := a.changeSigningKeys(ctx, by, change)
		a.rings.latest.Store(nil) // what this node knows may be over, also when the outcome is not known
		if err != nil {
			return nil, err
		}
	}
	r, err := a.loadKeyring(ctx, a.store.Now())
	if err != nil {
		return nil, err
	}
	return listed(r.keys, a.store.Now()), nil
}
