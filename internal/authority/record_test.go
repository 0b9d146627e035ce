package authority_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// act is one act, ready to be tried on any authority over the same store.
type act struct {
	try    func(a *authority.Authority) (secret.Text, error)
	undone func(t testing.TB) // demands that it did not happen
}

func acts(t testing.TB, env *testenv.Env) map[string]act {
	t.Helper()
	ctx := t.Context()
	session, by := signedIn(t, env, pair)
	revoked, _ := signedIn(t, env, clerk)
	token := mint(t, env, as(t, env, integrator), forMember)
	own, _ := signedIn(t, env, pair)
	exchanged := mint(t, env, as(t, env, integrator), forMember)
	held(t, env, "service:audience/3", "account:99")
	opens, mints, redeems, manages := as(t, env, pair), as(t, env, integrator), as(t, env, portal), as(t, env, manager)
	more, err := directory.Read("more", []byte(with(t, "name: South\n", "name: Southern\n")))
	if err != nil {
		t.Fatal(err)
	}
	none := func(testing.TB) {} // its rows are looked for by the test
	refresh(t, env.Authority)
	keys := signingKeys(t, env.Authority)
	unchangedKeys := func(t testing.TB) {
		if diff := cmp.Diff(keys, signingKeys(t, env.Authority)); diff != "" {
			t.Error(diff)
		}
	}
	credentials := credentialActs(t, env)
	maps.Copy(credentials, singleActs(t, env))
	maps.Copy(credentials, map[string]act{
		"OpenSession": {func(a *authority.Authority) (secret.Text, error) {
			opened, err := a.OpenSession(ctx, opens, authority.SessionRequest{Lifetime: hour})
			return opened.Token, err
		}, none},
		"IssueAccessToken": {func(a *authority.Authority) (secret.Text, error) {
			issued, err := a.IssueAccessToken(ctx, opens, authority.AccessTokenRequest{Resource: opaqueResource})
			return issued.Token, err
		}, none},
		"ExchangeToken": {func(a *authority.Authority) (secret.Text, error) {
			issued, err := a.ExchangeToken(ctx, redeems, authority.ExchangeRequest{
				AccessTokenRequest: authority.AccessTokenRequest{Resource: opaqueResource},
				Subject:            authority.GivenToken{Text: exchanged, Kind: authority.KindLoginToken},
			})
			return issued.Token, err
		}, func(t testing.TB) { mustRedeem(t, env, portal, exchanged) }},
		"RevokeToken": {func(a *authority.Authority) (secret.Text, error) {
			return secret.Text{}, a.RevokeToken(ctx, opens, own)
		}, func(t testing.TB) { wantVerdict(t, env, own, "") }},
		"RotateSigningKeys": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.RotateSigningKeys(ctx, operator, "")
			return secret.Text{}, err
		}, unchangedKeys},
		"KillSigningKey": {func(a *authority.Authority) (secret.Text, error) {
			_, _, err := a.KillSigningKey(ctx, operator, keys[0].ID)
			return secret.Text{}, err
		}, unchangedKeys},
		"CloseSession": {func(a *authority.Authority) (secret.Text, error) {
			return secret.Text{}, a.CloseSession(ctx, by)
		}, func(t testing.TB) { wantVerdict(t, env, session, "") }},
		"MintLoginToken": {func(a *authority.Authority) (secret.Text, error) {
			minted, err := a.MintLoginToken(ctx, mints, forMember)
			return minted.Text, err
		}, none},
		"RedeemLoginToken": {func(a *authority.Authority) (secret.Text, error) {
			redeemed, err := a.RedeemLoginToken(ctx, redeems, authority.RedeemRequest{Token: token})
			return redeemed.Token, err
		}, func(t testing.TB) { mustRedeem(t, env, portal, token) }},
		"RevokeSessions": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.RevokeSessions(ctx, authority.CommandLine(here), authority.SessionFilter{Principal: "person:7"})
			return secret.Text{}, err
		}, func(t testing.TB) { wantVerdict(t, env, revoked, "") }},
		"SuspendPrincipal": holds(env, "person:5", func(a *authority.Authority) error {
			_, _, err := a.SuspendPrincipal(ctx, authority.CommandLine(here), "person:5")
			return err
		}),
		"ResumePrincipal": holds(env, "service:audience/3", func(a *authority.Authority) error {
			_, _, err := a.ResumePrincipal(ctx, authority.CommandLine(here), "service:audience/3")
			return err
		}),
		"SuspendTenant": holds(env, "account:10", func(a *authority.Authority) error {
			_, _, err := a.SuspendTenant(ctx, authority.CommandLine(here), "account:10")
			return err
		}),
		"ResumeTenant": holds(env, "account:99", func(a *authority.Authority) error {
			_, _, err := a.ResumeTenant(ctx, authority.CommandLine(here), "account:99")
			return err
		}),
		"RegenerateManagerKey": {func(a *authority.Authority) (secret.Text, error) {
			text, _, err := a.RegenerateManagerKey(ctx, manages, "reseller:1", "person:5")
			return text, err
		}, func(t testing.TB) { as(t, env, manager) }},
		"Apply": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.Apply(ctx, authority.CommandLine(here), more, authority.ApplyOptions{})
			return secret.Text{}, err
		}, func(t testing.TB) {
			if r := env.Apply(t, coreDirectory); r.Changes() != 0 {
				t.Errorf("left behind: %+v", r)
			}
		}},
	})
	return credentials
}

// held suspends by command what there is to resume.
func held(t testing.TB, env *testenv.Env, person string, at tenant.ID) {
	t.Helper()
	_, _, err := env.Authority.SuspendPrincipal(t.Context(), authority.CommandLine(here), person)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := env.Authority.SuspendTenant(t.Context(), authority.CommandLine(here), at); err != nil {
		t.Fatal(err)
	}
}

// holds is an act that suspends or resumes; undone demands that what it is done to is as it was.
func holds[ID ~string](env *testenv.Env, id ID, try func(a *authority.Authority) error) act {
	before := heldAt(env, string(id))
	return act{
		func(a *authority.Authority) (secret.Text, error) { return secret.Text{}, try(a) },
		func(t testing.TB) {
			if now := heldAt(env, string(id)); now.IsZero() != before.IsZero() {
				t.Errorf("%s was held at %v, now %v", id, before, now)
			}
		},
	}
}

// heldAt returns when a principal or tenant was suspended by command.
func heldAt(env *testenv.Env, id string) (at time.Time) {
	_ = env.Store.View(context.Background(), func(ctx context.Context, v authority.View) error {
		if principals, _ := v.Principals(ctx, []grant.PrincipalID{grant.PrincipalID(id)}); len(principals) == 1 {
			at = principals[0].HeldAt
		}
		if tenants, _ := v.Tenants(ctx, []tenant.ID{tenant.ID(id)}); len(tenants) == 1 {
			at = tenants[0].HeldAt
		}
		return nil
	})
	return at
}

// triedElsewhere are acts that need a store of their own, one that only counts, and one that load tests fill a store by.
var triedElsewhere = map[string]bool{"Restore": true, "RaiseFence": true, "LiveLoginTokens": true, "LoadSessions": true}

// onlyRefused are acts that have an event when they are refused only: they change nothing.
var onlyRefused = []audit.Act{audit.Authenticate, audit.ReadDirectory, audit.CheckLoginToken}

func TestEveryActWithAnEventIsAmongThoseTriedOnAFailingStore(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	tried := acts(t, env)
	for name, c := range zeroActor {
		if _, ok := tried[name]; !ok && !slices.Contains(onlyRefused, c.act) && !triedElsewhere[name] {
			t.Errorf("%s is not", name)
		}
	}
}

func TestAnActWhoseEventCannotBeWrittenDoesNotHappen(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store, taken: eventsOf(t, env)[0].ID}
		a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
		for name, act := range acts(t, env) {
			t.Run(name, func(t *testing.T) {
				store.fail(failEvent)
				defer store.fail(failNever)
				var got secret.Text
				var err error
				events := eventsDuring(t, env, func() { got, err = act.try(a) })
				if err == nil || !got.IsZero() || len(events) != 0 {
					t.Errorf("error %v, an answer %t, events %+v", err, !got.IsZero(), events)
				}
				wantNothingOf(t, env, store.wrote)
				act.undone(t)
			})
		}
	})
}

// wantNothingOf demands that the rows a change tried to write are not there.
func wantNothingOf(t testing.TB, env *testenv.Env, w written) {
	t.Helper()
	_ = env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		for _, id := range w.sessions {
			if _, err := v.SessionFacts(ctx, id); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a session without its event: %v", err)
			}
		}
		for _, id := range w.tokens {
			if _, err := v.LoginTokenFacts(ctx, id); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a login token without its event: %v", err)
			}
		}
		return nil
	})
}

func TestADenialWhoseEventCannotBeWrittenIsAFailureOfOurs(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store}
		store.fail(failBefore)
		a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
		for name, c := range zeroActor {
			env.Clock.Advance(time.Minute) // a new budget of refusals that are recorded singly
			if err := c.call(t.Context(), a, authority.Actor{}); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := a.Authenticate(t.Context(), here, authority.ByKey(secret.Of("unknown")))
		wantFault(t, err, fault.Unavailable, "store-unavailable")
	})
}

func TestAnUnknownOutcomeIsNeverASuccess(t *testing.T) {
	for name, how := range map[string]int64{"committed": failUnknownDone, "not committed": failUnknownUndone} {
		t.Run(name, func(t *testing.T) {
			eachCore(t, func(t *testing.T, env *testenv.Env) {
				store := &failing{Store: env.Store}
				a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
				for name, act := range acts(t, env) {
					store.fail(how)
					got, err := act.try(a)
					store.fail(failNever)
					wantFault(t, err, fault.Unavailable, fault.ReasonUnknownOutcome)
					if !got.IsZero() {
						t.Errorf("%s: the answer has a secret all the same", name)
					}
					if how == failUnknownUndone {
						wantNothingOf(t, env, store.wrote)
						act.undone(t)
					}
				}
			})
		})
	}
}

func TestARedeemerOfUnknownOutcomeFindsOutByRepeatingItself(t *testing.T) {
	for name, how := range map[string]int64{"committed": failUnknownDone, "not committed": failUnknownUndone} {
		t.Run(name, func(t *testing.T) {
			eachCore(t, func(t *testing.T, env *testenv.Env) {
				store := &failing{Store: env.Store}
				a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
				r := authority.RedeemRequest{Token: mint(t, env, as(t, env, integrator), forMember), IdempotencyKey: "mine"}
				by := as(t, env, portal)
				store.fail(how)
				_, err := a.RedeemLoginToken(t.Context(), by, r)
				wantFault(t, err, fault.Unavailable, fault.ReasonUnknownOutcome)
				store.fail(failNever)
				redeemed, err := a.RedeemLoginToken(t.Context(), by, r)
				if err != nil {
					t.Fatal(err)
				}
				wantVerdict(t, env, redeemed.Token, "")
			})
		})
	}
}

func TestAShowingOfUnknownOutcomeIsAnError(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store}
		a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
		token := mint(t, env, as(t, env, integrator), forMember)
		store.fail(failUnknownUndone)
		_, err := a.ShowLoginToken(t.Context(), authority.ShowRequest{Token: token, Audience: 1})
		wantFault(t, err, fault.Unavailable, fault.ReasonUnknownOutcome)
	})
}
