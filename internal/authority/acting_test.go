package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const nora, ada, ben = grant.PrincipalID("person:5"), grant.PrincipalID("person:3"), grant.PrincipalID("person:4")

func TestAManagerActsAsTheOwnerAndBothAreNamedInEveryRecord(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		var token secret.Text
		minted := eventsDuring(t, env, func() { token = mint(t, env, as(t, env, manager), asOwner) })
		if len(minted) != 1 || minted[0].Actor != nora || minted[0].ActingFor != ada || minted[0].Subject != ada || minted[0].Tenant != acme {
			t.Errorf("the minting: %+v", minted)
		}
		var redeemed authority.RedeemedLoginToken
		spent := eventsDuring(t, env, func() { redeemed = mustRedeem(t, env, panel, token) })
		if len(spent) != 1 || spent[0].Subject != ada || spent[0].Detail["acting"] != string(nora) || spent[0].LoginToken != minted[0].LoginToken {
			t.Errorf("the redemption: %+v", spent)
		}
		if s := redeemed.Session; s.Subject != ada || s.Actor != nora || s.ExpiresAt.Sub(s.OpenedAt) != time.Hour || redeemed.Actor.Principal.ID != nora {
			t.Errorf("the session: %+v", s)
		}
		by, v, err := env.Authority.AuthenticateSession(t.Context(), here, redeemed.Token)
		if err != nil || by.Principal().ID != ada || v.Actor.Principal.ID != nora || v.Subject.Principal.ID != ada {
			t.Errorf("acts as %s, %+v, %v", by.Principal().ID, v.Session, err)
		}
		closed := eventsDuring(t, env, func() {
			if err := env.Authority.CloseSession(t.Context(), by); err != nil {
				t.Error(err)
			}
		})
		if len(closed) != 1 || closed[0].Actor != nora || closed[0].ActingFor != ada {
			t.Errorf("the closing: %+v", closed)
		}
	})
}

func TestAnActingSessionEndsAfterOneHourHoweverMuchItIsUsed(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
		env.Clock.Advance(59 * time.Minute)
		wantVerdict(t, env, token, "")
		env.Clock.Advance(time.Minute)
		wantVerdict(t, env, token, authority.ReasonExpired)
	})
}

func TestWhoActsForSomebodyElseMayNeitherHandOverNorSignInNorApply(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			try    func() error
			reason string
		}{
			"hand over a member": {func() error { _, err := env.Authority.MintLoginToken(t.Context(), by, forMember); return err }, authority.ReasonActing},
			"act once more":      {func() error { _, err := env.Authority.MintLoginToken(t.Context(), by, asOwner); return err }, authority.ReasonActing},
			"apply": {func() error {
				_, err := env.Authority.Apply(t.Context(), by, authority.Directory{}, authority.ApplyOptions{})
				return err
			}, authority.ReasonActing},
			"open a session": {func() error {
				_, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Lifetime: hour})
				return err
			}, authority.ReasonNoPermission},
		} {
			events := eventsDuring(t, env, func() { wantFault(t, c.try(), fault.Denied, c.reason) })
			if len(events) != 1 || events[0].Outcome != audit.Denied || events[0].Actor != nora || events[0].ActingFor != ada {
				t.Errorf("%s: %+v", name, events)
			}
		}
	})
}

func TestAManagerWhoIsTheOwnerActsForNobodyElse(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		r := asOwner
		r.Account = "account:10"
		var redeemed authority.RedeemedLoginToken
		events := eventsDuring(t, env, func() { redeemed = mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), r)) })
		if s := redeemed.Session; s.Subject != nora || s.Actor != "" || s.ExpiresAt.Sub(s.OpenedAt) != 12*time.Hour {
			t.Errorf("%+v", s)
		}
		for _, e := range events {
			if e.Actor == "" || e.ActingFor != "" || e.Detail["acting"] != "" {
				t.Errorf("%+v", e)
			}
		}
		wantVerdict(t, env, redeemed.Token, "")
	})
}

func TestANewOwnerEndsWhatActedAsTheFormerOne(t *testing.T) {
	swapped := with(t,
		"{person: owner@acme.test, level: owner, primary: true, roles: [agent]}", "{person: owner@acme.test, level: user}",
		"{person: user@acme.test, level: user}", "{person: user@acme.test, level: owner}")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := chains["acting"].make(t, env)
		env.Apply(t, swapped)
		wantVerdict(t, env, before.session, authority.ReasonNoOwner)
		_, err := redeem(t, env, panel, before.toRedeem, "")
		wantSpent(t, err)
		if s := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Session; s.Subject != ben {
			t.Errorf("the next one acts as %s", s.Subject)
		}
	})
}

func TestOnlyManagerRolesThatMayActDo(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		node := *env
		node.Authority = authority.New(env.Store, env.Keys, nil, nil, authority.Options{ActingManagers: []string{"owner"}})
		before := chains["acting"].make(t, env)
		wantVerdict(t, &node, before.session, authority.ReasonOutside)
		_, err := env.Authority.MintLoginToken(t.Context(), as(t, env, integrator), asOwner)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside) // nor does an integrator
		err = env.Authority.RequireAnywhere(t.Context(), as(t, env, integrator), grant.ActAsOwner)
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		if err := env.Authority.RequireAnywhere(t.Context(), as(t, env, manager), grant.ActAsOwner); err != nil {
			t.Error(err)
		}
	})
}
