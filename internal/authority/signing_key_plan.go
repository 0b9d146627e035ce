package authority

import (
	"slices"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/secret"
)

// keyStep is one change of a signing key, and what is written down of it. A key without an ID is still to be made.
type keyStep struct {
	act audit.Act
	key SigningKey
}

// keyPlan finds what is due: it only looks at the keys, the clock and how long a key signs, so that every node plans
// the same, and after one has done it there is nothing left to do.
type keyPlan struct {
	keys     signingKeys
	now      time.Time
	lifetime time.Duration
	steps    []keyStep
}

// planKeys returns what to do so that each algorithm in use has a key that signs and a published one that is next.
func planKeys(keys signingKeys, inUse []secret.Algorithm, now time.Time, lifetime time.Duration) []keyStep {
	p := keyPlan{keys: slices.Clone(keys), now: now, lifetime: lifetime}
	for _, alg := range secret.Algorithms() {
		p.plan(alg, slices.Contains(inUse, alg))
	}
	return p.steps
}

func (p *keyPlan) plan(alg secret.Algorithm, inUse bool) {
	signer, ok := p.keys.signer(alg, p.now)
	if !ok {
		if signer, ok = p.replacement(alg, inUse); !ok {
			return
		}
	}
	p.retireOthers(signer)
	next, ok := p.keys.next(alg, p.now)
	switch due := p.due(signer, next); {
	case ok && next.SignsAt.After(due):
		// A key signs for less long than it did when this was planned. It never becomes later: nodes that are
		// configured otherwise would move it to and fro.
		next.SignsAt = due
		p.step(audit.RotateSigningKey, next)
	case !ok && inUse:
		p.create(alg, due)
	}
}

// replacement finds who signs when nobody does: the next one, which verifiers know already, or else a new one.
func (p *keyPlan) replacement(alg secret.Algorithm, inUse bool) (SigningKey, bool) {
	next, ok := p.keys.next(alg, p.now)
	if ok {
		next.SignsAt = p.now
		p.step(audit.RotateSigningKey, next)
		return next, true
	}
	if !inUse {
		return SigningKey{}, false
	}
	return p.create(alg, p.now), true
}

// retireOthers notes when the keys before the one that signs stopped to.
func (p *keyPlan) retireOthers(signer SigningKey) {
	for _, k := range slices.Clone(p.keys) {
		if k.Algorithm == signer.Algorithm && k.ID != signer.ID && k.alive(p.now) && !k.SignsAt.After(p.now) {
			k.RetiredAt = signer.SignsAt
			p.step(audit.RetireSigningKey, k)
		}
	}
}

// due says when the next key signs by schedule: after the lifetime of the one before, when it was published long enough.
func (p *keyPlan) due(signer, next SigningKey) time.Time {
	published := p.now
	if !next.ID.IsZero() {
		published = next.CreatedAt
	}
	return latest(signer.SignsAt.Add(p.lifetime), published.Add(publishLead), p.now)
}

func (p *keyPlan) create(alg secret.Algorithm, signsAt time.Time) SigningKey {
	k := SigningKey{Algorithm: alg, CreatedAt: p.now, SignsAt: signsAt}
	p.steps = append(p.steps, keyStep{audit.CreateSigningKey, k})
	return k
}

// step plans a change of a key that is there, for what is planned after it to see.
func (p *keyPlan) step(act audit.Act, k SigningKey) {
	p.steps = append(p.steps, keyStep{act, k})
	for i := range p.keys {
		if p.keys[i].ID == k.ID {
			p.keys[i] = k
		}
	}
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
