package authority_test

import (
	"maps"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// tokenGuess presents a token that nobody has, of the right form or of none.
func tokenGuess(t *testing.T, env *testenv.Env, i int, session, login func(token secret.Text) error) error {
	t.Helper()
	switch i % 4 {
	case 0:
		return session(secret.Of("no session at all"))
	case 1:
		return session(env.Keys.MintSession(secret.ShapeNative, env.Clock.Now()).Text)
	case 2:
		return login(secret.Of("no login token at all"))
	}
	return login(env.Keys.MintLoginToken(secret.ShapeNative, env.Clock.Now()).Text)
}

func presenting(t *testing.T, env *testenv.Env, source string) (session, login func(token secret.Text) error) {
	session = func(token secret.Text) error {
		_, _, err := env.Authority.AuthenticateSession(t.Context(), from(source), token)
		return err
	}
	login = func(token secret.Text) error {
		_, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{From: from(source), Token: token, Audience: 1})
		return err
	}
	return session, login
}

func TestUnknownTokensAreLimitedPerSourceAndNoneThatExistsIsHeldUp(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		live, over := open(t, env, clerk, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}}),
			open(t, env, clerk, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Second}})
		toShow, spent := mint(t, env, as(t, env, integrator), forMember), mint(t, env, as(t, env, integrator), forMember)
		mustRedeem(t, env, portal, spent)
		env.Clock.Advance(time.Second)
		session, login := presenting(t, env, "192.0.2.1")
		for i := range authority.GuessRules[authority.TokenGuessesOfSource].Failures {
			err := tokenGuess(t, env, i, session, login)
			if kind := fault.KindOf(err); kind != fault.Unauthenticated && kind != fault.Unmet || fault.ReasonOf(err) != authority.ReasonUnknown {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		for i := range 4 {
			err := tokenGuess(t, env, i, session, login)
			wantFault(t, err, fault.TooMany, authority.ReasonTooManyFromSource)
			if fault.As(err).RetryAfter <= 0 {
				t.Errorf("it is not said for how long: %v", err)
			}
		}
		_, err := env.Authority.RedeemLoginToken(t.Context(), authority.HandoffPage(from("192.0.2.1")), authority.RedeemRequest{Token: secret.Of("none"), Audience: 1})
		wantFault(t, err, fault.TooMany, authority.ReasonTooManyFromSource)
		_, _, err = env.Authority.AuthenticateOwnSession(t.Context(), from("192.0.2.1"), secret.Of("none"))
		wantFault(t, err, fault.TooMany, authority.ReasonTooManyFromSource)

		if err := session(live); err != nil {
			t.Errorf("a live session: %v", err)
		}
		wantFault(t, session(over), fault.Unauthenticated, authority.ReasonExpired)
		if err := login(toShow); err != nil {
			t.Errorf("a live login token: %v", err)
		}
		wantFault(t, login(spent), fault.Unmet, authority.ReasonSpent)
		if v, err := env.Authority.VerifySession(t.Context(), from("192.0.2.1"), secret.Of("an old cookie")); err != nil || v.Valid() {
			t.Errorf("a browser that is signed in no more: %v, %v", v.Reason, err)
		}
		if _, err := env.Authority.RedeemLoginToken(t.Context(), authority.HandoffPage(from("192.0.2.1")), authority.RedeemRequest{Token: toShow, Audience: 1}); err != nil {
			t.Errorf("a live login token redeemed: %v", err)
		}
		elsewhere, _ := presenting(t, env, "192.0.2.2")
		wantFault(t, elsewhere(secret.Of("x")), fault.Unauthenticated, authority.ReasonUnknown)
		env.Clock.Advance(time.Minute)
		wantFault(t, session(secret.Of("x")), fault.Unauthenticated, authority.ReasonUnknown)
	})
}

func TestAnAudiencesBackEndHasABudgetOfUnknownLoginTokensOfItsOwn(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		const failures = 3
		rules := maps.Clone(authority.GuessRules)
		rules[authority.TokenGuessesOfAudience] = authority.GuessRule{Failures: failures, Period: time.Minute, Lock: time.Minute}
		withBudgets(env, rules, limit.NewPool(0, 0))
		good, spent := mint(t, env, as(t, env, integrator), forMember), mint(t, env, as(t, env, integrator), forMember)
		mustRedeem(t, env, portal, spent)
		try := func(p authority.Proof, token secret.Text) error {
			_, err := redeem(t, env, p, token, "")
			return err
		}
		for range failures {
			wantSpent(t, try(portal, secret.Of("none")))
			wantSpent(t, try(portal, spent)) // no guess: it exists
		}
		err := try(portal, env.Keys.MintLoginToken(secret.ShapeNative, env.Clock.Now()).Text)
		wantFault(t, err, fault.TooMany, authority.ReasonTooManyFromSource)
		if fault.As(err).RetryAfter <= 0 {
			t.Errorf("it is not said for how long: %v", err)
		}
		wantSpent(t, try(portal, spent))
		wantSpent(t, try(panel, secret.Of("none")))
		wantSpent(t, try(panel, good)) // which is the portal's
		if err := try(portal, good); err != nil {
			t.Errorf("a live one: %v", err)
		}
		session, _ := presenting(t, env, here.Source.String())
		wantFault(t, session(secret.Of("x")), fault.Unauthenticated, authority.ReasonUnknown)
	})
}
