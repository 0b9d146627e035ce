package authority

import (
	"context"

	"github.com/doorward/doorward/internal/secret"
)

// KeyLimits returns whose allowance a presented key uses, before anybody is authenticated by it: the credential and
// its own limits, in requests a minute by route name. live is false, and nothing else is told, for a key that does
// not exist or would be refused here and now whatever was asked. It proves nothing, records nothing and counts nothing.
func (a *Authority) KeyLimits(ctx context.Context, from Origin, key secret.Text) (id CredentialID, limits map[string]int, live bool, err error) {
	p := ByKey(key)
	c, s, remembered, err := a.find(ctx, p)
	if err != nil {
		return CredentialID{}, nil, false, err
	}
	matches, err := a.matches(ctx, p, c)
	if err != nil || !matches || c.ID.IsZero() || c.refusal(from, a.store.Now()) != "" || s.refusal() != "" {
		if err == nil && remembered { // what an unknown one costs
			_, _, err = a.findBy(ctx, a.ask, p)
		}
		return CredentialID{}, nil, false, err
	}
	return c.ID, c.Limits, true, nil
}
