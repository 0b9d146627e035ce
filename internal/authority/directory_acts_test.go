package authority_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const org = tenant.ID("organisation:ORG")

var (
	userOfACME = authority.GrantKey{Principal: "person:4", Tenant: acme, Role: grant.AccountUser}
	newAPI     = authority.Audience{
		Name: "Reports", Kind: authority.API,
		Lifetime: authority.LifetimeRange{Default: 30 * time.Second, Min: 5 * time.Second, Max: time.Minute},
	}
)

// operatorsDirectory is the core directory with an operator of the whole installation, who has a key.
func operatorsDirectory(t testing.TB) string {
	return with(t, "{id: 7, email: clerk@org.test, name: Mary,", "{id: 7, installation_role: operator, email: clerk@org.test, name: Mary,")
}

// eachOperator runs test on every engine with the operator of the installation.
func eachOperator(t *testing.T, test func(t *testing.T, env *testenv.Env, by authority.Actor)) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, operatorsDirectory(t))
		test(t, env, as(t, env, clerk))
	})
}

// operatorOf makes somebody an operator of a part of the installation.
func operatorOf(t testing.TB, env *testenv.Env, who authority.Proof, at tenant.ID) authority.Actor {
	t.Helper()
	_, err := env.Authority.GiveGrant(t.Context(), operatorAtTheMachine, grant.Grant{Principal: as(t, env, who).Principal().ID, Tenant: at, Role: grant.Operator})
	if err != nil {
		t.Fatal(err)
	}
	return as(t, env, who)
}

func person(t testing.TB, env *testenv.Env, by authority.Actor, email string) authority.Principal {
	t.Helper()
	p, err := env.Authority.CreatePerson(t.Context(), by, authority.PersonRequest{Organisation: org, Email: email, Name: "New"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func give(t testing.TB, env *testenv.Env, by authority.Actor, g grant.Grant) {
	t.Helper()
	if _, err := env.Authority.GiveGrant(t.Context(), by, g); err != nil {
		t.Fatal(err)
	}
}

func TestEachActOnTheDirectoryIsRecordedAndPublished(t *testing.T) {
	name := "Renamed"
	inactive := true
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		ben := person(t, env, by, "new@org.test")
		give(t, env, by, grant.Grant{Principal: ben.ID, Tenant: acme, Role: grant.AccountUser})
		for _, c := range []struct {
			name   string
			do     func(ctx context.Context, a *authority.Authority) error
			events []string
			feed   []string
		}{
			{"create a reseller", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Key: "9", Parent: "reseller:1", Name: "New"})
				return err
			}, []string{"tenant.put reseller:9 created"}, nil},
			{"create an account", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindAccount, Key: "9", Parent: "reseller:9", Name: "New", Owner: ben.ID})
				return err
			}, []string{"grant.put " + string(ben.ID) + " account:9 created account.owner", "tenant.put account:9 created"}, []string{"principal " + string(ben.ID)}},
			{"rename a tenant", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeTenant(ctx, by, acme, authority.TenantChange{Name: &name})
				return err
			}, []string{"tenant.put account:1200 updated name"}, []string{"tenant account:1200"}},
			{"rename it to the same", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeTenant(ctx, by, acme, authority.TenantChange{Name: &name})
				return err
			}, nil, nil},
			{"rename a person", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangePrincipal(ctx, by, "person:4", authority.PrincipalChange{Name: &name})
				return err
			}, []string{"principal.put person:4 organisation:ORG updated name"}, []string{"principal person:4"}},
			{"delete a person", func(ctx context.Context, a *authority.Authority) error {
				return a.DeletePrincipal(ctx, by, "person:4", nil)
			}, []string{"principal.put person:4 organisation:ORG updated status deleted"}, []string{"principal person:4"}},
			{"create a service", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.CreateService(ctx, by, authority.ServiceRequest{Organisation: org, Name: "ERP"})
				return err
			}, []string{"principal.put service:ORG/ERP organisation:ORG created"}, nil},
			{"create a role", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.CreateRole(ctx, by, org, "reader", []grant.Permission{"read"})
				return err
			}, []string{"role.put organisation:ORG created ORG/reader"}, nil},
			{"change a role", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeRole(ctx, by, "ORG/reader", []grant.Permission{"read", "write"}, nil)
				return err
			}, []string{"role.put organisation:ORG updated ORG/reader"}, []string{"role ORG/reader"}},
			{"delete a role", func(ctx context.Context, a *authority.Authority) error {
				return a.DeleteRole(ctx, by, "ORG/reader", nil)
			}, []string{"role.drop organisation:ORG deleted ORG/reader"}, []string{"role ORG/reader"}},
			{"change a grant", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeGrant(ctx, by, authority.GrantKey{Principal: "person:3", Tenant: acme, Role: grant.AccountOwner}, authority.GrantChange{Inactive: &inactive})
				return err
			}, []string{
				"grant.put person:3 account:1200 updated ORG/agent inactive", "grant.put person:3 account:1200 updated account.owner inactive",
			}, []string{"principal person:3", "principal person:3"}},
			{"take a grant", func(ctx context.Context, a *authority.Authority) error {
				return a.TakeGrant(ctx, by, authority.GrantKey{Principal: ben.ID, Tenant: acme, Role: grant.AccountUser}, nil)
			}, []string{"grant.drop " + string(ben.ID) + " account:1200 dropped account.user"}, []string{"principal " + string(ben.ID)}},
			{"change an audience", func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeAudience(ctx, by, 2, nil, func(a *authority.Audience) { a.Name = "API" })
				return err
			}, []string{"audience.put updated"}, []string{"audience 2"}},
		} {
			before := recorded(t, env)
			if err := c.do(t.Context(), env.Authority); err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			got := recorded(t, env).since(before)
			if strings.Join(got.events, "|") != strings.Join(c.events, "|") || strings.Join(got.feed, "|") != strings.Join(c.feed, "|") {
				t.Errorf("%s: events %q, feed %q", c.name, got.events, got.feed)
			}
		}
	})
}

// directoryActs are the acts within the organisation, each refused by what it is refused for.
func directoryActs(ctx context.Context, a *authority.Authority, by authority.Actor) map[string]error {
	acts := map[string]error{}
	for name, d := range directoryDoors {
		switch d.act {
		case audit.ReadDirectory, audit.PutAudience:
		default:
			acts[name] = d.call(ctx, a, by)
		}
	}
	return acts
}

func TestWhatIsOutsideIsAsWhatDoesNotExistForEveryActOnTheDirectory(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, by := range []authority.Actor{as(t, env, integrator), as(t, env, pair), operatorOf(t, env, clerk, "reseller:77")} {
			for name, err := range directoryActs(t.Context(), env.Authority, by) {
				wantFault(t, err, fault.NotFound, authority.ReasonOutside)
				if err != nil && !strings.Contains(err.Error(), "There is no such ") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

func TestWhoOnlyReadsTheDirectoryChangesNothing(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, manager) // of reseller 1
		a, ctx := env.Authority, t.Context()
		_, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: "reseller:1", Name: "New"})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		_, err = a.ChangeTenant(ctx, by, acme, authority.TenantChange{})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		_, err = a.GiveGrant(ctx, by, grant.Grant{Principal: "person:3", Tenant: "reseller:1", Role: grant.ManagerAdmin})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		wantFault(t, a.TakeGrant(ctx, by, userOfACME, nil), fault.Denied, authority.ReasonNoPermission)
		_, err = a.CreateAudience(ctx, by, newAPI)
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
	})
}

func TestWhoActsForSomebodyElseChangesNothingOfTheDirectory(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, coreDirectory)
		give(t, env, operatorAtTheMachine, grant.Grant{Principal: "person:3", Tenant: org, Role: grant.Operator}) // whom the manager acts as
		acting := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, acting)
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range directoryDoors {
			if d.act == audit.ReadDirectory {
				continue
			}
			if err := d.call(t.Context(), env.Authority, by); fault.KindOf(err) != fault.Denied || fault.ReasonOf(err) != authority.ReasonActing {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestARestrictedCredentialChangesNoMoreThanItReaches(t *testing.T) {
	text := strings.Replace(operatorsDirectory(t), "{name: clerk, key: key-of-the-clerk, person: clerk@org.test}",
		"{name: clerk, key: key-of-the-clerk, person: clerk@org.test, permissions: [directory.manage, directory.read]}", 1)
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by, a, ctx := as(t, env, clerk), env.Authority, t.Context()
		give(t, env, by, grant.Grant{Principal: "person:3", Tenant: "account:10", Role: grant.AccountUser})
		_, err := a.GiveGrant(ctx, by, grant.Grant{Principal: "person:3", Tenant: org, Role: grant.Operator})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		_, err = a.GiveGrant(ctx, by, grant.Grant{Principal: "person:3", Tenant: "reseller:1", Role: grant.ManagerAdmin}) // who manages credentials
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		give(t, env, by, grant.Grant{Principal: "person:3", Tenant: "reseller:1", Role: grant.ManagerSales})
	})
}

// TestWhoWasHandedOverManagesNothing holds that an operator's session is no operator's in the hands of the audience that the
// operator was handed over to.
func TestWhoWasHandedOverManagesNothing(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		a, ctx := env.Authority, t.Context()
		give(t, env, operatorAtTheMachine, grant.Grant{Principal: "person:4", Tenant: "reseller:2", Role: grant.Operator})
		handed := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token
		by, _, err := a.AuthenticateSession(ctx, here, handed)
		if err != nil {
			t.Fatal(err)
		}
		url := "https://elsewhere.test"
		_, err = a.ChangeTenant(ctx, by, acme, authority.TenantChange{Portal: &url})
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		_, err = a.RevokeSessions(ctx, by, authority.SessionFilter{Tenant: acme})
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		for _, p := range grant.Own {
			if by.MayAnywhere(p) {
				t.Errorf("it has %s", p)
			}
		}
		if v, err := a.VerifySession(ctx, here, handed); err != nil || !v.Valid() {
			t.Errorf("the session itself: %s, %v", v.Reason, err)
		}
	})
}

func TestAnOperatorOfAPartManagesThatPartOnly(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by, a, ctx := operatorOf(t, env, manager, org), env.Authority, t.Context()
		ann := person(t, env, by, "ann@org.test")
		give(t, env, by, grant.Grant{Principal: ann.ID, Tenant: org, Role: grant.Operator})
		_, err := a.GiveGrant(ctx, by, grant.Grant{Principal: ann.ID, Tenant: tenant.Installation, Role: grant.Operator})
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		_, err = a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindOrganisation, Key: "NEW", Parent: tenant.Installation})
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		_, err = a.ListTenants(ctx, by, authority.TenantFilter{}, "", 10)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		give(t, env, operatorAtTheMachine, grant.Grant{Principal: ann.ID, Tenant: tenant.Installation, Role: grant.Operator})
		email := "taken.over@org.test"
		_, err = a.ChangePrincipal(ctx, by, ann.ID, authority.PrincipalChange{Email: &email})
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		page, _, _, err := a.ListGrants(ctx, by, authority.GrantFilter{Principal: ann.ID}, authority.GrantKey{}, 10)
		if err != nil || len(page) != 1 || page[0].Tenant != org {
			t.Errorf("of somebody granted more above: %v, %v", page, err)
		}
	})
}
