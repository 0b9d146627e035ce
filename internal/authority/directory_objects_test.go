package authority_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

func TestATenantIsOnlyWhereADirectoryWouldHaveIt(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		for kind, parents := range map[tenant.Kind][]tenant.ID{
			tenant.KindOrganisation: {org, "reseller:1", acme},
			tenant.KindReseller:     {tenant.Installation, acme, "unit:EE63A82C4FEBE02FF34E90DD1EBA5ABE"},
			tenant.KindAccount:      {tenant.Installation, org, acme},
			tenant.KindUnit:         {tenant.Installation, "reseller:1", acme},
		} {
			for _, parent := range parents {
				r := authority.TenantRequest{Kind: kind, Parent: parent, Name: "New"}
				switch kind {
				case tenant.KindOrganisation:
					r.Key = "New"
				case tenant.KindAccount:
					r.Owner = "person:3"
				}
				_, err := env.Authority.CreateTenant(t.Context(), by, r)
				wantFault(t, err, fault.Unmet, authority.ReasonNotThere)
			}
		}
	})
}

func TestATenantIsMovedWithinItsOrganisationAndNeverBelowItselfOrTooDeep(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		move := func(what, to tenant.ID) error {
			_, err := a.ChangeTenant(ctx, by, what, authority.TenantChange{Parent: &to})
			return err
		}
		if _, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindOrganisation, Key: "OTHER", Parent: tenant.Installation}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ what, to tenant.ID }{
			{"reseller:1", "reseller:2"}, {"reseller:2", "reseller:2"}, {"reseller:2", "organisation:OTHER"}, {acme, org}, {tenant.Installation, org},
		} {
			wantFault(t, move(c.what, c.to), fault.Unmet, authority.ReasonNotThere)
		}
		above := tenant.ID("reseller:77")
		for depth := 3; depth < tenant.MaxDepth; depth++ { // so that there is room for one more level
			made, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: above, Name: "Deep"})
			if err != nil {
				t.Fatal(err)
			}
			above = made.ID
		}
		wantFault(t, move("reseller:2", above), fault.Unmet, authority.ReasonNotThere) // with its account it is two levels
		if err := move("reseller:2", "reseller:77"); err != nil {
			t.Error(err)
		}
		if r := env.Apply(t, operatorsDirectory(t)); r.Tenants.Updated != 1 {
			t.Errorf("the file moves it back: %+v", r.Tenants)
		}
	})
}

func TestAMoveCountsAtOnce(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		of := as(t, env, manager)
		if _, err := env.Authority.Tenant(t.Context(), of, acme); err != nil {
			t.Fatal(err)
		}
		south := tenant.ID("reseller:77")
		if _, err := env.Authority.ChangeTenant(t.Context(), by, acme, authority.TenantChange{Parent: &south}); err != nil {
			t.Fatal(err)
		}
		_, err := env.Authority.Tenant(t.Context(), of, acme)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		_, err = env.Authority.MintLoginToken(t.Context(), of, asOwner)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
	})
}

func TestANameThatIsTakenIsRefusedAndTheTryRecorded(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		email, username := "OWNER@acme.test", "clerk"
		a, ctx := env.Authority, t.Context()
		if _, err := a.ChangePrincipal(ctx, by, "person:7", authority.PrincipalChange{Username: &username}); err != nil {
			t.Fatal(err)
		}
		portal, upper := "https://ACME.test", "CLERK"
		for name, try := range map[string]func() error{
			"e-mail of another": func() error {
				_, err := a.ChangePrincipal(ctx, by, "person:7", authority.PrincipalChange{Email: &email})
				return err
			},
			"user name of another": func() error {
				_, err := a.ChangePrincipal(ctx, by, "person:3", authority.PrincipalChange{Username: &upper})
				return err
			},
			"portal of another": func() error {
				_, err := a.ChangeTenant(ctx, by, "account:99", authority.TenantChange{Portal: &portal})
				return err
			},
			"number of another": func() error {
				_, err := a.CreatePerson(ctx, by, authority.PersonRequest{Number: 3, Organisation: org, Email: "x@org.test", Name: "X"})
				return err
			},
		} {
			var err error
			events := eventsDuring(t, env, func() { err = try() })
			wantFault(t, err, fault.Conflict, authority.ReasonTaken)
			if len(events) != 1 || events[0].Outcome != audit.Denied || events[0].Reason != authority.ReasonTaken {
				t.Errorf("%s: %+v", name, events)
			}
		}
	})
}

func TestWhatNoDirectoryCouldSayIsMalformed(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, operatorsDirectory(t))
	by, a, ctx := as(t, env, clerk), env.Authority, t.Context()
	long := strings.Repeat("x", 255)
	deep := map[string]any{}
	for range 20 {
		deep = map[string]any{"a": deep}
	}
	many := make([]any, 2000)
	for name, err := range map[string]error{
		"no name":             errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: org})),
		"long name":           errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: org, Name: long})),
		"direction":           errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: org, Name: "a\u202eb"})),
		"unknown kind":        errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: "realm", Parent: org, Name: "x"})),
		"the installation":    errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindInstallation, Parent: org, Name: "x"})),
		"slash":               errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindOrganisation, Parent: tenant.Installation, Key: "A/B"})),
		"reserved":            errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindOrganisation, Parent: tenant.Installation, Key: "doorward"})),
		"number":              errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: org, Name: "x", Key: "007"})),
		"unit":                errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindUnit, Parent: org, Name: "x", Key: "12"})),
		"no owner":            errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindAccount, Parent: "reseller:1", Name: "x"})),
		"owner of a reseller": errOf(a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: org, Name: "x", Owner: "person:3"})),
		"portal":              errOf(a.ChangeTenant(ctx, by, acme, authority.TenantChange{Portal: ptr("http://a.test/?x")})),
		"reseller's portal":   errOf(a.ChangeTenant(ctx, by, "reseller:1", authority.TenantChange{Portal: ptr("http://a.test")})),
		"organisation's name": errOf(a.ChangeTenant(ctx, by, org, authority.TenantChange{Name: ptr("Other")})),
		"deep whitelabel":     errOf(a.ChangeTenant(ctx, by, acme, authority.TenantChange{Profile: &authority.Profile{Whitelabel: deep}})),
		"wide whitelabel":     errOf(a.ChangeTenant(ctx, by, acme, authority.TenantChange{Profile: &authority.Profile{Whitelabel: map[string]any{"a": many}}})),
		"tenant's status":     errOf(a.ChangeTenant(ctx, by, acme, authority.TenantChange{Status: ptr(authority.Deleted)})),
		"no e-mail":           errOf(a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Name: "x"})),
		"bad e-mail":          errOf(a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Name: "x", Email: "a@b@c"})),
		"user name":           errOf(a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Name: "x", Email: "a@b", Username: "a@b"})),
		"person's number":     errOf(a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Name: "x", Email: "a@b", Number: -1})),
		"service's name":      errOf(a.ChangePrincipal(ctx, by, "service:ORG/integrator", authority.PrincipalChange{Name: ptr("x")})),
		"person's status":     errOf(a.ChangePrincipal(ctx, by, "person:3", authority.PrincipalChange{Status: ptr(authority.Suspended)})),
		"own permission":      errOf(a.CreateRole(ctx, by, org, "x", []grant.Permission{grant.ManageDirectory})),
		"no permission":       errOf(a.CreateRole(ctx, by, org, "x", nil)),
		"permission twice":    errOf(a.ChangeRole(ctx, by, "ORG/agent", []grant.Permission{"a", "a"}, nil)),
		"audience's kind":     errOf(a.ChangeAudience(ctx, by, 2, nil, func(a *authority.Audience) { a.Kind = "x" })),
		"portal without url":  errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.URL = "" })),
		"placeholder":         errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.URL = "{portal}/{token}/{secret}" })),
		"home with token":     errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.Home = "{portal}/{token}" })),
		"lifetime":            errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.Lifetime.Max *= 100 })),
		"resource":            errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.Resource = "/orders#x" })),
		"algorithm":           errOf(a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.Access.Algorithm = "none" })),
	} {
		if fault.KindOf(err) != fault.Malformed || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

func ptr[T any](v T) *T { return &v }

func TestAnAccountHasOneOwnerAndAMemberOneLevel(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		owner := authority.GrantKey{Principal: "person:3", Tenant: acme, Role: grant.AccountOwner}
		wantFault(t, a.TakeGrant(ctx, by, owner, nil), fault.Conflict, authority.ReasonOneOwner)
		_, err := a.GiveGrant(ctx, by, grant.Grant{Principal: "person:3", Tenant: acme, Role: grant.AccountUser})
		wantFault(t, err, fault.Conflict, authority.ReasonOneOwner)
		give(t, env, by, grant.Grant{Principal: "person:4", Tenant: acme, Role: grant.AccountOwner, Primary: true})
		give(t, env, by, grant.Grant{Principal: "person:3", Tenant: acme, Role: grant.AccountAdmin})
		if got, want := grantsAt(t, env, acme), "person:3 ORG/agent, person:3 account.admin, person:4 account.owner primary, service:ORG/integrator service.integrator"; got != want {
			t.Errorf("%s\n%s", got, want)
		}
		if err := a.TakeGrant(ctx, by, authority.GrantKey{Principal: "person:3", Tenant: acme, Role: grant.AccountAdmin}, nil); err != nil {
			t.Error(err)
		}
		give(t, env, by, grant.Grant{Principal: "person:4", Tenant: "account:10", Role: grant.AccountUser, Primary: true})
		if got, want := grantsAt(t, env, acme), "person:4 account.owner, service:ORG/integrator service.integrator"; got != want {
			t.Errorf("%s\n%s", got, want)
		}
	})
}

// TestAPrimaryAccountIsChosenByAnOperatorOfAllThatThePersonIsIn holds promise G8: of two primary accounts one ends to be it.
func TestAPrimaryAccountIsChosenByAnOperatorOfAllThatThePersonIsIn(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		a, ctx, yes := env.Authority, t.Context(), true
		inNorth := authority.GrantKey{Principal: "person:4", Tenant: acme, Role: grant.AccountUser}
		inSouth := authority.GrantKey{Principal: "person:4", Tenant: "account:99", Role: grant.AccountOwner}
		if _, err := a.ChangeGrant(ctx, operatorAtTheMachine, inNorth, authority.GrantChange{Primary: &yes}); err != nil {
			t.Fatal(err)
		}
		south := operatorOf(t, env, clerk, "reseller:77")
		_, err := a.ChangeGrant(ctx, south, inSouth, authority.GrantChange{Primary: &yes})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		if got, want := grantsAt(t, env, acme), "person:3 ORG/agent, person:3 account.owner primary, person:4 account.user primary, service:ORG/integrator service.integrator"; got != want {
			t.Errorf("%s\n%s", got, want)
		}
		if _, err := a.ChangeGrant(ctx, operatorOf(t, env, manager, org), inSouth, authority.GrantChange{Primary: &yes}); err != nil {
			t.Errorf("an operator of both: %v", err)
		}
	})
}

func grantsAt(t testing.TB, env *testenv.Env, at tenant.ID) string {
	t.Helper()
	page, _, _, err := env.Authority.ListGrants(t.Context(), operatorAtTheMachine, authority.GrantFilter{Tenant: at}, authority.GrantKey{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, g := range page {
		line := string(g.Principal) + " " + string(g.Role)
		if g.Primary {
			line += " primary"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func TestAGrantIsOnlyWhatADirectoryWouldHave(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, operatorsDirectory(t))
	by, a := as(t, env, clerk), env.Authority
	if _, err := a.CreateTenant(t.Context(), by, authority.TenantRequest{Kind: tenant.KindOrganisation, Key: "OTHER", Parent: tenant.Installation}); err != nil {
		t.Fatal(err)
	}
	stranger, err := a.CreatePerson(t.Context(), by, authority.PersonRequest{Organisation: "organisation:OTHER", Email: "s@other.test", Name: "S"})
	if err != nil {
		t.Fatal(err)
	}
	const unit = "unit:EE63A82C4FEBE02FF34E90DD1EBA5ABE"
	for _, g := range []grant.Grant{
		{Principal: "person:3", Tenant: acme, Role: grant.Operator},
		{Principal: "person:3", Tenant: acme, Role: grant.ManagerAdmin},
		{Principal: "person:3", Tenant: "reseller:1", Role: grant.AccountAdmin},
		{Principal: "person:3", Tenant: acme, Role: grant.Integrator},
		{Principal: "person:3", Tenant: tenant.Installation, Role: grant.RelyingModule},
		{Principal: "person:3", Tenant: acme, Role: "account.emperor"},
		{Principal: "person:3", Tenant: unit, Role: grant.AccountUser},
		{Principal: "person:3", Tenant: unit, Role: grant.UnitMember, Inactive: true},
		{Principal: "person:3", Tenant: "reseller:1", Role: grant.ManagerAdmin, Primary: true},
		{Principal: "service:ORG/integrator", Tenant: acme, Role: grant.AccountUser},
		{Principal: "person:7", Tenant: acme, Role: "ORG/agent"},
		{Principal: stranger.ID, Tenant: acme, Role: grant.AccountUser},
		{Principal: stranger.ID, Tenant: org, Role: grant.Operator},
	} {
		_, err := a.GiveGrant(t.Context(), by, g)
		wantFault(t, err, fault.Unmet, authority.ReasonNotThere)
	}
}

func TestARoleThatSomebodyHasStays(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		wantFault(t, a.DeleteRole(ctx, by, "ORG/agent", nil), fault.Conflict, authority.ReasonInUse)
		_, err := a.ChangeRole(ctx, by, grant.AccountOwner, []grant.Permission{"x"}, nil)
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		if err := a.TakeGrant(ctx, by, authority.GrantKey{Principal: "person:3", Tenant: acme, Role: "ORG/agent"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := a.DeleteRole(ctx, by, "ORG/agent", nil); err != nil {
			t.Error(err)
		}
		_, err = a.ReadRole(ctx, by, "ORG/agent")
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
	})
}

func TestAnAudienceThatWasCreatedRedeemsWithAnIssuedKey(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		made, err := env.Authority.CreateAudience(t.Context(), by, authority.Audience{
			Name: "New portal", Kind: authority.Portal, URL: "{portal}/in?token={token}", Lifetime: newAPI.Lifetime,
		})
		if err != nil {
			t.Fatal(err)
		}
		service := grant.Service("audience/" + made.ID.String())
		issued, err := env.Authority.IssueCredential(t.Context(), by, authority.IssueRequest{Kind: authority.APIKey, Principal: service, Name: "back end"})
		if err != nil || issued.Credential.Audience != made.ID {
			t.Fatalf("of audience %d: %v", issued.Credential.Audience, err)
		}
		r := forMember
		r.Audience = made.ID
		mustRedeem(t, env, authority.ByKey(issued.Key), mint(t, env, as(t, env, integrator), r))
	})
}

func TestListsHaveTheSubtreePageByPage(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		var seen []tenant.ID
		for after := tenant.ID(""); ; {
			page, err := a.ListTenants(ctx, as(t, env, manager), authority.TenantFilter{Below: "reseller:1"}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range page {
				seen = append(seen, one.ID)
			}
			if len(page) < 2 {
				break
			}
			after = page[1].ID
		}
		if got := fmt.Sprint(seen); got != "[account:10 account:1200 reseller:2]" {
			t.Error(got)
		}
		people, err := a.ListPrincipals(ctx, by, authority.PrincipalFilter{Organisation: org}, "person:3", 2)
		if err != nil || len(people) != 2 || people[0].ID != "person:4" || people[1].ID != "person:5" {
			t.Errorf("%v %v", people, err)
		}
		roles, err := a.ListRoles(ctx, by, org, "", 3)
		if err != nil || len(roles) != 3 || roles[0].ID != "ORG/agent" || roles[1].ID != grant.AccountAdmin {
			t.Errorf("%v %v", roles, err)
		}
		audiences, err := a.ListAudiences(ctx, by, 1, 1)
		if err != nil || len(audiences) != 1 || audiences[0].ID != 2 {
			t.Errorf("%v %v", audiences, err)
		}
		_, err = a.ListPrincipals(ctx, as(t, env, manager), authority.PrincipalFilter{Organisation: org}, "", 1)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
	})
}
