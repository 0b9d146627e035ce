package authority

import (
	"context"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// RefreshSigningKeys makes and rotates the signing keys that are due, once for all nodes, and brings this node's own
// up to date with the store's. A node calls it at the start, where it fails with Unmet when the sealing key is not the
// one that the keys were sealed with, and once a second.
func (a *Authority) RefreshSigningKeys(ctx context.Context) error {
	// The keys are opened before any are made, or a wrong sealing key would seal some.
	r, err := a.loadKeyring(ctx, a.store.Now())
	if err != nil {
		return err
	}
	steps := planKeys(r.keys, r.inUse, a.store.Now(), a.options.SigningKeyLifetime)
	if len(steps) == 0 {
		return nil
	}
	change := keyChange{act: audit.CreateSigningKey, foreseen: steps, inUse: inUseNow}
	if err := a.changeSigningKeys(ctx, signingKeyKeeper(), change); err != nil {
		return err
	}
	_, err = a.loadKeyring(ctx, a.store.Now())
	return err
}

// signingKeyKeeper is Doorward itself, which keeps to the schedule.
func signingKeyKeeper() Actor {
	return ownActor(Origin{Dialect: "schedule"}, "doorward/signing-keys")
}

// storedSigningKeys returns all signing keys and the algorithms that access tokens and identities are signed with now.
func (a *Authority) storedSigningKeys(ctx context.Context) (keys signingKeys, inUse []secret.Algorithm, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		all, audiences, err := readSigningKeys(ctx, v)
		keys, inUse = all, a.algorithmsOf(audiences)
		return err
	})
	return keys, inUse, err
}

func readSigningKeys(ctx context.Context, v View) (signingKeys, []Audience, error) {
	keys, err := v.SigningKeys(ctx)
	if err != nil {
		return nil, nil, err
	}
	audiences, err := v.Audiences(ctx)
	return keys, audiences, err
}

func (a *Authority) algorithmsOf(audiences []Audience) []secret.Algorithm {
	inUse := []secret.Algorithm{a.options.Access.Algorithm}
	for _, audience := range audiences {
		if alg := a.AccessOf(audience).Algorithm; !slices.Contains(inUse, alg) {
			inUse = append(inUse, alg)
		}
	}
	return inUse
}

// keyChange is a change of the signing keys: what somebody asks for, and what is due after it.
type keyChange struct {
	act audit.Act
	// decide returns what was asked for; nil: nothing.
	decide func(keys signingKeys, now time.Time) ([]keyStep, error)
	// inUse returns for which algorithms there must be keys: configured and in the directory are some, of keys there are others.
	inUse func(keys signingKeys, configured []secret.Algorithm, now time.Time) []secret.Algorithm
	// foreseen is what it will probably be, so that keys, which take long to make, are not made within the change.
	foreseen []keyStep
}

func inUseNow(_ signingKeys, configured []secret.Algorithm, _ time.Time) []secret.Algorithm {
	return configured
}

// steps returns all that the change does to the keys.
func (c keyChange) steps(keys signingKeys, configured []secret.Algorithm, now time.Time, lifetime time.Duration) (steps []keyStep, err error) {
	if c.decide != nil {
		if steps, err = c.decide(keys, now); err != nil || len(steps) == 0 {
			return nil, err
		}
	}
	return append(steps, planKeys(keys.after(steps), c.inUse(keys, configured, now), now, lifetime)...), nil
}

// changeSigningKeys makes one change of the signing keys, alone on all nodes.
func (a *Authority) changeSigningKeys(ctx context.Context, by Actor, c keyChange) error {
	spares, err := a.makeSigningKeys(c.foreseen)
	if err != nil {
		return err
	}
	return a.actMany(ctx, by, c.act, nil, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		if err := tx.LockSigningKeys(ctx); err != nil {
			return err
		}
		keys, audiences, err := readSigningKeys(ctx, tx)
		if err != nil {
			return err
		}
		steps, err := c.steps(keys, a.algorithmsOf(audiences), a.store.Now(), a.options.SigningKeyLifetime)
		if err != nil {
			return err
		}
		left := slices.Clone(spares) // the change may run again
		for _, step := range steps {
			if step.key.ID.IsZero() {
				if step.key, left, err = a.fill(step.key, left); err != nil {
					return err
				}
			}
			tx.PutSigningKey(step.key)
			if step.act == audit.KillSigningKey {
				tx.Publish(FeedSigningKey, step.key.ID.String())
			}
			record(step.event(by))
		}
		return nil
	})
}

// after returns the keys as they are once the steps are done.
func (s signingKeys) after(steps []keyStep) signingKeys {
	then := slices.Clone(s)
	for _, step := range steps {
		for i := range then {
			if then[i].ID == step.key.ID {
				then[i] = step.key
			}
		}
	}
	return then
}

// makeSigningKeys makes the keys that steps lack.
func (a *Authority) makeSigningKeys(steps []keyStep) (made []SigningKey, err error) {
	for _, step := range steps {
		if !step.key.ID.IsZero() {
			continue
		}
		k, err := a.makeSigningKey(step.key.Algorithm)
		if err != nil {
			return nil, err
		}
		made = append(made, k)
	}
	return made, nil
}

func (a *Authority) makeSigningKey(alg secret.Algorithm) (SigningKey, error) {
	key, err := secret.NewSigningKey(alg, a.store.Now())
	if err != nil {
		return SigningKey{}, err
	}
	sealed, err := a.keys.SealSigningKey(key)
	if err != nil {
		return SigningKey{}, err
	}
	public, err := key.Public().DER()
	return SigningKey{ID: SigningKeyID(key.ID), Algorithm: alg, PublicKey: public, Sealed: sealed}, err
}

// fill gives a planned key the first of the spares that fits, or makes another one when all was foreseen but this.
func (a *Authority) fill(planned SigningKey, spares []SigningKey) (SigningKey, []SigningKey, error) {
	i := slices.IndexFunc(spares, func(k SigningKey) bool { return k.Algorithm == planned.Algorithm })
	if i < 0 {
		made, err := a.makeSigningKey(planned.Algorithm)
		if err != nil {
			return SigningKey{}, nil, err
		}
		spares, i = []SigningKey{made}, 0
	}
	k := spares[i]
	k.CreatedAt, k.SignsAt = planned.CreatedAt, planned.SignsAt
	return k, slices.Delete(slices.Clone(spares), i, i+1), nil
}

func (s keyStep) event(by Actor) audit.Event {
	e := by.event(s.act)
	e.Tenant = tenant.Installation
	e.Detail = detail(nil, "key", s.key.ID.String(), "algorithm", string(s.key.Algorithm))
	switch s.act {
	case audit.CreateSigningKey, audit.RotateSigningKey:
		detail(e.Detail, "signs_at", s.key.SignsAt.Format(time.RFC3339))
	case audit.RetireSigningKey:
		detail(e.Detail, "retired_at", s.key.RetiredAt.Format(time.RFC3339))
	}
	return e
}
