package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// The fixture: an account below two resellers, its owner, and a service that mints.
var (
	organisation = tenant.Organisation("ORG")
	outer, inner = tenant.Reseller(1), tenant.Reseller(2)
	account      = tenant.Account(1200)
	owner        = grant.Person(3)
	other        = grant.Person(4)
	minter       = grant.Service("ORG/minter")
	minterKey    = authority.CredentialID{1}
	agent        = grant.OrganisationRole("ORG", "agent")
)

const audience authority.AudienceID = 1

func (s Subject) fixture(t testing.TB) {
	t.Helper()
	now := s.Store.Now()
	s.change(t, func(tx authority.Tx) {
		parents := map[tenant.ID]tenant.ID{organisation: tenant.Installation, outer: organisation, inner: outer, account: inner}
		for _, id := range []tenant.ID{tenant.Installation, organisation, outer, inner, account} {
			n := authority.Tenant{ID: id, Parent: parents[id], Name: string(id), Status: authority.Active, CreatedAt: now, UpdatedAt: now}
			if id == account {
				n.Portal = "http://Acme.localhost:8080"
				n.Profile = authority.Profile{BusinessName: "ACME 'Ltd' ✓", Whitelabel: map[string]any{"theme": "dark"}}
			}
			tx.PutTenant(n)
		}
		tx.PutRole(grant.Role{ID: agent, Permissions: []grant.Permission{"readApplications", "writeApplications"}})
		tx.PutAudience(authority.Audience{
			ID: audience, Name: "Portal", Kind: authority.Portal, URL: "{portal}/login?token={token}", Home: "{portal}/",
			Lifetime:  authority.LifetimeRange{Default: 30 * time.Second, Min: 5 * time.Second, Max: time.Minute},
			CreatedAt: now, UpdatedAt: now,
		})
		tx.PutPrincipal(person(owner, "Owner@acme.test", "acme.owner", now))
		tx.PutPrincipal(person(other, "other@acme.test", "", now))
		tx.PutPrincipal(authority.Principal{ID: minter, Organisation: organisation, Name: "minter", Status: authority.Active, CreatedAt: now, UpdatedAt: now})
		tx.PutGrant(grant.Grant{Principal: owner, Tenant: account, Role: grant.AccountOwner, Primary: true, Position: 2})
		tx.PutGrant(grant.Grant{Principal: owner, Tenant: account, Role: agent, Position: 3})
		tx.PutGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountUser, Position: 4})
		tx.PutGrant(grant.Grant{Principal: minter, Tenant: account, Role: grant.Integrator, Position: 1})
		tx.PutCredential(authority.Credential{
			ID: minterKey, Kind: authority.APIKey, Principal: minter, Name: "key", Lookup: secret.Fingerprint{9}, Status: authority.Active,
			Restriction: authority.Restriction{Tenants: []tenant.ID{account}, Dialects: []string{"alephee"}},
			Limits:      map[string]int{"logintoken": 30}, SecretAt: now, CreatedAt: now, UpdatedAt: now,
		})
	})
}

func person(id grant.PrincipalID, email, username string, now time.Time) authority.Principal {
	return authority.Principal{
		ID: id, Organisation: organisation, Email: email, Username: username, Name: "Ann " + string(id),
		Status: authority.Active, CreatedAt: now, UpdatedAt: now, CreatedBy: "service:test", UpdatedBy: "service:test",
	}
}

// token returns a login token of the fixture that lives for a minute.
func (s Subject) token(n byte) authority.LoginToken {
	now := s.Store.Now()
	return authority.LoginToken{
		ID: authority.LoginTokenID{n}, Fingerprint: secret.Fingerprint{n, n}, Audience: audience, Subject: owner, Account: account,
		Credential: minterKey, Dialect: "alephee", MintedAt: now, ExpiresAt: now.Add(time.Minute),
	}
}

func (s Subject) mint(t testing.TB, l authority.LoginToken) {
	t.Helper()
	s.change(t, func(tx authority.Tx) { tx.PutLoginToken(l) })
}

func redemptionOf(l authority.LoginToken) authority.Redemption {
	return authority.Redemption{
		Token: l.ID, Fingerprint: l.Fingerprint, Audience: l.Audience,
		By: authority.CredentialID{7}, Key: secret.Fingerprint{8}, Session: authority.SessionID{l.ID[0], 5},
	}
}

// redeem tries to spend a token and reports whether it did.
func (s Subject) redeem(t testing.TB, r authority.Redemption) bool {
	t.Helper()
	var spent bool
	err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) (err error) {
		_, spent, err = tx.RedeemLoginToken(ctx, r)
		return err
	})
	if err != nil {
		t.Errorf("redeem: %v", err)
	}
	return spent && err == nil
}

func (s Subject) factsOf(t testing.TB, id authority.LoginTokenID) (facts authority.LoginTokenFacts) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, id)
		return err
	})
	return facts
}
