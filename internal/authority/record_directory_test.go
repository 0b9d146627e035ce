package authority_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// singleActs are the acts on single objects of the directory, each on an object of its own, so that they can be tried in any order.
func singleActs(t testing.TB, env *testenv.Env) map[string]act {
	t.Helper()
	ctx, a := t.Context(), env.Authority
	must := func(_ any, err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	renamed, inactive := "Renamed", true
	changed, deleted := person(t, env, operator, "changed@org.test"), person(t, env, operator, "deleted@org.test")
	given, taken := person(t, env, operator, "given@org.test"), person(t, env, operator, "taken@org.test")
	changing := userOf(person(t, env, operator, "changing@org.test"))
	give(t, env, operator, grant.Grant{Principal: taken.ID, Tenant: acme, Role: grant.AccountUser})
	give(t, env, operator, grant.Grant{Principal: changing.Principal, Tenant: acme, Role: grant.AccountUser})
	must(a.CreateTenant(ctx, operator, authority.TenantRequest{Kind: tenant.KindReseller, Key: "500", Parent: "reseller:1", Name: "Own"}))
	must(a.CreateRole(ctx, operator, org, "changed", []grant.Permission{"read"}))
	must(a.CreateRole(ctx, operator, org, "deleted", []grant.Permission{"read"}))

	undone := directoryStays(t, env)
	tried := map[string]act{}
	for name, call := range map[string]func(a *authority.Authority) error{
		"CreateTenant": func(a *authority.Authority) error {
			_, err := a.CreateTenant(ctx, operator, authority.TenantRequest{Kind: tenant.KindReseller, Key: "501", Parent: "reseller:1", Name: "New"})
			return err
		},
		"ChangeTenant": func(a *authority.Authority) error {
			_, err := a.ChangeTenant(ctx, operator, "reseller:500", authority.TenantChange{Name: &renamed})
			return err
		},
		"CreatePerson": func(a *authority.Authority) error {
			_, err := a.CreatePerson(ctx, operator, authority.PersonRequest{Organisation: org, Email: "created@org.test", Name: "New"})
			return err
		},
		"CreateService": func(a *authority.Authority) error {
			_, err := a.CreateService(ctx, operator, authority.ServiceRequest{Organisation: org, Name: "created"})
			return err
		},
		"ChangePrincipal": func(a *authority.Authority) error {
			_, err := a.ChangePrincipal(ctx, operator, changed.ID, authority.PrincipalChange{Name: &renamed})
			return err
		},
		"DeletePrincipal": func(a *authority.Authority) error { return a.DeletePrincipal(ctx, operator, deleted.ID, nil) },
		"CreateRole": func(a *authority.Authority) error {
			_, err := a.CreateRole(ctx, operator, org, "created", []grant.Permission{"read"})
			return err
		},
		"ChangeRole": func(a *authority.Authority) error {
			_, err := a.ChangeRole(ctx, operator, "ORG/changed", []grant.Permission{"read", "write"}, nil)
			return err
		},
		"DeleteRole": func(a *authority.Authority) error { return a.DeleteRole(ctx, operator, "ORG/deleted", nil) },
		"GiveGrant": func(a *authority.Authority) error {
			_, err := a.GiveGrant(ctx, operator, grant.Grant{Principal: given.ID, Tenant: acme, Role: grant.AccountUser})
			return err
		},
		"ChangeGrant": func(a *authority.Authority) error {
			_, err := a.ChangeGrant(ctx, operator, changing, authority.GrantChange{Inactive: &inactive})
			return err
		},
		"TakeGrant": func(a *authority.Authority) error { return a.TakeGrant(ctx, operator, userOf(taken), nil) },
		"CreateAudience": func(a *authority.Authority) error {
			_, err := a.CreateAudience(ctx, operator, newAPI)
			return err
		},
		"ChangeAudience": func(a *authority.Authority) error {
			_, err := a.ChangeAudience(ctx, operator, 3, nil, func(one *authority.Audience) { one.Name = renamed })
			return err
		},
	} {
		tried[name] = act{func(a *authority.Authority) (secret.Text, error) { return secret.Text{}, call(a) }, undone}
	}
	tried["CancelLoginToken"], tried["RevokeSession"] = cancelling(t, env), revoking(t, env)
	return tried
}

func userOf(p authority.Principal) authority.GrantKey {
	return authority.GrantKey{Principal: p.ID, Tenant: acme, Role: grant.AccountUser}
}

func cancelling(t testing.TB, env *testenv.Env) act {
	token := mint(t, env, as(t, env, integrator), forMember)
	presented, _ := env.Keys.ParseLoginToken(token)
	return act{func(a *authority.Authority) (secret.Text, error) {
		_, err := a.CancelLoginToken(t.Context(), operator, authority.LoginTokenID(presented.ID))
		return secret.Text{}, err
	}, func(t testing.TB) { mustRedeem(t, env, portal, token) }}
}

func revoking(t testing.TB, env *testenv.Env) act {
	session, _ := signedIn(t, env, pair)
	presented, _ := env.Keys.ParseSession(session)
	return act{func(a *authority.Authority) (secret.Text, error) {
		_, err := a.RevokeSession(t.Context(), operator, authority.SessionID(presented.ID))
		return secret.Text{}, err
	}, func(t testing.TB) { wantVerdict(t, env, session, "") }}
}

// directoryStays demands later that the directory is what it is now.
func directoryStays(t testing.TB, env *testenv.Env) func(t testing.TB) {
	t.Helper()
	before := directoryNow(t, env)
	return func(t testing.TB) {
		t.Helper()
		now := directoryNow(t, env)
		if diff := cmp.Diff(before.Tenants, now.Tenants) + cmp.Diff(before.People, now.People) + cmp.Diff(before.Services, now.Services) +
			cmp.Diff(before.Roles, now.Roles) + cmp.Diff(before.Grants, now.Grants) + cmp.Diff(before.Audiences, now.Audiences); diff != "" {
			t.Errorf("the directory has changed: %s", diff)
		}
	}
}

func directoryNow(t testing.TB, env *testenv.Env) authority.Directory {
	t.Helper()
	d, _, err := env.Authority.Export(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
