package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// TestAnotherAccountsKeyIsLikeNone is promise G8 for the keys of accounts; one of several accounts is none of theirs.
func TestAnotherAccountsKeyIsLikeNone(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, with(t, "permissions: [readApplications, writeApplications]}", "permissions: [readApplications, writeApiKeys]}"))
		by, name := as(t, env, authority.ByKey(issue(t, env, keyOfAda).Key)), "renamed"
		keys := map[string]authority.IssuedCredential{}
		for whose, tenants := range map[string][]tenant.ID{"another account": {"account:99"}, "several accounts": {acme, "account:99"}, "no account": nil} {
			keys[whose] = issue(t, env, authority.IssueRequest{
				Kind: authority.KeyPair, Principal: "person:4", Name: whose, Restriction: authority.Restriction{Tenants: tenants},
			})
		}
		_, none := env.Authority.ChangeAccountKey(t.Context(), by, acme, authority.CredentialID{1}, authority.CredentialChange{Name: &name})
		if answerOf(none).kind != fault.NotFound {
			t.Errorf("no key: %v", none)
		}
		for whose, key := range keys {
			_, changed := env.Authority.ChangeAccountKey(t.Context(), by, acme, key.Credential.ID, authority.CredentialChange{Name: &name})
			revoked := env.Authority.RevokeAccountKey(t.Context(), by, acme, key.Credential.ID)
			if answerOf(changed) != answerOf(none) || answerOf(revoked) != answerOf(none) {
				t.Errorf("of %s: %v, %v", whose, changed, revoked)
			}
			wantAuthenticated(t, env, authority.ByKeyPair(key.Key, key.Secret), "")
		}
		listed, err := env.Authority.AccountKeys(t.Context(), by, acme)
		if err != nil || len(listed) != 1 || listed[0].Holder.ID != ada {
			t.Errorf("listed %+v, %v", listed, err)
		}
	})
}

func TestWhoIsHandedOverReachesThatAccountOnly(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token // Ben owns account 99 too
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
		if m := env.Authority.Memberships(by); err != nil || len(m) != 1 || m[0].Account.ID != acme {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func TestWhoIsGrantedNothingIsManagedAtItsOrganisation(t *testing.T) {
	text := with(t, "      - {id: 7, email: clerk@org.test", "      - {id: 8, email: new@org.test, name: Newcomer}\n      - {id: 7, email: clerk@org.test")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		r := authority.IssueRequest{Kind: authority.APIKey, Principal: "person:8", Name: "x"}
		_, err := env.Authority.IssueCredential(t.Context(), as(t, env, manager), r) // of a reseller in that organisation
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		issue(t, env, r)
	})
}

func TestWhoActsForSomebodyElseManagesNoCredential(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token)
		if err != nil {
			t.Fatal(err)
		}
		own := as(t, env, pair).Credential().ID
		_, issues := env.Authority.IssueCredential(t.Context(), by, keyOfAda)
		_, rotates := env.Authority.RotateCredential(t.Context(), by, own, authority.RotateRequest{})
		_, revokes := env.Authority.RevokeCredential(t.Context(), by, own)
		_, makes := env.Authority.IssueAccountKey(t.Context(), by, authority.AccountKeyRequest{Account: acme, Name: "x"})
		for _, err := range []error{issues, rotates, revokes, makes} {
			wantFault(t, err, fault.Denied, authority.ReasonActing)
		}
	})
}

// TestNoIssuedSecretIsInABackup is promise G9 for what is made or brought along by command.
func TestNoIssuedSecretIsInABackup(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		var c canaries
		for _, kind := range []authority.CredentialKind{
			authority.APIKey, authority.ManagerKey, authority.KeyPair, authority.AuthenticationCode, authority.PassCode, authority.Password,
		} {
			r := authority.IssueRequest{Kind: kind, Principal: "person:4", Name: "new"}
			if kind == authority.PassCode {
				r.Import.Key = secret.Of("CARD-7")
			}
			made := issue(t, env, r)
			if kind != authority.KeyPair && kind != authority.PassCode && !made.Key.IsZero() { // whose keys are no secret
				c.add(made.Key.Reveal())
			}
			if !made.Secret.IsZero() {
				c.add(made.Secret.Reveal())
			}
		}
		for table, rows := range dumpOf(t, backUp(t, env), env.Keys) {
			for _, row := range rows {
				for _, value := range row {
					if raw, ok := value.([]byte); ok {
						value = string(raw)
					}
					c.lookFor(t, "a row of "+table, value)
				}
			}
		}
	})
}
