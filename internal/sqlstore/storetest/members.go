package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

var memberCases = []Case{
	{"members are the active people with an active level", func(t testing.TB, s Subject) {
		s.fixture(t)
		now := s.Store.Now()
		s.change(t, func(tx authority.Tx) {
			for n, spoil := range map[int64]func(p *authority.Principal, g *grant.Grant){
				20: func(p *authority.Principal, _ *grant.Grant) { p.Status = authority.Inactive },
				21: func(p *authority.Principal, _ *grant.Grant) { p.Status = authority.Deleted },
				22: func(p *authority.Principal, _ *grant.Grant) { p.HeldAt = now },
				23: func(_ *authority.Principal, g *grant.Grant) { g.Inactive = true },
				24: func(_ *authority.Principal, g *grant.Grant) { g.Role = agent },
				25: func(_ *authority.Principal, g *grant.Grant) { g.Role = grant.ManagerAdmin },
				26: func(_ *authority.Principal, g *grant.Grant) { g.Tenant = inner },
				27: func(_ *authority.Principal, g *grant.Grant) { g.Role = grant.OrganisationRole("account.owner", "x") },
			} {
				p := person(grant.Person(n), string(grant.Person(n))+"@acme.test", "", now)
				g := grant.Grant{Principal: p.ID, Tenant: account, Role: grant.AccountUser}
				spoil(&p, &g)
				tx.PutPrincipal(p)
				tx.PutGrant(g)
			}
			tx.PutGrant(grant.Grant{Principal: owner, Tenant: account, Role: grant.AccountAdmin}) // two levels are one member
		})
		s.wantMembers(t, account, authority.MemberPage{Limit: 100}, 2, owner, other)
		s.wantMembers(t, "account:1", authority.MemberPage{Limit: 100}, 0)
	}},
	{"members come in pages, by number or by name, either way", func(t testing.TB, s Subject) {
		s.fixture(t)
		now := s.Store.Now()
		named := func(n int64, name string) authority.Principal {
			p := person(grant.Person(n), string(grant.Person(n))+"@acme.test", "", now)
			p.Name = name
			return p
		}
		s.change(t, func(tx authority.Tx) {
			for _, p := range []authority.Principal{named(3, "Zoë"), named(4, "ann"), named(20, "Zoe"), named(100, "Zoe")} {
				tx.PutPrincipal(p)
				tx.PutGrant(grant.Grant{Principal: p.ID, Tenant: account, Role: grant.AccountUser})
			}
		})
		third, fourth := grant.Person(20), grant.Person(100)
		whole := authority.MemberPage{Limit: 100}
		s.wantMembers(t, account, whole, 4, owner, other, third, fourth)
		s.wantMembers(t, account, authority.MemberPage{Limit: 100, Descending: true}, 4, fourth, third, other, owner)
		s.wantMembers(t, account, authority.MemberPage{Limit: 100, ByName: true}, 4, third, fourth, owner, other)
		s.wantMembers(t, account, authority.MemberPage{Limit: 100, ByName: true, Descending: true}, 4, other, owner, fourth, third)
		s.wantMembers(t, account, authority.MemberPage{Limit: 2, Offset: 1}, 4, other, third)
		s.wantMembers(t, account, authority.MemberPage{Limit: 2, Offset: 4}, 4)
		s.wantMembers(t, account, authority.MemberPage{Limit: 1, Offset: 1<<63 - 1}, 4)
	}},
}

func (s Subject) wantMembers(t testing.TB, of tenant.ID, page authority.MemberPage, total int64, want ...grant.PrincipalID) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) error {
		members, counted, err := v.Members(ctx, of, page)
		var got []grant.PrincipalID
		for _, m := range members {
			if m.Email == "" || m.Organisation != organisation {
				t.Errorf("%s has lost something: %+v", m.ID, m)
			}
			got = append(got, m.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" || counted != total {
			t.Errorf("%+v of %s: %d in all, not %d; %s", page, of, counted, total, diff)
		}
		return err
	})
}
