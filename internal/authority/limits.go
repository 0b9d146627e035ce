package authority

import (
	"context"

	"github.com/doorward/doorward/internal/secret"
)

// LimitedKey says whose allowance a presented key uses.
type LimitedKey struct {
	Credential CredentialID   // zero: the key is not live, and nothing else is told of it
	Limits     map[string]int // its own, in requests a minute by route name
	Proof      Proof          // by this key, to go on with in the same request: what was remembered here is not looked up again
}

// KeyLimits returns whose allowance a presented key uses, before anybody is authenticated by it. A key is not live that
// does not exist or would be refused here and now whatever was asked. It proves nothing, records nothing and counts
// nothing.
func (a *Authority) KeyLimits(ctx context.Context, from Origin, key secret.Text) (LimitedKey, error) {
	p := ByKey(key)
	of, remembered, err := a.find(ctx, p)
	if err != nil {
		return LimitedKey{}, err
	}
	c := of.credential
	matches, err := a.matches(ctx, p, c)
	if err != nil || !matches || c.ID.IsZero() || c.refusal(from, a.store.Now()) != "" || of.holder.refusal() != "" {
		if err == nil && remembered { // what an unknown one costs
			_, err = a.findBy(ctx, a.ask, p)
		}
		return LimitedKey{Proof: p}, err
	}
	if remembered { // otherwise it is looked up again as an unknown one is: a no may still come, of the account or the person
		p.found = of
	}
	return LimitedKey{Credential: c.ID, Limits: c.Limits, Proof: p}, nil
}
