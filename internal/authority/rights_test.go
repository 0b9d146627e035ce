package authority_test

import (
	"context"
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// chain is one way to a session by which somebody is signed in.
type chain struct {
	proof, redeemer authority.Proof
	request         authority.MintRequest
}

var chains = map[string]chain{
	"member": {integrator, portal, forMember},
	"acting": {manager, panel, asOwner},
}

// made is what a chain had led to before something changed.
type made struct {
	session, toShow, toRedeem secret.Text
}

func (c chain) make(t testing.TB, env *testenv.Env) made {
	t.Helper()
	by := as(t, env, c.proof)
	session := mustRedeem(t, env, c.redeemer, mint(t, env, by, c.request)).Token
	return made{session, mint(t, env, by, c.request), mint(t, env, by, c.request)}
}

// works says, for each of the next uses, whether it succeeds.
func (c chain) works(t testing.TB, env *testenv.Env, m made) map[string]bool {
	t.Helper()
	v, err := env.Authority.VerifySession(t.Context(), here, m.session)
	if err != nil {
		t.Errorf("verify: %v", err)
	}
	_, showErr := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: m.toShow, Audience: c.request.Audience})
	_, redeemErr := redeem(t, env, c.redeemer, m.toRedeem, "")
	by, mintErr := env.Authority.Authenticate(t.Context(), here, c.proof)
	if mintErr == nil {
		_, mintErr = env.Authority.MintLoginToken(t.Context(), by, c.request)
	}
	return map[string]bool{"verify": v.Valid(), "show": showErr == nil, "redeem": redeemErr == nil, "mint": mintErr == nil}
}

// wantWorks demands of every chain that all of it works, or, if it is among ended, nothing.
func wantWorks(t testing.TB, env *testenv.Env, before map[string]made, session secret.Text, ended []string) {
	t.Helper()
	for name, c := range chains {
		for use, works := range c.works(t, env, before[name]) {
			if works == slices.Contains(ended, name) {
				t.Errorf("%s of %s: %t", use, name, works)
			}
		}
	}
	v, _ := env.Authority.VerifySession(t.Context(), here, session)
	by, err := env.Authority.Authenticate(t.Context(), here, pair)
	if err == nil {
		_, err = env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Lifetime: hour})
	}
	if ends := slices.Contains(ended, "pair"); v.Valid() == ends || (err == nil) == ends {
		t.Errorf("the key pair: verified %t, opened %v", v.Valid(), err)
	}
}

// rightsChange is something that changes, and which chains it ends.
type rightsChange struct {
	name  string
	edit  []string                                                    // of the directory, or
	write func(ctx context.Context, tx authority.Tx, undo bool) error // what the directory cannot say
	ends  []string
}

var everything = []string{"member", "acting", "pair"}

var rightsChanges = []rightsChange{
	{
		name: "the integrator's key is disabled", ends: []string{"member"},
		edit: []string{"key: key-of-the-integrator,", "key: key-of-the-integrator, status: disabled,"},
	},
	{name: "the pair is disabled", ends: []string{"pair"}, edit: []string{"key: pair-key,", "key: pair-key, status: disabled,"}},
	{name: "the integrator's key is for another account", ends: []string{"member"}, edit: []string{"accounts: [1200]", "accounts: [99]"}},
	{
		name: "the integrator's key is for another dialect", ends: []string{"member"},
		edit: []string{"key: key-of-the-integrator,", "key: key-of-the-integrator, dialects: [pulse],"},
	},
	{name: "the pair is for another dialect", ends: []string{"pair"}, edit: []string{"key: pair-key,", "key: pair-key, dialects: [alephee],"}},
	{name: "the pair is for another account", ends: []string{"pair"}, edit: []string{"account: 1200, person", "account: 99, person"}},
	{
		name: "the pair is given to another person", ends: []string{"pair"},
		edit: []string{"account: 1200, person: owner@acme.test", "account: 1200, person: clerk@org.test"},
	},
	{name: "the person is inactive", ends: []string{"member"}, edit: []string{"test, name: Ben", "test, status: inactive, name: Ben"}},
	{name: "the person is deleted", ends: []string{"member"}, edit: []string{"test, name: Ben", "test, status: deleted, name: Ben"}},
	{name: "the owner is inactive", ends: []string{"acting", "pair"}, edit: []string{"test, name: Ada", "test, status: inactive, name: Ada"}},
	{name: "the manager is inactive", ends: []string{"acting"}, edit: []string{"test, name: Nora", "test, status: inactive, name: Nora"}},
	{
		name: "the person is inactive in the account", ends: []string{"member"},
		edit: []string{"level: user}", "level: user, status: inactive}"},
	},
	{
		name: "the owner is inactive in the account", ends: []string{"acting", "pair"},
		edit: []string{"level: owner, primary: true,", "level: owner, primary: true, status: inactive,"},
	},
	{name: "the person has another level", edit: []string{"level: user}", "level: finance}"}},
	{name: "the account is suspended", ends: everything, edit: []string{"name: ACME\n", "name: ACME\n                status: suspended\n"}},
	{
		name: "its reseller is suspended", ends: everything,
		edit: []string{"name: North-East\n", "name: North-East\n            status: suspended\n"},
	},
	{name: "the reseller above that is suspended", ends: everything, edit: []string{"name: North\n", "name: North\n        status: suspended\n"}},
	{name: "the organisation is suspended", ends: everything, edit: []string{"name: ORG\n", "name: ORG\n    status: suspended\n"}},
	{name: "a stranger's account is suspended", edit: []string{"name: Outside\n", "name: Outside\n            status: suspended\n"}},
	{name: "the account moved out of the manager's subtree", ends: []string{"acting"}, write: putAccount(func(a *authority.Tenant) { a.Parent = "reseller:77" })},
	{name: "the integrator's key is revoked", ends: []string{"member"}, write: putIntegrator(func(c *authority.Credential) { c.RevokedAt = c.CreatedAt })},
	{
		name: "the integrator's key has no permission to mint", ends: []string{"member"},
		write: putIntegrator(func(c *authority.Credential) { c.Permissions = []grant.Permission{"readApplications"} }),
	},
	{name: "the integrator is not granted the account", ends: []string{"member"}, write: dropGrant("service:ORG/integrator", acme, grant.Integrator)},
	{name: "the person is no member", ends: []string{"member"}, write: dropGrant("person:4", acme, grant.AccountUser)},
	{name: "the manager is none", ends: []string{"acting"}, write: dropGrant("person:5", "reseller:1", grant.ManagerAdmin)},
}

func putAccount(edit func(a *authority.Tenant)) func(context.Context, authority.Tx, bool) error {
	return func(ctx context.Context, tx authority.Tx, undo bool) error {
		lineage, err := tx.Lineage(ctx, acme)
		if err == nil && !undo {
			it := *lineage[0]
			edit(&it)
			tx.PutTenant(it)
		}
		return err // undone by the directory
	}
}

func putIntegrator(edit func(c *authority.Credential)) func(context.Context, authority.Tx, bool) error {
	var before authority.Credential
	return func(ctx context.Context, tx authority.Tx, undo bool) error {
		if undo {
			tx.PutCredential(before)
			return nil
		}
		owned, err := tx.CredentialsOf(ctx, []grant.PrincipalID{"service:ORG/integrator"})
		if err != nil {
			return err
		}
		before = owned[0]
		edit(&owned[0])
		tx.PutCredential(owned[0])
		return nil
	}
}

func dropGrant(who grant.PrincipalID, at tenant.ID, role grant.RoleID) func(context.Context, authority.Tx, bool) error {
	return func(_ context.Context, tx authority.Tx, undo bool) error {
		if !undo {
			tx.DropGrant(grant.Grant{Principal: who, Tenant: at, Role: role})
		}
		return nil // undone by the directory
	}
}

func (c rightsChange) make(t testing.TB, env *testenv.Env, undo bool) {
	t.Helper()
	if c.write != nil {
		change(t, env, func(ctx context.Context, tx authority.Tx) error { return c.write(ctx, tx, undo) })
	}
	if undo {
		env.Apply(t, coreDirectory)
	} else if c.edit != nil {
		env.Apply(t, with(t, c.edit...))
	}
}

func TestWhatChangedCountsAtTheNextUse(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, c := range rightsChanges {
			t.Run(c.name, func(t *testing.T) {
				before := map[string]made{}
				for name, chain := range chains {
					before[name] = chain.make(t, env)
				}
				session := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
				c.make(t, env, false)
				wantWorks(t, env, before, session, c.ends)
				c.make(t, env, true)
			})
		}
	})
}

func TestARotatedManagerKeyEndsWhatCameFromTheOldOne(t *testing.T) {
	rotated := with(t, "api_token: key-of-the-manager", "api_token: another-key-of-the-manager")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := chains["acting"].make(t, env)
		env.Apply(t, rotated)
		for use, works := range chains["acting"].works(t, env, before) {
			if works {
				t.Errorf("%s still works", use)
			}
		}
		wantVerdict(t, env, before.session, authority.ReasonRevoked)
	})
}

func TestAManagerKeyGivenToAnotherManagerEndsWhatTheFormerOneDoes(t *testing.T) {
	given := with(t,
		"{person: manager@north.test, role: admin, api_token: key-of-the-manager}",
		"{person: manager@north.test, role: admin}\n          - {person: clerk@org.test, role: admin, api_token: key-of-the-manager}")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := chains["acting"].make(t, env)
		env.Apply(t, given)
		wantVerdict(t, env, before.session, authority.ReasonRevoked)
		_, err := redeem(t, env, panel, before.toRedeem, "")
		wantSpent(t, err)
	})
}

func TestADisabledAudienceCredentialRedeemsNoMore(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, portal)
		token := mint(t, env, as(t, env, integrator), forMember)
		change(t, env, func(ctx context.Context, tx authority.Tx) error {
			owned, err := tx.CredentialsOf(ctx, []grant.PrincipalID{by.Principal().ID})
			if err != nil {
				return err
			}
			owned[0].Status = authority.Disabled
			tx.PutCredential(owned[0])
			return nil
		})
		if _, err := env.Authority.Authenticate(t.Context(), here, portal); err == nil {
			t.Error("authenticated")
		}
		if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: token, Audience: 1}); err != nil {
			t.Errorf("the token itself is none the worse: %v", err)
		}
	})
}

func TestAChangedAudienceCountsAtTheNextMint(t *testing.T) {
	changed := with(t,
		"{id: 2, name: api, kind: api, lifetime: {default: 30s", "{id: 2, name: api, kind: api, lifetime: {default: 40s",
		"{portal}/login?token={token}", "{portal}/signin?t={token}")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, changed)
		minted, err := env.Authority.MintLoginToken(t.Context(), as(t, env, integrator), forMember)
		if want := "http://acme.test/signin?t=" + minted.Text.Reveal(); err != nil || minted.URL != want {
			t.Errorf("%q, %v; want %q", minted.URL, err, want)
		}
		r := forMember
		r.Audience = 2
		minted, err = env.Authority.MintLoginToken(t.Context(), as(t, env, integrator), r)
		if err != nil || minted.LoginToken.ExpiresAt.Sub(env.Clock.Now()).Seconds() != 40 {
			t.Errorf("%+v, %v", minted.LoginToken, err)
		}
	})
}
