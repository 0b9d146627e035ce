package storetest

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

var directoryCases = []Case{
	{"a lineage is nearest first and ends at the root", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.view(t, func(ctx context.Context, v authority.View) error {
			for _, find := range []func() ([]*authority.Tenant, error){
				func() ([]*authority.Tenant, error) { return v.Lineage(ctx, account) },
				func() ([]*authority.Tenant, error) { return v.LineageOfPortal(ctx, "acme.localhost:8080") },
			} {
				lineage, err := find()
				if err != nil {
					return err
				}
				want := []tenant.ID{account, inner, outer, organisation, tenant.Installation}
				var got []tenant.ID
				for _, n := range lineage {
					got = append(got, n.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" || lineage[0].Profile.BusinessName != "ACME 'Ltd' ✓" {
					t.Errorf("%s %+v", diff, lineage[0])
				}
			}
			return nil
		})
	}},
	{"a standing has the grants in order, the roles and every tenant above", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.view(t, func(ctx context.Context, v authority.View) error {
			for _, find := range []func() (authority.Standing, error){
				func() (authority.Standing, error) { return v.Standing(ctx, owner) },
				func() (authority.Standing, error) { return v.StandingByEmail(ctx, "owner@acme.test") },
				func() (authority.Standing, error) { return v.StandingOfOwner(ctx, account) },
			} {
				standing, err := find()
				if err != nil {
					return err
				}
				if standing.Principal.ID != owner || len(standing.Grants) != 2 || standing.Grants[0].Role != grant.AccountOwner ||
					len(standing.Roles[agent].Permissions) != 2 || len(standing.Tenants) != 5 || len(standing.Path(account)) != 5 {
					t.Errorf("standing: %+v", standing)
				}
			}
			return nil
		})
	}},
	{"a credential comes back as it was put, by all its look-ups", credentialRoundTrip},
	{"passwords are found by e-mail and by user name of the organisation", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) { tx.PutCredential(s.password(owner)) })
		s.view(t, func(ctx context.Context, v authority.View) error {
			c, standing, err := v.PasswordByEmail(ctx, "owner@acme.test")
			if err != nil || c.PasswordHash == "" || standing.Principal.ID != owner {
				t.Errorf("by e-mail: %+v %v", c, err)
			}
			if c, _, err = v.PasswordByUsername(ctx, organisation, "acme.owner"); err != nil || c.PasswordHash == "" {
				t.Errorf("by user name: %+v %v", c, err)
			}
			if c, standing, err = v.PasswordByEmail(ctx, "other@acme.test"); err != nil || !c.ID.IsZero() || standing.Principal.ID != other {
				t.Errorf("who has no password: %+v %v", c, err)
			}
			if _, _, err := v.PasswordByUsername(ctx, tenant.Organisation("X"), "acme.owner"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("in another organisation: %v", err)
			}
			return nil
		})
	}},
	{"what must be one of a kind cannot be two", uniqueness},
	{"a grant that is dropped first makes room for the next", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) {
			tx.DropGrant(grant.Grant{Principal: owner, Tenant: account, Role: grant.AccountOwner})
			tx.PutGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountOwner})
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			standing, err := v.StandingOfOwner(ctx, account)
			if standing.Principal.ID != other {
				t.Errorf("the owner is %s", standing.Principal.ID)
			}
			return err
		})
	}},
	{"many rows of one change are written in their order, the last of each key last", func(t testing.TB, s Subject) {
		s.fixture(t)
		const many = 150
		s.change(t, func(tx authority.Tx) {
			for _, round := range []string{"first", "last"} {
				for i := range many {
					tx.PutPrincipal(authority.Principal{
						ID: grant.Person(int64(1000 + i)), Organisation: organisation, Name: round + " " + strconv.Itoa(i),
						Email: fmt.Sprintf("%s%d@many.test", round, (i+1)%many), Status: authority.Active, CreatedAt: s.Store.Now(), UpdatedAt: s.Store.Now(),
					})
					tx.PutGrant(grant.Grant{Principal: grant.Person(int64(1000 + i)), Tenant: organisation, Role: agent, Position: int64(i)})
				}
			}
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			var ids []grant.PrincipalID
			for i := range many {
				ids = append(ids, grant.Person(int64(1000+i)))
			}
			people, _ := v.Principals(ctx, ids)
			for _, p := range people {
				n := int(p.ID.Number() - 1000)
				if p.Name != "last "+strconv.Itoa(n) || p.Email != fmt.Sprintf("last%d@many.test", (n+1)%many) {
					t.Errorf("%s is %+v", p.ID, p)
				}
			}
			grants, err := v.Grants(ctx, ids)
			if len(people) != many || len(grants) != many {
				t.Errorf("%d people, %d grants", len(people), len(grants))
			}
			return err
		})
	}},
	{"lists leave out what does not exist", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.view(t, func(ctx context.Context, v authority.View) error {
			tenants, _ := v.Tenants(ctx, []tenant.ID{account, "account:1", inner, outer, organisation, "x"})
			principals, _ := v.Principals(ctx, []grant.PrincipalID{owner, "person:99"})
			grants, _ := v.Grants(ctx, []grant.PrincipalID{owner, minter})
			roles, _ := v.Roles(ctx, []grant.RoleID{agent, "ORG/none"})
			credentials, _ := v.CredentialsOf(ctx, []grant.PrincipalID{minter})
			audiences, err := v.Audiences(ctx)
			got := []int{len(tenants), len(principals), len(grants), len(roles), len(credentials), len(audiences)}
			if diff := cmp.Diff([]int{4, 1, 3, 1, 1, 1}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	}},
	{"a password hash is replaced only while it is still the one it was", replacedHash},
	{"IDs come in byte order after the one given", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.view(t, func(ctx context.Context, v authority.View) error {
			tenants, _ := v.TenantIDs(ctx, account, 2)
			principals, _ := v.PrincipalIDs(ctx, "", 10)
			roles, err := v.RoleIDs(ctx)
			if diff := cmp.Diff([]tenant.ID{tenant.Installation, organisation}, tenants); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]grant.PrincipalID{owner, other, minter}, principals); diff != "" || len(roles) != 1 {
				t.Error(diff, roles)
			}
			return err
		})
	}},
}

func credentialRoundTrip(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	want := authority.Credential{
		ID: authority.CredentialID{5}, Kind: authority.KeyPair, Principal: owner, Name: "pair", PublicID: "apiKey-1",
		Lookup: secret.Fingerprint{5}, Verifier: secret.Fingerprint{6}, Weak: true, Audience: 3, Status: authority.Disabled,
		Restriction: authority.Restriction{
			Tenants: []tenant.ID{account}, Permissions: []grant.Permission{"readApplications"}, Dialects: []string{"pulse"},
			Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		},
		Limits: map[string]int{"logintoken": 3}, ExpiresAt: now.Add(time.Hour), RevokedAt: now, SecretAt: now.Add(-time.Minute), CreatedAt: now, UpdatedAt: now, CreatedBy: other,
	}
	s.change(t, func(tx authority.Tx) { tx.PutCredential(want) })
	want.SecretAt = now.Add(time.Minute)
	s.change(t, func(tx authority.Tx) { tx.PutCredential(want) })
	s.view(t, func(ctx context.Context, v authority.View) error {
		got, standing, err := v.CredentialByLookup(ctx, want.Lookup)
		if err != nil {
			return err
		}
		prefixes := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
		if diff := cmp.Diff(&want, got, prefixes); diff != "" || standing.Principal.ID != owner {
			t.Error(diff, standing.Principal.ID)
		}
		several, err := v.Credentials(ctx, []secret.Fingerprint{want.Lookup, {77}, {9}})
		if len(several) != 2 {
			t.Errorf("%d credentials by look-up", len(several))
		}
		if _, _, err := v.CredentialByLookup(ctx, secret.Fingerprint{77}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown look-up: %v", err)
		}
		return err
	})
	unrestricted := authority.Credential{ID: authority.CredentialID{6}, Kind: authority.APIKey, Principal: owner, Lookup: secret.Fingerprint{7}, Status: authority.Active, SecretAt: now, CreatedAt: now, UpdatedAt: now}
	s.change(t, func(tx authority.Tx) { tx.PutCredential(unrestricted) })
	s.view(t, func(ctx context.Context, v authority.View) error {
		got, _, err := v.CredentialByLookup(ctx, unrestricted.Lookup)
		if diff := cmp.Diff(&unrestricted, got, cmpopts.EquateEmpty()); diff != "" || got.Tenants != nil || got.Permissions != nil || got.Dialects != nil || got.Networks != nil {
			t.Errorf("a nil list is not nil any more: %s", diff)
		}
		return err
	})
}

func (s Subject) password(who grant.PrincipalID) authority.Credential {
	now := s.Store.Now()
	return authority.Credential{
		ID: authority.CredentialID(secret.NewID(now)), Kind: authority.Password, Principal: who,
		PasswordHash: secret.DummyHash(), Status: authority.Active, SecretAt: now, CreatedAt: now, UpdatedAt: now,
	}
}

func replacedHash(t testing.TB, s Subject) {
	s.fixture(t)
	want, beside := s.password(owner), s.password(other)
	want.PasswordHash, want.SecretAt, want.Weak = "as brought", s.Store.Now().Add(-time.Hour), true
	beside.PasswordHash = "as brought"
	s.change(t, func(tx authority.Tx) { tx.PutCredential(want); tx.PutCredential(beside) })
	for _, c := range []struct {
		id       authority.CredentialID
		was, now secret.PasswordHash
		ok       bool
	}{
		{want.ID, "another", "lost", false},
		{authority.CredentialID{99}, "as brought", "lost", false},
		{want.ID, "as brought", "ours", true},
		{want.ID, "as brought", "late", false},
	} {
		err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			ok, err := tx.ReplacePasswordHash(ctx, c.id, c.was, c.now)
			if ok != c.ok {
				t.Errorf("from %q to %q: %v", c.was, c.now, ok)
			}
			return err
		})
		if err != nil {
			t.Errorf("from %q to %q: %v", c.was, c.now, err)
		}
	}
	want.PasswordHash = "ours"
	s.view(t, func(ctx context.Context, v authority.View) error {
		for _, one := range []authority.Credential{want, beside} {
			got, err := v.CredentialsOf(ctx, []grant.PrincipalID{one.Principal})
			if diff := cmp.Diff([]authority.Credential{one}, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Error(err, diff)
			}
		}
		return nil
	})
}

func uniqueness(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	s.change(t, func(tx authority.Tx) { tx.PutCredential(s.password(owner)) })
	for what, put := range map[string]func(tx authority.Tx){
		"a second owner": func(tx authority.Tx) {
			tx.PutGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountOwner})
		},
		"an e-mail in other letter case": func(tx authority.Tx) {
			tx.PutPrincipal(person(grant.Person(50), "OWNER@ACME.test", "", now))
		},
		"a user name twice": func(tx authority.Tx) { tx.PutPrincipal(person(grant.Person(51), "x@acme.test", "ACME.owner", now)) },
		"a second password": func(tx authority.Tx) { tx.PutCredential(s.password(owner)) },
		"a look-up twice": func(tx authority.Tx) {
			tx.PutCredential(authority.Credential{ID: authority.CredentialID{33}, Kind: authority.APIKey, Principal: owner, Lookup: secret.Fingerprint{9}, Status: authority.Active, SecretAt: now, CreatedAt: now, UpdatedAt: now})
		},
		"a login token twice": func(tx authority.Tx) { tx.PutLoginToken(s.token(1)); tx.PutLoginToken(s.token(1)) },
		"a session twice":     func(tx authority.Tx) { tx.PutSession(s.session(1)); tx.PutSession(s.session(1)) },
	} {
		err := s.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error { put(tx); return nil })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
}
