package authority_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// byItsCredential does something to the credential that a session came from.
func byItsCredential(do func(ctx context.Context, a *authority.Authority, id authority.CredentialID) error) ending {
	return func(t testing.TB, env *testenv.Env, token secret.Text) {
		v, err := env.Authority.VerifySession(t.Context(), here, token)
		if err == nil {
			err = do(t.Context(), env.Authority, v.Credential.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func changeCredential(change authority.CredentialChange) ending {
	return byItsCredential(func(ctx context.Context, a *authority.Authority, id authority.CredentialID) error {
		_, err := a.ChangeCredential(ctx, operator, id, change)
		return err
	})
}

// byAct returns an ending by one act of the operator.
func byAct(do func(ctx context.Context, a *authority.Authority) error) ending {
	return func(t testing.TB, env *testenv.Env, _ secret.Text) {
		if err := do(t.Context(), env.Authority); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	disabledStatus, inactive, moved = authority.Disabled, authority.Inactive, tenant.ID("reseller:77")
	nothing                         = []grant.Permission{}
)

var swapLevels = byFile("owner@acme.test, level: owner", "owner@acme.test, level: admin", "user@acme.test, level: user", "user@acme.test, level: owner")

// actsThatChange are what the causes of ending reach behind the acts for, or do not have: it need not end a session to
// change what a token says or permits.
var actsThatChange = map[string]map[string]ending{
	"credential revoked": every(byItsCredential(func(ctx context.Context, a *authority.Authority, id authority.CredentialID) error {
		_, err := a.RevokeCredential(ctx, operator, id)
		return err
	})),
	"credential rotated": except(actingSession, byItsCredential(func(ctx context.Context, a *authority.Authority, id authority.CredentialID) error {
		_, err := a.RotateCredential(ctx, operator, id, authority.RotateRequest{})
		return err
	})),
	"credential disabled":      every(changeCredential(authority.CredentialChange{Status: &disabledStatus})),
	"credential's permissions": every(changeCredential(authority.CredentialChange{Permissions: &nothing})),
	"manager's key regenerated": {actingSession: func(t testing.TB, env *testenv.Env, _ secret.Text) {
		if _, _, err := env.Authority.RegenerateManagerKey(t.Context(), as(t, env, manager), "reseller:1", "person:5"); err != nil {
			t.Fatal(err)
		}
	}},
	"own role changed by the file": {pulseSession: byFile("[readApplications, writeApplications]", "[readApplications]"), actingSession: byFile("[readApplications, writeApplications]", "[readApplications]")},
	"own role changed": {pulseSession: byAct(func(ctx context.Context, a *authority.Authority) error {
		_, err := a.ChangeRole(ctx, operator, "ORG/agent", []grant.Permission{"x"}, nil)
		return err
	})},
	"levels changed by the file":           {pulseSession: swapLevels, nativeSession: swapLevels, actingSession: swapLevels},
	"a manager's role changed by the file": {actingSession: byFile("role: admin", "role: sales")},
	"a grant taken": {nativeSession: byAct(func(ctx context.Context, a *authority.Authority) error {
		return a.TakeGrant(ctx, operator, authority.GrantKey{Principal: "person:4", Tenant: acme, Role: grant.AccountUser}, nil)
	})},
	"person deactivated": except(crmcomSession, byAct(func(ctx context.Context, a *authority.Authority) error {
		for _, id := range []grant.PrincipalID{"person:3", "person:4"} {
			if _, err := a.ChangePrincipal(ctx, operator, id, authority.PrincipalChange{Status: &inactive}); err != nil {
				return err
			}
		}
		return nil
	})),
	"account moved": except(crmcomSession, byAct(func(ctx context.Context, a *authority.Authority) error {
		_, err := a.ChangeTenant(ctx, operator, acme, authority.TenantChange{Parent: &moved})
		return err
	})),
	"organisation suspended":       every(suspendTenant("organisation:ORG")),
	"audience changed by the file": {nativeSession: byFile("name: portal,", "name: another portal,")},
	"signing key killed": every(func(t testing.TB, env *testenv.Env, _ secret.Text) {
		kid := keyIn(t, signingKeys(t, env.Authority), authority.CurrentKey).ID
		if _, _, err := env.Authority.KillSigningKey(t.Context(), operator, kid); err != nil {
			t.Fatal(err)
		}
	}),
	"the fence raised": every(byAct(func(ctx context.Context, a *authority.Authority) error {
		_, err := a.RaiseFence(ctx, operator)
		return err
	})),
}

// Whatever ends a session, or changes what a token made from it says, publishes a fact that the token has.
func TestWhateverEndsWhatATokenDependsOnIsPublishedAsOneOfItsFacts(t *testing.T) {
	check := func(name, kind string, end ending) {
		t.Run(name+"/"+kind, func(t *testing.T) {
			env := testenv.New(t, "sqlite")
			env.Apply(t, coreDirectory)
			token := sessionKinds[kind](t, env)
			by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
			if err != nil {
				t.Fatal(err)
			}
			facts := accessOf(t, env, access(t, env, by, authority.AccessTokenRequest{Resource: testenv.InstallationURL + "/audiences/1"}).Token).Facts
			before := len(feedOf(t, env))
			end(t, env, token)
			published := feedOf(t, env)[before:]
			if !slices.ContainsFunc(published, func(f authority.FeedEntry) bool {
				return f.Kind == authority.FeedEverything || slices.Contains(facts, secret.Fact(string(f.Kind), f.Key))
			}) {
				t.Errorf("none of what was published is a fact of the token: %+v", published)
			}
		})
	}
	for _, c := range causesOfEnding {
		if strings.Contains(c.name, "credential") || strings.HasSuffix(c.name, "lifetime") {
			continue // done by the acts themselves; in the token itself
		}
		for kind, end := range c.ends {
			check(c.name, kind, end)
		}
	}
	for name, kinds := range actsThatChange {
		for kind, end := range kinds {
			check(name, kind, end)
		}
	}
}
