package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// admit asks whether a GET may pass.
func admit(t testing.TB, env *testenv.Env, token secret.Text, p authority.Pass) (authority.Admission, error) {
	t.Helper()
	p.Token = token
	if p.Method == "" {
		p.Method = "GET"
	}
	return env.Authority.Admit(t.Context(), here, p)
}

var forOwner = authority.MintRequest{Account: acme, Email: "owner@acme.test", Audience: 1}

// atPortal and acting are sessions of Ada's at the portal's and the panel's audience, in the latter of which Nora acts.
func atPortal(t testing.TB, env *testenv.Env) secret.Text {
	t.Helper()
	return mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forOwner)).Token
}

func acting(t testing.TB, env *testenv.Env) secret.Text {
	t.Helper()
	return mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
}

func TestAGatewayAdmitsWhoASessionStandsForAndWhereItIsAbout(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		got, err := admit(t, env, atPortal(t, env), authority.Pass{Audience: 1, Account: acme, InAccount: true, Permissions: []grant.Permission{"readApplications"}})
		if err != nil || got.Subject.Principal.ID != ada || got.At.ID != acme || len(got.Permissions) != 2 || got.Session.Actor != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = admit(t, env, acting(t, env), authority.Pass{Audience: 3}); err != nil || got.Subject.Principal.ID != ada || got.Session.Actor != nora {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAGatewayRefusesASessionOfAnotherAudience(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	of := map[authority.AudienceID]secret.Text{
		0: open(t, env, clerk, authority.SessionRequest{Lifetime: hour}),
		1: atPortal(t, env), 3: acting(t, env),
	}
	for made, token := range of {
		for _, asked := range []authority.AudienceID{0, 1, 2, 3, 4} {
			_, err := admit(t, env, token, authority.Pass{Audience: asked})
			if made == asked && err != nil {
				t.Errorf("made for %d: %v", made, err)
			}
			if made != asked {
				wantFault(t, err, fault.Unauthenticated, authority.ReasonOtherAudience)
			}
		}
	}
}

func TestWhatAnActingSessionMayDoAtAGateway(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token, own := acting(t, env), atPortal(t, env)
		for _, c := range []struct {
			rule    authority.ActingRule
			method  string
			changes bool
			passes  bool
		}{
			{authority.ActingReads, "GET", false, true},
			{authority.ActingReads, "HEAD", false, true},
			{authority.ActingReads, "OPTIONS", false, true},
			{authority.ActingReads, "GET", true, false},
			{authority.ActingReads, "POST", false, false},
			{authority.ActingReads, "PUT", false, false},
			{authority.ActingReads, "DELETE", false, false},
			{authority.ActingReads, "PROPFIND", false, false},
			{authority.ActingReads, "get", false, false},
			{authority.ActingReads, "", false, false},
			{authority.ActingAllowed, "POST", true, true},
			{authority.ActingRefused, "GET", false, false},
		} {
			p := authority.Pass{Token: token, Audience: 3, Method: c.method, Acting: c.rule, Changes: c.changes}
			_, err := env.Authority.Admit(t.Context(), here, p)
			if c.passes && err != nil {
				t.Errorf("%+v: %v", c, err)
			}
			if !c.passes {
				wantFault(t, err, fault.Denied, authority.ReasonActing)
			}
			p.Token, p.Audience = own, 1
			if _, err := env.Authority.Admit(t.Context(), here, p); err != nil {
				t.Errorf("%+v, of who acts for nobody: %v", c, err)
			}
		}
	})
}

func TestARefusalAtAGatewayIsRecordedWithWhoActs(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := acting(t, env)
		events := eventsDuring(t, env, func() {
			_, err := admit(t, env, token, authority.Pass{Audience: 3, Method: "POST"})
			wantFault(t, err, fault.Denied, authority.ReasonActing)
		})
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if e.Act != audit.PassGateway || e.Outcome != audit.Denied || e.Reason != authority.ReasonActing || e.Actor != nora || e.ActingFor != ada || e.Tenant != acme || e.Audience != 3 {
			t.Errorf("%+v", e)
		}
	})
}

func TestTheAccountThatARequestIsAbout(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, with(t, "members: [{person: manager@north.test, level: owner}]",
		"members: [{person: manager@north.test, level: owner}, {person: owner@acme.test, level: user}]",
		"members: [{person: user@acme.test, level: owner}]", "members: [{person: user@acme.test, level: owner}, {person: owner@acme.test, level: user, status: inactive}]"))
	inAccount := atPortal(t, env)
	byPair := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
	inUnit := open(t, env, clerk, authority.SessionRequest{Lifetime: hour, InUnit: true})
	issued, err := env.Authority.IssueCredential(t.Context(), authority.CommandLine(here), authority.IssueRequest{Kind: authority.APIKey, Principal: ada, Name: "all"})
	if err != nil {
		t.Fatal(err)
	}
	anywhere := open(t, env, authority.ByKey(issued.Key), authority.SessionRequest{Lifetime: hour})
	issued, err = env.Authority.IssueCredential(t.Context(), authority.CommandLine(here), authority.IssueRequest{
		Kind: authority.APIKey, Principal: ada, Name: "below North-East", Restriction: authority.Restriction{Tenants: []tenant.ID{tenant.Reseller(2)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	below := open(t, env, authority.ByKey(issued.Key), authority.SessionRequest{Lifetime: hour})
	for _, c := range []struct {
		name     string
		token    secret.Text
		audience authority.AudienceID
		account  tenant.ID
		required bool
		at       tenant.ID
		reason   string
	}{
		{"the session's own", inAccount, 1, "", true, acme, ""},
		{"the session's own, named", inAccount, 1, acme, true, acme, ""},
		{"another of the same person's", inAccount, 1, "account:10", false, "", authority.ReasonOutside},
		{"the only one of a key", byPair, 0, "", true, acme, ""},
		{"another than the key's", byPair, 0, "account:10", false, "", authority.ReasonOutside},
		{"none named: the primary one", anywhere, 0, "", true, acme, ""},
		{"one of several", anywhere, 0, "account:10", true, "account:10", ""},
		{"where it is inactive", anywhere, 0, "account:99", false, "", authority.ReasonOutside},
		{"one that is not there", anywhere, 0, "account:98", false, "", authority.ReasonOutside},
		{"what is no account", anywhere, 0, "reseller:1", false, "", authority.ReasonOutside},
		{"within what a key is restricted to", below, 0, acme, true, acme, ""},
		{"outside of it", below, 0, "account:10", false, "", authority.ReasonOutside},
		{"in no account", inUnit, 0, "", false, "", ""},
		{"in no account, which is required", inUnit, 0, "", true, "", authority.ReasonOutside},
		{"in no account, others'", inUnit, 0, acme, false, "", authority.ReasonOutside},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := admit(t, env, c.token, authority.Pass{Audience: c.audience, Account: c.account, InAccount: c.required})
			if c.reason != "" {
				wantFault(t, err, fault.Denied, c.reason)
				return
			}
			if err != nil || got.At.ID != c.at {
				t.Errorf("at %q, %v", got.At.ID, err)
			}
		})
	}
}

func TestAPermissionIsDemandedWhereTheRequestIsAbout(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	byPair := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
	full, ben := atPortal(t, env), mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token
	for _, c := range []struct {
		name     string
		token    secret.Text
		audience authority.AudienceID
		wanted   []grant.Permission
		passes   bool
	}{
		{"of the role", full, 1, []grant.Permission{"writeApplications"}, true},
		{"all of them", full, 1, []grant.Permission{"readApplications", "writeApplications"}, true},
		{"one of two", full, 1, []grant.Permission{"readApplications", "deleteApplications"}, false},
		{"of nobody", full, 1, []grant.Permission{"deleteApplications"}, false},
		{"of no role", ben, 1, []grant.Permission{"readApplications"}, false},
		{"of the key", byPair, 0, []grant.Permission{"readApplications"}, true},
		{"of the role, not of the key", byPair, 0, []grant.Permission{"writeApplications"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := admit(t, env, c.token, authority.Pass{Audience: c.audience, Permissions: c.wanted})
			if c.passes && err != nil {
				t.Error(err)
			}
			if !c.passes {
				wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
			}
		})
	}
}

func TestWhatPassesAGatewayIsUsed(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := atPortal(t, env) // ends an hour after its last use
		for range 3 {
			env.Clock.Advance(45 * time.Minute)
			if _, err := admit(t, env, token, authority.Pass{Audience: 1}); err != nil {
				t.Fatal(err)
			}
		}
		env.Clock.Advance(45 * time.Minute)
		_, err := admit(t, env, token, authority.Pass{Audience: 2})
		wantFault(t, err, fault.Unauthenticated, authority.ReasonOtherAudience)
		env.Clock.Advance(15 * time.Minute)
		_, err = admit(t, env, token, authority.Pass{Audience: 1})
		wantFault(t, err, fault.Unauthenticated, authority.ReasonIdle)
	})
}

func TestUnknownTokensAtAGatewayAreCountedUnlessABrowserKeptThem(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	unknown := func(kept bool) error {
		_, err := admit(t, env, env.Keys.MintSession(secret.ShapeNative, env.Clock.Now()).Text, authority.Pass{Audience: 1, Kept: kept})
		return err
	}
	for range 700 {
		wantFault(t, unknown(true), fault.Unauthenticated, authority.ReasonUnknown)
	}
	for range 700 {
		if fault.KindOf(unknown(false)) == fault.TooMany {
			return
		}
	}
	t.Error("nobody counts")
}

func TestAKeysNetworksBindItsSessionsAtAGateway(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, with(t, "key: pair-key,", "key: pair-key, networks: [192.0.2.0/24],"))
	p := authority.Pass{Token: open(t, env, pair, authority.SessionRequest{Lifetime: hour}), Method: "GET"}
	if _, err := env.Authority.Admit(t.Context(), here, p); err != nil {
		t.Error(err)
	}
	_, err := env.Authority.Admit(t.Context(), from("198.51.100.1"), p)
	wantFault(t, err, fault.Unauthenticated, authority.ReasonNetwork)
}
