package authority_test

import (
	"context"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// wantSpent demands that a redemption is refused, and not like an error of ours.
func wantSpent(t *testing.T, err error) {
	t.Helper()
	f := fault.As(err)
	if err == nil || f.Kind != fault.Unmet || f.Message != "The login token cannot be redeemed." {
		t.Errorf("redeemed or failed otherwise: %v", err)
	}
}

func TestALoginTokenIsRedeemedOnce(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		first := mustRedeem(t, env, portal, token)
		wantVerdict(t, env, first.Token, "")
		_, err := redeem(t, env, portal, token, "")
		wantSpent(t, err)
		_, err = redeem(t, env, portal, token, "a key")
		wantSpent(t, err)
	})
}

func TestTheSameRedeemerRepeatingItselfGetsTheSameAnswerAndNobodyElseDoes(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		first, err := redeem(t, env, portal, token, "mine")
		if err != nil {
			t.Fatal(err)
		}
		var again authority.RedeemedLoginToken
		events := eventsDuring(t, env, func() { again, err = redeem(t, env, portal, token, "mine") })
		if err != nil || again.Token.Reveal() != first.Token.Reveal() || again.Session.ID != first.Session.ID || again.Audience.ID != 1 {
			t.Errorf("the repeated answer: %+v, %v", again, err)
		}
		if len(events) != 0 {
			t.Errorf("a repeated answer is no second act: %+v", events)
		}
		for name, try := range map[string]func() (authority.RedeemedLoginToken, error){
			"another key":      func() (authority.RedeemedLoginToken, error) { return redeem(t, env, portal, token, "other") },
			"no key":           func() (authority.RedeemedLoginToken, error) { return redeem(t, env, portal, token, "") },
			"another redeemer": func() (authority.RedeemedLoginToken, error) { return redeem(t, env, panel, token, "mine") },
			"our own page": func() (authority.RedeemedLoginToken, error) {
				return env.Authority.RedeemLoginToken(t.Context(), authority.HandoffPage(here),
					authority.RedeemRequest{Token: token, Audience: 1, IdempotencyKey: "mine"})
			},
			"another e-mail": func() (authority.RedeemedLoginToken, error) {
				return env.Authority.RedeemLoginToken(t.Context(), as(t, env, portal),
					authority.RedeemRequest{Token: token, IdempotencyKey: "mine", Email: "owner@acme.test", HasEmail: true})
			},
			"another account": func() (authority.RedeemedLoginToken, error) {
				return env.Authority.RedeemLoginToken(t.Context(), as(t, env, portal),
					authority.RedeemRequest{Token: token, IdempotencyKey: "mine", Account: "account:99"})
			},
		} {
			t.Run(name, func(t *testing.T) {
				answer, err := try()
				wantSpent(t, err)
				if !answer.Token.IsZero() {
					t.Error("a refusal has a session token")
				}
			})
		}
		wantVerdict(t, env, first.Token, "")
	})
}

func TestARepeatedRedemptionChecksTheRightsAgain(t *testing.T) {
	suspended := with(t, "name: ACME\n", "name: ACME\n                status: suspended\n")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		first, err := redeem(t, env, portal, token, "mine")
		if err != nil {
			t.Fatal(err)
		}
		env.Apply(t, suspended)
		_, err = redeem(t, env, portal, token, "mine")
		wantSpent(t, err)
		env.Apply(t, coreDirectory)
		if _, err = redeem(t, env, portal, token, "mine"); err != nil {
			t.Errorf("once active again: %v", err)
		}
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, first.Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Authority.CloseSession(t.Context(), by); err != nil {
			t.Fatal(err)
		}
		_, err = redeem(t, env, portal, token, "mine")
		wantSpent(t, err)
	})
}

func TestARaisedFenceEndsEveryLoginTokenMintedBefore(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := mint(t, env, as(t, env, integrator), forMember)
		change(t, env, func(_ context.Context, tx authority.Tx) error { tx.RaiseFence(); return nil })
		_, err := redeem(t, env, portal, before, "")
		wantSpent(t, err)
		if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: before, Audience: 1}); err == nil {
			t.Error("it is still shown")
		}
		mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember))
	})
}

func TestARedemptionThatIsRefusedForTheSubjectSpendsTheTokenAndIsRecorded(t *testing.T) {
	inactive := with(t, "email: user@acme.test, name: Ben", "email: user@acme.test, name: Ben, status: inactive")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		env.Apply(t, inactive)
		events := eventsDuring(t, env, func() {
			_, err := redeem(t, env, portal, token, "mine")
			wantSpent(t, err)
		})
		if len(events) != 1 || events[0].Outcome != audit.Denied || events[0].Reason != authority.ReasonInactive ||
			!events[0].Session.IsZero() || events[0].Tenant != acme {
			t.Errorf("recorded: %+v", events)
		}
		env.Apply(t, coreDirectory)
		_, err := redeem(t, env, portal, token, "mine")
		wantSpent(t, err)
	})
}

func TestWhatCannotSpendALoginTokenLeavesItLive(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		owns := as(t, env, portal)
		for name, try := range map[string]struct {
			by authority.Actor
			r  authority.RedeemRequest
		}{
			"a character less":    {owns, authority.RedeemRequest{Token: secret.Of(token.Reveal()[1:])}},
			"a character more":    {owns, authority.RedeemRequest{Token: secret.Of(token.Reveal() + "0")}},
			"another audience":    {as(t, env, panel), authority.RedeemRequest{Token: token}},
			"it asks for another": {as(t, env, panel), authority.RedeemRequest{Token: token, Audience: 1}},
			"another e-mail":      {owns, authority.RedeemRequest{Token: token, HasEmail: true, Email: "owner@acme.test"}},
			"an empty e-mail":     {owns, authority.RedeemRequest{Token: token, HasEmail: true}},
			"another account":     {owns, authority.RedeemRequest{Token: token, Account: "account:99"}},
			"no account":          {owns, authority.RedeemRequest{Token: token, Account: "account:98"}},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := env.Authority.RedeemLoginToken(t.Context(), try.by, try.r)
				wantSpent(t, err)
			})
		}
		_, err := env.Authority.RedeemLoginToken(t.Context(), as(t, env, integrator), authority.RedeemRequest{Token: token, Audience: 1})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		mustRedeem(t, env, portal, token)
	})
}

func TestANewLoginTokenThatReplacesCancelsTheOlderOne(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		r := asOwner
		r.Replace = true
		older := mint(t, env, as(t, env, manager), r)
		newer := mint(t, env, as(t, env, manager), r)
		_, err := redeem(t, env, panel, older, "")
		wantSpent(t, err)
		mustRedeem(t, env, panel, newer)
	})
}

func TestShowingALoginTokenSpendsNothingAndIsCountedInTheRedemptionsEvent(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mint(t, env, as(t, env, integrator), forMember)
		for _, absorbed := range []bool{false, true, true} {
			if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: token, Audience: 1, Absorbed: absorbed}); err != nil {
				t.Fatal(err)
			}
		}
		events := eventsDuring(t, env, func() { mustRedeem(t, env, portal, token) })
		if len(events) != 1 || events[0].Detail["shown"] != "1" || events[0].Detail["absorbed"] != "2" {
			t.Errorf("recorded: %+v", events)
		}
		if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: token, Audience: 1}); fault.KindOf(err) != fault.Unmet {
			t.Errorf("a spent token is shown: %v", err)
		}
	})
}
