package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// tries is a store that counts how often login tokens are tried, and what may be presented once.
type tries struct {
	authority.Store
	tried, presented int
	read             int // all that decides over a login token
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

func (t triesIn) SpendOnce(ctx context.Context, o authority.Once) (bool, error) {
	t.store.presented++
	return t.Tx.SpendOnce(ctx, o)
}

func (t triesIn) LoginTokenFacts(ctx context.Context, id authority.LoginTokenID) (authority.LoginTokenFacts, error) {
	f, err := t.Tx.LoginTokenFacts(ctx, id)
	if err == nil { // it takes its time
		t.store.read++
	}
	return f, err
}

func triesOn(t *testing.T) (*tries, *testenv.Env) {
	clock := testenv.NewClock()
	store := &tries{Store: testenv.OpenStore(t, "sqlite", sqlstore.Options{Clock: clock.Now})}
	env := testenv.NewOn(t, "sqlite", store, clock)
	env.Apply(t, coreDirectory)
	return store, env
}

// tooMuch asks for what no subject of a login token holds here, with a proof that is fresh.
func tooMuch(env *testenv.Env) authority.AccessTokenRequest {
	return authority.AccessTokenRequest{
		Resource: opaqueResource, Permissions: []grant.Permission{grant.ManageSigningKey},
		Once: []authority.Once{{ID: secret.Fingerprint{1}, ExpiresAt: env.Clock.Now().Add(time.Minute)}},
	}
}

func TestAnExchangeThatIsRefusedMakesNoRedemptionRunAgain(t *testing.T) {
	store, env := triesOn(t)
	token := mint(t, env, as(t, env, integrator), forMember)
	_, err := env.Authority.ExchangeToken(t.Context(), as(t, env, portal), authority.ExchangeRequest{
		AccessTokenRequest: tooMuch(env), Subject: authority.GivenToken{Text: token, Kind: authority.KindLoginToken},
	})
	if fault.KindOf(err) != fault.Unmet || store.tried+store.presented != 0 {
		t.Errorf("for what its subject may not do: %v, after %d tries to spend it", err, store.tried+store.presented)
	}
	if mustRedeem(t, env, portal, token); store.tried != 1 {
		t.Errorf("redeemed by %d tries", store.tried)
	}
}

func TestAnAccessTokenThatIsRefusedMakesNothingRunAgain(t *testing.T) {
	store, env := triesOn(t)
	request := tooMuch(env)
	request.Resource, request.Permissions = "https://nobody.test/", nil
	_, err := env.Authority.IssueAccessToken(t.Context(), as(t, env, portal), request)
	if fault.KindOf(err) != fault.Unmet || store.presented != 0 {
		t.Errorf("for an audience that there is not: %v, after %d spent", err, store.presented)
	}
	request.Resource = opaqueResource
	for repeat := range 2 {
		_, err := env.Authority.IssueAccessToken(t.Context(), as(t, env, portal), request)
		if repeats := fault.ReasonOf(err) == authority.ReasonRepeated; repeats != (repeat == 1) || err != nil && !repeats {
			t.Errorf("try %d: %v", repeat, err)
		}
	}
}

// What an exchange that asks for too much reads must not tell whether there is such a token of somebody else's.
func TestAnExchangeReadsAsMuchOfATokenThatIsNotItsOwnAsOfNone(t *testing.T) {
	store, env := triesOn(t)
	exchange := func(by authority.Actor, token secret.Text) (read int) {
		store.read = 0
		_, err := env.Authority.ExchangeToken(t.Context(), by, authority.ExchangeRequest{
			AccessTokenRequest: tooMuch(env), Subject: authority.GivenToken{Text: token, Kind: authority.KindLoginToken},
		})
		if err == nil {
			t.Error("it was exchanged")
		}
		return store.read
	}
	token := mint(t, env, as(t, env, integrator), forMember)
	unknown := env.Keys.MintLoginToken(secret.ShapeNative, env.Clock.Now()).Text
	other := as(t, env, authority.ByKey(secret.Of("key-of-the-panel")))
	if one, none := exchange(other, token), exchange(other, unknown); one != none {
		t.Errorf("of another's token all is read %d times, of one that there is not %d", one, none)
	}
	if own := exchange(as(t, env, portal), token); own == 0 {
		t.Error("nothing is read of its own")
	}
}

// slow is a store in which a token's row is waited for for so long that it has expired when it is spent.
type slow struct {
	authority.Store
	clock *testenv.Clock
}

func (s slow) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error { return change(ctx, slowIn{tx, s}) })
}

type slowIn struct {
	authority.Tx
	store slow
}

func (t slowIn) RedeemLoginToken(ctx context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	f, spent, err := t.Tx.RedeemLoginToken(ctx, r)
	t.store.clock.Advance(time.Hour)
	return f, spent, err
}

func TestATokenThatExpiresWhileItsRowIsWaitedForIsNotRedeemed(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			clock := testenv.NewClock()
			env := testenv.NewOn(t, engine, slow{testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now}), clock}, clock)
			env.Apply(t, coreDirectory)
			token := mint(t, env, as(t, env, integrator), forMember)
			redeemer := as(t, env, portal)
			for range 2 {
				_, err := env.Authority.RedeemLoginToken(t.Context(), redeemer, authority.RedeemRequest{Token: token, IdempotencyKey: "again"})
				if fault.KindOf(err) != fault.Unmet {
					t.Errorf("redeemed an hour late: %v", err)
				}
			}
		})
	}
}

func TestAnExchangeThatPresentsWhatWasPresentedBeforeSpendsNothing(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		once := tooMuch(env).Once
		exchange := func(token secret.Text) error {
			_, err := env.Authority.ExchangeToken(t.Context(), as(t, env, portal), authority.ExchangeRequest{
				AccessTokenRequest: authority.AccessTokenRequest{Resource: opaqueResource, Once: once},
				Subject:            authority.GivenToken{Text: token, Kind: authority.KindLoginToken},
			})
			return err
		}
		first, second := mint(t, env, as(t, env, integrator), forMember), mint(t, env, as(t, env, integrator), forMember)
		if err := exchange(first); err != nil {
			t.Fatal(err)
		}
		if err := exchange(second); fault.ReasonOf(err) != authority.ReasonRepeated {
			t.Errorf("with what was presented before: %v", err)
		}
		mustRedeem(t, env, portal, second)
	})
}
