package grant_test

import (
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

var (
	installation = tenant.Node{ID: tenant.Installation}
	organisation = tenant.Node{ID: "organisation:ORG", Parent: tenant.Installation}
	north        = tenant.Node{ID: "reseller:1", Parent: organisation.ID}
	account      = tenant.Node{ID: "account:1200", Parent: north.ID}

	ofAccount = tenant.Path{account, north, organisation, installation}
	ofNorth   = tenant.Path{north, organisation, installation}
	ofSouth   = tenant.Path{{ID: "reseller:77", Parent: organisation.ID}, organisation, installation}
)

func held(at tenant.ID, role grant.RoleID) grant.Held {
	return grant.Held{Grant: grant.Grant{Principal: "person:1", Tenant: at, Role: role}, RoleOf: grant.BuiltIn(grant.ManagerNames)[role]}
}

func TestARoleCountsBelowItsTenantOnlyWhereItInherits(t *testing.T) {
	for _, c := range []struct {
		name  string
		held  grant.Held
		may   grant.Permission
		at    tenant.Path
		allow bool
	}{
		{"a manager below the reseller", held("reseller:1", grant.ManagerAdmin), grant.ActAsOwner, ofAccount, true},
		{"a manager at the reseller", held("reseller:1", grant.ManagerAdmin), grant.ActAsOwner, ofNorth, true},
		{"a manager at another reseller", held("reseller:1", grant.ManagerAdmin), grant.ActAsOwner, ofSouth, false},
		{"a manager above the reseller", held("reseller:1", grant.ManagerAdmin), grant.ActAsOwner, ofNorth[1:], false},
		{"a manager does something else", held("reseller:1", grant.ManagerAdmin), grant.MintLoginToken, ofAccount, false},
		{"an integrator at its account", held("account:1200", grant.Integrator), grant.MintLoginToken, ofAccount, true},
		{"an integrator below its tenant", held("reseller:1", grant.Integrator), grant.MintLoginToken, ofAccount, false},
		{"an operator anywhere", held(tenant.Installation, grant.Operator), grant.ManageDirectory, ofAccount, true},
		{"at no tenant", held(tenant.Installation, grant.Operator), grant.ManageDirectory, nil, false},
		{"an owner mints for nobody", held("account:1200", grant.AccountOwner), grant.MintLoginToken, ofAccount, false},
	} {
		if _, ok := grant.Allows([]grant.Held{c.held}, c.may, c.at); ok != c.allow {
			t.Errorf("%s: %t", c.name, ok)
		}
	}
}

func TestAnInactiveGrantAllowsNothing(t *testing.T) {
	h := held("reseller:1", grant.ManagerAdmin)
	h.Inactive = true
	if _, ok := grant.Allows([]grant.Held{h}, grant.ActAsOwner, ofAccount); ok || grant.AllowsSomewhere([]grant.Held{h}, grant.ActAsOwner) {
		t.Error("allowed")
	}
}

func TestAllowsSaysBecauseOfWhichGrant(t *testing.T) {
	all := []grant.Held{held("reseller:77", grant.ManagerSales), held("reseller:1", grant.ManagerOwner), held("reseller:1", grant.ManagerAdmin)}
	because, ok := grant.Allows(all, grant.ActAsOwner, ofAccount)
	if !ok || because.Role != grant.ManagerOwner {
		t.Errorf("because of %+v", because.Grant)
	}
}

func TestOnlyTheChosenManagerRolesActAsAnOwner(t *testing.T) {
	roles := grant.BuiltIn([]string{"owner", "admin"})
	for _, name := range grant.ManagerNames {
		acts := slices.Contains(roles[grant.ManagerRole(name)].Permissions, grant.ActAsOwner)
		if want := name == "owner" || name == "admin"; acts != want {
			t.Errorf("%s acts: %t", name, acts)
		}
	}
}

func TestEveryNamedRoleIsBuiltIn(t *testing.T) {
	roles := grant.BuiltIn(nil)
	for _, name := range grant.ManagerNames {
		wantBuiltIn(t, roles, grant.ManagerRole(name), name)
	}
	for _, name := range grant.LevelNames {
		wantBuiltIn(t, roles, grant.AccountLevel(name), name)
	}
	if len(roles) != len(grant.ManagerNames)+len(grant.LevelNames)+4 {
		t.Errorf("%d roles", len(roles))
	}
}

func wantBuiltIn(t *testing.T, roles grant.Roles, id grant.RoleID, name string) {
	t.Helper()
	if role, ok := roles[id]; !ok || role.ID != id || !id.BuiltIn() || id.Name() != name {
		t.Errorf("%s: %+v, named %q", id, role, id.Name())
	}
}

func TestAnOrganisationsRoleIsNeverTakenForOneOfOurs(t *testing.T) {
	for _, c := range []struct{ organisation, name string }{{"CRMDEMO", "agent"}, {"account.owner", "x"}, {"account", "owner"}, {"ORG", "account.owner"}, {"ORG", "a/b.c"}} {
		id := grant.OrganisationRole(c.organisation, c.name)
		if id.BuiltIn() || id.IsLevel() || id.Name() != c.name {
			t.Errorf("%s: built in %t, a level %t, named %q", id, id.BuiltIn(), id.IsLevel(), id.Name())
		}
	}
	if !grant.AccountOwner.IsLevel() || grant.ManagerOwner.IsLevel() || grant.UnitMember.IsLevel() {
		t.Error("levels are the roles of an account's members")
	}
}

func TestAPersonHasANumberAndAServiceNone(t *testing.T) {
	if p := grant.Person(3); !p.IsPerson() || p.Number() != 3 {
		t.Error(p)
	}
	if s := grant.Service("person:3"); s.IsPerson() || s.Number() != 0 {
		t.Error(s)
	}
}

func TestWhoReadsTheDirectoryReadsWhatIsBelow(t *testing.T) {
	var readers int
	for id, role := range grant.BuiltIn(nil) {
		if slices.Contains(role.Permissions, grant.ReadDirectory) {
			readers++
			if !role.Inherits {
				t.Errorf("%s reads one tenant, but lists show all below", id)
			}
		}
	}
	if readers != 5 {
		t.Errorf("%d roles read", readers)
	}
}

func TestEveryPermissionOfOursThatARoleHasIsOnesOwn(t *testing.T) {
	for id, role := range grant.BuiltIn(grant.ManagerNames) {
		for _, p := range role.Permissions {
			if !p.IsOwn() {
				t.Errorf("%s gives %s, which an organisation's role could give too", id, p)
			}
		}
	}
	if grant.WriteAPIKeys.IsOwn() {
		t.Errorf("%s is the platform's", grant.WriteAPIKeys)
	}
}
