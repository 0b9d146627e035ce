package authority_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// makeEverything makes one of each kind of object by single acts.
func makeEverything(t testing.TB, env *testenv.Env, by authority.Actor) {
	t.Helper()
	a, ctx := env.Authority, t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const new = tenant.ID("organisation:NEW")
	create := func(r authority.TenantRequest) tenant.ID {
		made, err := a.CreateTenant(ctx, by, r)
		must(err)
		return made.ID
	}
	create(authority.TenantRequest{Kind: tenant.KindOrganisation, Key: "NEW", Parent: tenant.Installation})
	unit := create(authority.TenantRequest{Kind: tenant.KindUnit, Parent: new, Name: "Office"})
	_, err := a.CreateRole(ctx, by, new, "reader", []grant.Permission{"read"})
	must(err)
	owner, err := a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: new, Email: "owner@new.test", Username: "owner", Name: "Zoë"})
	must(err)
	member, err := a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: new, Email: "member@new.test", Name: "Max"})
	must(err)
	reseller := create(authority.TenantRequest{Kind: tenant.KindReseller, Parent: new, Name: "Below"})
	account := create(authority.TenantRequest{
		Kind: tenant.KindAccount, Parent: reseller, Name: "New", Owner: owner.ID, Portal: "https://new.test",
		Profile: authority.Profile{BusinessName: "New & Co: \"1\"", Whitelabel: map[string]any{"theme": "dark", "sizes": []any{1.5, nil, true}}},
	})
	for _, g := range []grant.Grant{
		{Principal: owner.ID, Tenant: reseller, Role: grant.ManagerAdmin, Inactive: true},
		{Principal: member.ID, Tenant: account, Role: grant.AccountFinance, Inactive: true, Primary: true},
		{Principal: member.ID, Tenant: account, Role: "NEW/reader"},
		{Principal: member.ID, Tenant: unit, Role: grant.UnitMember, Primary: true},
		{Principal: owner.ID, Tenant: tenant.Installation, Role: grant.Operator},
	} {
		give(t, env, by, g)
	}
	must(a.DeletePrincipal(ctx, by, member.ID, nil))
	_, err = a.CreateAudience(ctx, by, newAPI)
	must(err)
	suspended := authority.Suspended
	_, err = a.ChangeTenant(ctx, by, reseller, authority.TenantChange{Status: &suspended})
	must(err)
}

func TestWhatWasMadeAloneIsExportedAndAppliedUnchanged(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		_, before := exported(t, env)
		makeEverything(t, env, by)
		text, omitted := exported(t, env)
		if len(omitted) != len(before) {
			t.Errorf("left out: %v, before %v", omitted, before)
		}
		if r := env.Apply(t, text); r.Changes() != 0 || len(r.Left) != len(before) {
			t.Errorf("%+v\n%s", r, text)
		}
		for _, want := range []string{"Zoë", "https://new.test", "reader", "status: deleted", "Reports", "installation_role: operator"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	})
}

func TestAnApplyLeavesWhatWasMadeAlone(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		makeEverything(t, env, by)
		r := env.Apply(t, operatorsDirectory(t))
		if r.Changes() != 0 {
			t.Errorf("%+v", r)
		}
		name := "Renamed"
		if _, err := env.Authority.ChangeTenant(t.Context(), by, acme, authority.TenantChange{Name: &name}); err != nil {
			t.Fatal(err)
		}
		if r := env.Apply(t, operatorsDirectory(t)); r.Tenants.Updated != 1 {
			t.Errorf("what its entry says is as the file says: %+v", r)
		}
	})
}

func TestWhatNoFileCanSayIsNamedInTheExportAndLeftByAnApply(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		if _, err := a.CreateService(ctx, by, authority.ServiceRequest{Organisation: org, Name: "ERP"}); err != nil {
			t.Fatal(err)
		}
		inactive := authority.Inactive
		if _, err := a.ChangePrincipal(ctx, by, "service:ORG/integrator", authority.PrincipalChange{Status: &inactive}); err != nil {
			t.Fatal(err)
		}
		give(t, env, by, grant.Grant{Principal: "service:ORG/ERP", Tenant: acme, Role: grant.Integrator})
		give(t, env, by, grant.Grant{Principal: "service:ORG/ERP", Tenant: org, Role: grant.Operator})
		give(t, env, by, grant.Grant{Principal: "person:3", Tenant: "reseller:1", Role: grant.Operator})
		text, omitted := exported(t, env)
		var names []string
		for _, one := range omitted {
			names = append(names, one.Name)
		}
		for _, want := range []string{
			"service:ORG/ERP", "service:ORG/integrator", "person:3 installation.operator at reseller:1",
			"service:ORG/ERP installation.operator at organisation:ORG",
		} {
			if !slices.Contains(names, want) {
				t.Errorf("%q is not in %q", want, names)
			}
		}
		if r := env.Apply(t, text); r.Changes() != 0 {
			t.Errorf("%+v", r)
		}
	})
}
