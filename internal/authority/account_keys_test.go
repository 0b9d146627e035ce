package authority_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// eachKeyed is eachCore where Ada may write keys of her account.
func eachKeyed(t *testing.T, test func(t *testing.T, env *testenv.Env)) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, with(t, "permissions: [readApplications, writeApplications]}", "permissions: [readApplications, writeApiKeys]}"))
		test(t, env)
	})
}

// TestAnAccountKeyIsBoundByWhatBindsItsMakersCredential: else whoever holds a bounded key would make itself one without bounds.
func TestAnAccountKeyIsBoundByWhatBindsItsMakersCredential(t *testing.T) {
	eachKeyed(t, func(t *testing.T, env *testenv.Env) {
		r := keyOfAda
		r.ExpiresAt = env.Clock.Now().Add(time.Hour)
		r.Networks, r.Dialects = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, []string{"native"}
		r.Limits = map[string]int{"accounts": 5}
		by := as(t, env, authority.ByKey(issue(t, env, r).Key))
		made, err := env.Authority.IssueAccountKey(t.Context(), by, authority.AccountKeyRequest{
			Account: acme, Name: "made", Permissions: []grant.Permission{"readApplications"},
		})
		if err != nil {
			t.Fatal(err)
		}
		proof := authority.ByKeyPair(made.Key, made.Secret)
		as(t, env, proof)
		mustReason(t, env, from("198.51.100.1"), proof, authority.ReasonNetwork)
		mustReason(t, env, authority.Origin{Dialect: "pulse", Source: here.Source}, proof, authority.ReasonDialect)
		if made.Credential.Limits["accounts"] != 5 {
			t.Errorf("limits %v", made.Credential.Limits)
		}
		env.Clock.Advance(time.Hour)
		wantAuthenticated(t, env, proof, authority.ReasonExpired)
	})
}

func TestARequestInFlightWhileItsKeyEndsMakesNoAccountKey(t *testing.T) {
	eachKeyed(t, func(t *testing.T, env *testenv.Env) {
		key := issue(t, env, keyOfAda)
		by := as(t, env, authority.ByKey(key.Key))
		if _, err := env.Authority.RevokeCredential(t.Context(), operator, key.Credential.ID); err != nil {
			t.Fatal(err)
		}
		before := allCredentials(t, env)
		_, err := env.Authority.IssueAccountKey(t.Context(), by, authority.AccountKeyRequest{
			Account: acme, Name: "late", Permissions: []grant.Permission{"readApplications"},
		})
		wantFault(t, err, fault.Unauthenticated, authority.ReasonRevoked)
		if after := allCredentials(t, env); len(after) != len(before) {
			t.Errorf("%d credentials, then %d", len(before), len(after))
		}
	})
}

func TestAKeyIsEnabledByWhoHasAllItsPermissions(t *testing.T) {
	eachKeyed(t, func(t *testing.T, env *testenv.Env) {
		account := authority.Restriction{Tenants: []tenant.ID{acme}}
		few := account
		few.Permissions = []grant.Permission{grant.WriteAPIKeys}
		weak := issue(t, env, authority.IssueRequest{Kind: authority.KeyPair, Principal: "person:3", Name: "weak", Restriction: few})
		many := account
		many.Permissions = []grant.Permission{grant.WriteAPIKeys, "readApplications"}
		strong := as(t, env, authority.ByKey(issue(t, env, keyOfAda).Key))
		weaker := as(t, env, authority.ByKeyPair(weak.Key, weak.Secret))
		disabled, active := authority.Disabled, authority.Active
		for name, of := range map[string]authority.Restriction{"all": account, "some": many} {
			key := issue(t, env, authority.IssueRequest{Kind: authority.KeyPair, Principal: "person:3", Name: name, Restriction: of}).Credential.ID
			set := func(by authority.Actor, status *authority.Status) error {
				return failure(env.Authority.ChangeAccountKey(t.Context(), by, acme, key, authority.CredentialChange{Status: status}))
			}
			if err := set(weaker, &disabled); err != nil {
				t.Errorf("%s: disable: %v", name, err)
			}
			wantFault(t, set(weaker, &active), fault.Denied, authority.ReasonNoPermission)
			if err := set(strong, &active); err != nil {
				t.Errorf("%s: enable: %v", name, err)
			}
		}
	})
}

// twoPairs is a directory with a weak pair beside a strong one of the same person.
func twoPairs(t *testing.T) string {
	t.Helper()
	const sync = "{name: sync, key: pair-key, secret: pair-secret, account: 1200, person: owner@acme.test, permissions: [readApplications]}"
	return with(t, "permissions: [readApplications, writeApplications]}", "permissions: [readApplications, writeApiKeys]}", sync,
		"{name: strong, key: strong-key, secret: strong-secret, account: 1200, person: owner@acme.test}\n"+
			"      - {name: weak, key: weak-key, secret: weak-secret, account: 1200, person: owner@acme.test, permissions: [writeApiKeys]}")
}

func TestAKeyThatTheDirectoryNamesKeepsItsName(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, twoPairs(t))
		file, _ := exported(t, env)
		weak := authority.ByKeyPair(secret.Of("weak-key"), secret.Of("weak-secret"))
		by := as(t, env, weak)
		for id, name := range map[authority.CredentialID]string{
			by.Credential().ID: "strong", stored(t, env, "person:3", "strong").ID: "weak",
		} {
			_, err := env.Authority.ChangeAccountKey(t.Context(), by, acme, id, authority.CredentialChange{Name: &name})
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		}
		if r, err := apply(t, env, file, authority.ApplyOptions{}); err != nil || r.Changes() != 0 {
			t.Errorf("the export of before: %+v, %v", r, err)
		}
		if m := env.Authority.Memberships(as(t, env, weak)); !slices.Equal(m[0].Permissions, []grant.Permission{grant.WriteAPIKeys}) {
			t.Errorf("the weak key may %v", m[0].Permissions)
		}
	})
}

func TestARotatedKeyOfOnesOwnIsNotTakenForTheDirectorysOfThatName(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, twoPairs(t))
		file, _ := exported(t, env)
		env.Clock.Advance(time.Minute)
		by := as(t, env, authority.ByKeyPair(secret.Of("weak-key"), secret.Of("weak-secret")))
		own, err := env.Authority.IssueAccountKey(t.Context(), by, authority.AccountKeyRequest{
			Account: acme, Name: "strong", Permissions: []grant.Permission{grant.WriteAPIKeys},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := env.Authority.RotateCredential(t.Context(), operator, own.Credential.ID, authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
		if r, err := apply(t, env, file, authority.ApplyOptions{}); err != nil || r.Changes() != 0 {
			t.Errorf("the export of before: %+v, %v", r, err)
		}
	})
}

func TestAnAccountHasABoundedNumberOfKeys(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, with(t, "permissions: [readApplications, writeApplications]}", "permissions: [readApplications, writeApiKeys]}"))
		by := as(t, env, authority.ByKey(issue(t, env, keyOfAda).Key))
		r := authority.AccountKeyRequest{Account: acme, Name: "one more", Permissions: []grant.Permission{"readApplications"}}
		var err error
		for range authority.MaxAccountKeys - 1 { // the directory gives it one
			if _, err = env.Authority.IssueAccountKey(t.Context(), by, r); err != nil {
				t.Fatal(err)
			}
		}
		_, err = env.Authority.IssueAccountKey(t.Context(), by, r)
		wantFault(t, err, fault.Conflict, authority.ReasonTooManyKeys)
	})
}
