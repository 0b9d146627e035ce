package authority_test

import (
	"context"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// tries is a store that counts how often login tokens are tried.
type tries struct {
	authority.Store
	tried int
}

func (s *tries) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error { return change(ctx, triesIn{tx, s}) })
}

type triesIn struct {
	authority.Tx
	store *tries
}

func (t triesIn) RedeemLoginToken(ctx context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	t.store.tried++
	return t.Tx.RedeemLoginToken(ctx, r)
}

func TestAnExchangeThatIsRefusedMakesNoRedemptionRunAgain(t *testing.T) {
	clock := testenv.NewClock()
	store := &tries{Store: testenv.OpenStore(t, "sqlite", sqlstore.Options{Clock: clock.Now})}
	env := testenv.NewOn(t, "sqlite", store, clock)
	env.Apply(t, coreDirectory)
	token := mint(t, env, as(t, env, integrator), forMember)
	_, err := env.Authority.ExchangeToken(t.Context(), as(t, env, portal), authority.ExchangeRequest{
		AccessTokenRequest: authority.AccessTokenRequest{Resource: opaqueResource, Permissions: []grant.Permission{grant.ManageSigningKey}},
		Subject:            authority.GivenToken{Text: token, Kind: authority.KindLoginToken},
	})
	if fault.KindOf(err) != fault.Unmet || store.tried != 0 {
		t.Errorf("for what its subject may not do: %v, after %d tries to spend it", err, store.tried)
	}
	if mustRedeem(t, env, portal, token); store.tried != 1 {
		t.Errorf("redeemed by %d tries", store.tried)
	}
}
