package tenant_test

import (
	"fmt"
	"testing"

	"github.com/doorward/doorward/internal/tenant"
)

// tree is an account below two resellers, the upper one suspended.
func tree() map[tenant.ID]tenant.Node {
	nodes := map[tenant.ID]tenant.Node{}
	for _, n := range []tenant.Node{
		{ID: tenant.Installation},
		{ID: tenant.Organisation("ORG"), Parent: tenant.Installation},
		{ID: tenant.Reseller(1), Parent: tenant.Organisation("ORG"), Suspended: true},
		{ID: tenant.Reseller(2), Parent: tenant.Reseller(1)},
		{ID: tenant.Account(1200), Parent: tenant.Reseller(2)},
		{ID: tenant.Account(99), Parent: tenant.Organisation("ORG")},
	} {
		nodes[n.ID] = n
	}
	return nodes
}

func climb(t *testing.T, id tenant.ID) tenant.Path {
	t.Helper()
	path, err := tenant.Climb(id, tree())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestATenantIsWithinAllAboveItAndItselfAndNothingElse(t *testing.T) {
	path := climb(t, tenant.Account(1200))
	for id, want := range map[tenant.ID]bool{
		tenant.Account(1200): true, tenant.Reseller(2): true, tenant.Reseller(1): true, tenant.Organisation("ORG"): true,
		tenant.Installation: true, tenant.Account(99): false, tenant.Account(120): false, tenant.Reseller(12): false, "": false,
	} {
		if path.Within(id) != want {
			t.Errorf("within %q: %t", id, !want)
		}
	}
	if climb(t, tenant.Reseller(1)).Within(tenant.Account(1200)) {
		t.Error("a reseller is within an account below it")
	}
	if tenant.Path(nil).Within("") || tenant.Path(nil).ID() != "" {
		t.Error("no path is within nothing")
	}
}

func TestASuspendedTenantSuspendsAllBelowItAndNothingElse(t *testing.T) {
	for id, want := range map[tenant.ID]tenant.ID{
		tenant.Account(1200): tenant.Reseller(1), tenant.Reseller(1): tenant.Reseller(1), tenant.Account(99): "", tenant.Organisation("ORG"): "",
	} {
		if by, ok := climb(t, id).Suspended(); by != want || ok != (want != "") {
			t.Errorf("%s is suspended by %q, %t", id, by, ok)
		}
	}
}

func TestAPathFromATenantIsThatTenantsOwn(t *testing.T) {
	path := climb(t, tenant.Account(1200))
	if from := path.From(tenant.Reseller(2)); from.ID() != tenant.Reseller(2) || from.Within(tenant.Account(1200)) || !from.Within(tenant.Reseller(1)) {
		t.Errorf("%v", from)
	}
	if from := path.From(tenant.Account(99)); from != nil {
		t.Errorf("from a tenant that is not on it: %v", from)
	}
}

func TestTheNearestOfAKindIsFoundItselfIncluded(t *testing.T) {
	path := climb(t, tenant.Account(1200))
	for kind, want := range map[tenant.Kind]tenant.ID{
		tenant.KindAccount: tenant.Account(1200), tenant.KindReseller: tenant.Reseller(2),
		tenant.KindOrganisation: tenant.Organisation("ORG"), tenant.KindInstallation: tenant.Installation, tenant.KindUnit: "",
	} {
		if got, ok := path.Nearest(kind); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", kind, got, ok)
		}
	}
}

func TestAGapACycleAndTooDeepATreeHaveNoPath(t *testing.T) {
	gap := tree()
	delete(gap, tenant.Reseller(1))
	cycle := tree()
	cycle[tenant.Reseller(1)] = tenant.Node{ID: tenant.Reseller(1), Parent: tenant.Reseller(2)}
	for name, nodes := range map[string]map[tenant.ID]tenant.Node{"gap": gap, "cycle": cycle, "nothing": nil} {
		if path, err := tenant.Climb(tenant.Account(1200), nodes); err == nil || path != nil {
			t.Errorf("%s: %v", name, path)
		}
	}
	for depth, ok := range map[int]bool{tenant.MaxDepth: true, tenant.MaxDepth + 1: false} {
		nodes := map[tenant.ID]tenant.Node{tenant.Installation: {ID: tenant.Installation}}
		above := tenant.Installation
		for i := range depth {
			id := tenant.ID(fmt.Sprintf("reseller:%d", i))
			nodes[id] = tenant.Node{ID: id, Parent: above}
			above = id
		}
		if _, err := tenant.Climb(above, nodes); (err == nil) != ok {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

func TestAnIDHasItsKindKeyAndNumber(t *testing.T) {
	for id, want := range map[tenant.ID]struct {
		kind   tenant.Kind
		key    string
		number int64
	}{
		tenant.Account(6591739253089529):     {tenant.KindAccount, "6591739253089529", 6591739253089529},
		tenant.Reseller(77):                  {tenant.KindReseller, "77", 77},
		tenant.Organisation("A:B"):           {tenant.KindOrganisation, "A:B", 0},
		tenant.Unit("0C1D"):                  {tenant.KindUnit, "0C1D", 0},
		tenant.Installation:                  {tenant.KindInstallation, "", 0},
		"account:99999999999999999999999999": {tenant.KindAccount, "99999999999999999999999999", 0},
	} {
		if id.Kind() != want.kind || id.Key() != want.key || id.Number() != want.number {
			t.Errorf("%s: %s %q %d", id, id.Kind(), id.Key(), id.Number())
		}
	}
}
