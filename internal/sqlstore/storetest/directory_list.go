package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

var directoryListCases = []Case{
	{"pages of tenants have what a filter selects, by ID", tenantPages},
	{"pages of principals have what a filter selects, by ID", principalPages},
	{"pages of grants have what a filter selects, by principal, tenant and role", grantPages},
	{"the height of a tenant is how many levels are below it, and a circle's is over all bounds", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.tree(t)
		wantHeights := func(want map[tenant.ID]bool, height func(int) bool) {
			s.view(t, func(ctx context.Context, v authority.View) error {
				for id := range want {
					if h, err := v.HeightOf(ctx, id); err != nil || !height(h) {
						t.Errorf("%s: %d, %v", id, h, err)
					}
				}
				return nil
			})
		}
		for id, want := range map[tenant.ID]int{account: 0, "reseller:3": 1, inner: 2, outer: 3, tenant.Installation: 5, "reseller:99": 0} {
			wantHeights(map[tenant.ID]bool{id: true}, func(h int) bool { return h == want })
		}
		s.change(t, func(tx authority.Tx) { tx.PutTenant(s.node(outer, inner, 0)) })
		wantHeights(map[tenant.ID]bool{outer: true, inner: true}, func(h int) bool { return h > tenant.MaxDepth })
	}},
	{"a role that is dropped is gone, and no other", func(t testing.TB, s Subject) {
		s.fixture(t)
		clerk := grant.OrganisationRole("ORG", "clerk")
		s.change(t, func(tx authority.Tx) {
			tx.PutRole(grant.Role{ID: clerk, Permissions: []grant.Permission{"read"}})
			tx.DropRole(agent)
			tx.DropRole("ORG/nobody")
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			ids, err := v.RoleIDs(ctx)
			if err != nil || fmt.Sprint(ids) != "[ORG/clerk]" {
				t.Errorf("%v %v", ids, err)
			}
			return err
		})
	}},
}

func tenantPages(t testing.TB, s Subject) {
	s.fixture(t)
	s.tree(t)
	s.change(t, func(tx authority.Tx) {
		held := s.node("account:4", outer, 2)
		held.HeldAt = s.Store.Now()
		tx.PutTenant(held)
		suspended := s.node("account:20", outer, 2)
		suspended.Status, suspended.Name = authority.Suspended, "Ärzte 100% _x"
		tx.PutTenant(suspended)
	})
	for _, c := range []struct {
		filter authority.TenantFilter
		after  tenant.ID
		limit  int
		want   string
	}{
		{authority.TenantFilter{}, "", 3, "[account:1200 account:20 account:3]"},
		{authority.TenantFilter{}, "account:3", 3, "[account:30 account:4 account:9]"},
		{authority.TenantFilter{Kind: tenant.KindReseller}, "", 9, "[reseller:1 reseller:2 reseller:3 reseller:77]"},
		{authority.TenantFilter{Below: tenant.Installation, Kind: tenant.KindOrganisation}, "", 9, "[organisation:ORG]"},
		{authority.TenantFilter{Below: tenant.Installation}, "reseller:3", 9, "[reseller:77 unit:AA]"},
		{authority.TenantFilter{Below: outer, Kind: tenant.KindReseller}, "", 9, "[reseller:2 reseller:3]"},
		{authority.TenantFilter{Below: inner}, "", 9, "[account:1200 account:3 reseller:3]"},
		{authority.TenantFilter{Parent: inner}, "", 9, "[account:1200 reseller:3]"},
		{authority.TenantFilter{Below: outer, Parent: "reseller:77"}, "", 9, "[]"},
		{authority.TenantFilter{Below: account}, "", 9, "[]"},
		{authority.TenantFilter{Status: authority.Suspended}, "", 9, "[account:20 account:4]"},
		{authority.TenantFilter{Status: authority.Active, Kind: tenant.KindAccount, Below: outer}, "", 9, "[account:1200 account:3 account:30]"},
		{authority.TenantFilter{Name: "rzte 100% _"}, "", 9, "[account:20]"},
		{authority.TenantFilter{Name: "ä"}, "", 9, "[]"},
		{authority.TenantFilter{Name: "%"}, "", 9, "[account:20]"},
		{authority.TenantFilter{Name: "'; --"}, "", 9, "[]"},
	} {
		s.view(t, func(ctx context.Context, v authority.View) error {
			page, err := v.TenantPage(ctx, c.filter, c.after, c.limit)
			ids := make([]tenant.ID, len(page))
			for i, one := range page {
				ids[i] = one.ID
			}
			if fmt.Sprint(ids) != c.want {
				t.Errorf("%+v after %q: %v, not %s", c.filter, c.after, ids, c.want)
			}
			return err
		})
	}
}

func principalPages(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	s.change(t, func(tx authority.Tx) {
		tx.PutTenant(s.node("organisation:X", tenant.Installation, 0))
		gone, held, strange := person(grant.Person(31), "gone@acme.test", "", now), person(grant.Person(32), "held@acme.test", "", now), person(grant.Person(33), "strange@x.test", "", now)
		gone.Status, held.HeldAt, strange.Organisation, strange.Name = authority.Deleted, now, "organisation:X", "Bo"
		for _, p := range []authority.Principal{gone, held, strange} {
			tx.PutPrincipal(p)
		}
	})
	for _, c := range []struct {
		filter authority.PrincipalFilter
		after  grant.PrincipalID
		limit  int
		want   string
	}{
		{authority.PrincipalFilter{}, "", 3, "[person:3 person:31 person:32]"},
		{authority.PrincipalFilter{}, "person:32", 3, "[person:33 person:4]"},
		{authority.PrincipalFilter{Services: true}, "", 9, "[service:ORG/minter]"},
		{authority.PrincipalFilter{Services: true}, minter, 9, "[]"},
		{authority.PrincipalFilter{Organisation: organisation}, "person:31", 9, "[person:32 person:4]"},
		{authority.PrincipalFilter{Organisation: "organisation:X"}, "", 9, "[person:33]"},
		{authority.PrincipalFilter{Email: "owner@acme.test"}, "", 9, "[person:3]"},
		{authority.PrincipalFilter{Email: "owner@acme.test", Organisation: "organisation:X"}, "", 9, "[]"},
		{authority.PrincipalFilter{Name: "Bo"}, "", 9, "[person:33]"},
		{authority.PrincipalFilter{Status: authority.Deleted}, "", 9, "[person:31]"},
		{authority.PrincipalFilter{Status: authority.Suspended}, "", 9, "[person:32]"},
		{authority.PrincipalFilter{Status: authority.Active}, "", 9, "[person:3 person:33 person:4]"},
	} {
		s.view(t, func(ctx context.Context, v authority.View) error {
			page, err := v.PrincipalPage(ctx, c.filter, c.after, c.limit)
			ids := make([]grant.PrincipalID, len(page))
			for i, one := range page {
				ids[i] = one.ID
			}
			if fmt.Sprint(ids) != c.want {
				t.Errorf("%+v after %q: %v, not %s", c.filter, c.after, ids, c.want)
			}
			return err
		})
	}
}

func grantPages(t testing.TB, s Subject) {
	s.fixture(t)
	first := authority.GrantKey{Principal: owner, Tenant: account, Role: agent}
	for _, c := range []struct {
		filter authority.GrantFilter
		after  authority.GrantKey
		limit  int
		want   string
	}{
		{authority.GrantFilter{}, authority.GrantKey{}, 2, "[person:3 ORG/agent person:3 account.owner]"},
		{authority.GrantFilter{}, first, 2, "[person:3 account.owner person:4 account.user]"},
		{authority.GrantFilter{Principal: owner}, first, 9, "[person:3 account.owner]"},
		{authority.GrantFilter{Tenant: account, Role: grant.Integrator}, authority.GrantKey{}, 9, "[service:ORG/minter service.integrator]"},
		{authority.GrantFilter{Tenant: inner}, authority.GrantKey{}, 9, "[]"},
		{authority.GrantFilter{Role: agent}, authority.GrantKey{}, 1, "[person:3 ORG/agent]"},
	} {
		s.view(t, func(ctx context.Context, v authority.View) error {
			page, err := v.GrantPage(ctx, c.filter, c.after, c.limit)
			lines := make([]string, len(page))
			for i, g := range page {
				lines[i] = string(g.Principal) + " " + string(g.Role)
			}
			if fmt.Sprint(lines) != c.want {
				t.Errorf("%+v after %v: %v, not %s", c.filter, c.after, lines, c.want)
			}
			return err
		})
	}
}
