package storetest

import (
	"context"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

var listingCases = []Case{
	{"a set of tenants has those of the kind at the levels, by position and ID", tenantSets},
	{"a window shows its part of a set and the number of all", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.tree(t)
		set := authority.TenantSet{Below: outer, Kind: tenant.KindAccount}
		for _, c := range []struct {
			window authority.Window
			want   []tenant.ID
		}{
			{authority.Window{Limit: 2}, []tenant.ID{"account:1200", "account:30"}},
			{authority.Window{Limit: 2, Offset: 2}, []tenant.ID{"account:20", "account:4"}},
			{authority.Window{Limit: 2, Offset: 4}, []tenant.ID{"account:3"}},
			{authority.Window{Limit: 2, Offset: 5}, nil},
			{authority.Window{Limit: 1000, Offset: 1<<63 - 1}, nil},
		} {
			if got, total := s.tenantsIn(t, set, c.window); !cmp.Equal(c.want, got) || total != 5 {
				t.Errorf("%+v: %v of %d", c.window, got, total)
			}
		}
	}},
	{"a circle of tenants is listed once, and nothing is below itself", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.tree(t)
		s.change(t, func(tx authority.Tx) { tx.PutTenant(s.node(outer, inner, 0)) })
		for set, want := range map[authority.TenantSet][]tenant.ID{
			{Below: outer, Kind: tenant.KindReseller}:                                  {inner, "reseller:3"},
			{Below: inner, Kind: tenant.KindReseller}:                                  {outer, "reseller:3"},
			{Below: outer, Kind: tenant.KindReseller, Levels: authority.FurtherLevels}: {"reseller:3"},
		} {
			if got, total := s.tenantsIn(t, set, all); !cmp.Equal(want, got) || total != int64(len(want)) {
				t.Errorf("%+v: %v of %d", set, got, total)
			}
		}
	}},
	{"a reseller's staff are its managers by position and ID, without the deleted", managers},
	{"owners are found for the accounts that have one who is not deleted", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.tree(t)
		now := s.Store.Now()
		s.change(t, func(tx authority.Tx) {
			gone := person(grant.Person(60), "gone@acme.test", "", now)
			gone.Status = authority.Deleted
			tx.PutPrincipal(gone)
			tx.PutGrant(grant.Grant{Principal: gone.ID, Tenant: "account:3", Role: grant.AccountOwner})
			tx.PutGrant(grant.Grant{Principal: other, Tenant: "account:4", Role: grant.AccountOwner, Inactive: true})
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			owners, err := v.OwnersOf(ctx, []tenant.ID{account, "account:3", "account:4", "account:20", "account:1"})
			if len(owners) != 2 || owners[account].ID != owner || owners["account:4"].ID != other {
				t.Errorf("%v", owners)
			}
			if none, err := v.OwnersOf(ctx, nil); len(none) != 0 || err != nil {
				t.Errorf("of no account: %v %v", none, err)
			}
			return err
		})
	}},
}

var all = authority.Window{Limit: 1000}

// tree adds to the fixture: accounts of the outer reseller, one more reseller below the inner one, and strangers.
func (s Subject) tree(t testing.TB) {
	t.Helper()
	s.change(t, func(tx authority.Tx) {
		for _, n := range []authority.Tenant{
			s.node("account:30", outer, 1), s.node("account:4", outer, 2), s.node("account:20", outer, 2),
			s.node("reseller:3", inner, 1), s.node("account:3", "reseller:3", 3),
			s.node("reseller:77", organisation, 1), s.node("account:9", "reseller:77", 1), s.node("unit:AA", outer, 1),
		} {
			tx.PutTenant(n)
		}
	})
}

func (s Subject) node(id, parent tenant.ID, position int64) authority.Tenant {
	now := s.Store.Now()
	return authority.Tenant{ID: id, Parent: parent, Name: string(id), Status: authority.Active, Position: position, CreatedAt: now, UpdatedAt: now}
}

func (s Subject) tenantsIn(t testing.TB, set authority.TenantSet, w authority.Window) (got []tenant.ID, total int64) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) error {
		page, n, err := v.TenantsIn(ctx, set, w)
		for _, one := range page {
			got = append(got, one.ID)
		}
		total = n
		return err
	})
	return got, total
}

func tenantSets(t testing.TB, s Subject) {
	s.fixture(t)
	s.tree(t)
	for _, c := range []struct {
		set  authority.TenantSet
		want []tenant.ID
	}{
		{authority.TenantSet{Below: outer, Kind: tenant.KindReseller}, []tenant.ID{inner, "reseller:3"}},
		{authority.TenantSet{Below: outer, Kind: tenant.KindReseller, Levels: authority.NextLevel}, []tenant.ID{inner}},
		{authority.TenantSet{Below: inner, Kind: tenant.KindReseller}, []tenant.ID{"reseller:3"}},
		{authority.TenantSet{Below: "reseller:3", Kind: tenant.KindReseller}, nil},
		{authority.TenantSet{Below: outer, Kind: tenant.KindAccount, Levels: authority.NextLevel}, []tenant.ID{"account:30", "account:20", "account:4"}},
		{authority.TenantSet{Below: outer, Kind: tenant.KindAccount, Levels: authority.FurtherLevels}, []tenant.ID{account, "account:3"}},
		{authority.TenantSet{Below: inner, Kind: tenant.KindAccount, Levels: authority.NextLevel}, []tenant.ID{account}},
		{authority.TenantSet{Below: outer, Kind: tenant.KindUnit}, []tenant.ID{"unit:AA"}},
		{authority.TenantSet{Below: "reseller:5", Kind: tenant.KindAccount}, nil},
	} {
		if got, total := s.tenantsIn(t, c.set, all); !cmp.Equal(c.want, got) || total != int64(len(c.want)) {
			t.Errorf("%+v: %v of %d, not %v", c.set, got, total, c.want)
		}
	}
}

func managers(t testing.TB, s Subject) {
	s.fixture(t)
	s.tree(t)
	now := s.Store.Now()
	put := func(tx authority.Tx, n, position int64, role grant.RoleID, status authority.Status, inactive bool) {
		p := person(grant.Person(n), "m"+strconv.FormatInt(n, 10)+"@north.test", "", now)
		p.Status = status
		tx.PutPrincipal(p)
		tx.PutGrant(grant.Grant{Principal: p.ID, Tenant: outer, Role: role, Position: position, Inactive: inactive})
	}
	s.change(t, func(tx authority.Tx) {
		put(tx, 70, 2, grant.ManagerSales, authority.Active, false)
		put(tx, 69, 2, grant.ManagerAdmin, authority.Inactive, false)
		put(tx, 68, 1, grant.ManagerOwner, authority.Active, true)
		put(tx, 67, 0, grant.ManagerMarket, authority.Deleted, false)
		tx.PutGrant(grant.Grant{Principal: owner, Tenant: outer, Role: grant.OrganisationRole("reseller.", "agent")})
		tx.PutGrant(grant.Grant{Principal: minter, Tenant: outer, Role: grant.Integrator})
		tx.PutGrant(grant.Grant{Principal: other, Tenant: inner, Role: grant.ManagerAdmin})
	})
	for _, c := range []struct {
		window authority.Window
		want   []grant.PrincipalID
	}{
		{all, []grant.PrincipalID{"person:68", "person:69", "person:70"}},
		{authority.Window{Limit: 2, Offset: 1}, []grant.PrincipalID{"person:69", "person:70"}},
		{authority.Window{Limit: 2, Offset: 3}, nil},
	} {
		s.view(t, func(ctx context.Context, v authority.View) error {
			page, total, err := v.ManagersOf(ctx, outer, c.window)
			var got []grant.PrincipalID
			for _, m := range page {
				got = append(got, m.Person.ID)
				if m.Person.ID != m.Grant.Principal || m.Grant.Tenant != outer || m.Grant.Inactive != (m.Person.ID == "person:68") {
					t.Errorf("%+v", m)
				}
			}
			if !cmp.Equal(c.want, got) || total != 3 {
				t.Errorf("%+v: %v of %d", c.window, got, total)
			}
			return err
		})
	}
}
