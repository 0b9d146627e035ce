package authority_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// operator is who works at the machine.
var operator = authority.CommandLine(authority.Origin{Dialect: "command-line"})

func issue(t testing.TB, env *testenv.Env, r authority.IssueRequest) authority.IssuedCredential {
	t.Helper()
	issued, err := env.Authority.IssueCredential(t.Context(), operator, r)
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return issued
}

// keyOfAda is an API key of the owner of ACME.
var keyOfAda = authority.IssueRequest{Kind: authority.APIKey, Principal: "person:3", Name: "Ada's script"}

func wantAuthenticated(t testing.TB, env *testenv.Env, p authority.Proof, reason string) {
	t.Helper()
	if _, err := env.Authority.Authenticate(t.Context(), here, p); reason == "" && err != nil || reason != "" && fault.ReasonOf(err) != reason {
		t.Errorf("authenticate: %v; want %q", err, reason)
	}
}

func TestEveryKindOfCredentialIsIssuedAndProvesItsHolder(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		org := tenant.Organisation("ORG")
		for kind, prove := range map[authority.CredentialKind]func(c authority.IssuedCredential) authority.Proof{
			authority.APIKey:             func(c authority.IssuedCredential) authority.Proof { return authority.ByKey(c.Key) },
			authority.ManagerKey:         func(c authority.IssuedCredential) authority.Proof { return authority.ByKey(c.Key) },
			authority.KeyPair:            func(c authority.IssuedCredential) authority.Proof { return authority.ByKeyPair(c.Key, c.Secret) },
			authority.AuthenticationCode: func(c authority.IssuedCredential) authority.Proof { return authority.ByAuthenticationCode(org, c.Key) },
			authority.PassCode:           func(c authority.IssuedCredential) authority.Proof { return authority.ByPassCode(org, c.Key, c.Secret) },
			authority.Password: func(c authority.IssuedCredential) authority.Proof {
				return authority.ByPassword("", "user@acme.test", c.Secret)
			},
		} {
			r := authority.IssueRequest{Kind: kind, Principal: "user@acme.test", Name: "new"}
			if kind == authority.PassCode {
				r.Import.Key = secret.Of("CARD-7")
			}
			var issued authority.IssuedCredential
			events := eventsDuring(t, env, func() { issued = issue(t, env, r) })
			if len(events) != 1 || events[0].Act != audit.IssueCredential || events[0].Subject != "person:4" {
				t.Errorf("%s: events %+v", kind, events)
			}
			if by := as(t, env, prove(issued)); by.Principal().ID != "person:4" {
				t.Errorf("%s proves %s", kind, by.Principal().ID)
			}
		}
	})
}

func TestAKeyWorksInEveryDialectThatItIsAllowedInAndInNoOther(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		only := keyOfAda
		only.Dialects = []string{"alephee", "pulse"}
		key := issue(t, env, only).Key
		pairOf := authority.IssueRequest{Kind: authority.KeyPair, Principal: "person:3", Name: "pair", Restriction: only.Restriction}
		issuedPair := issue(t, env, pairOf)
		whole := secret.Of(issuedPair.Key.Reveal() + ":" + issuedPair.Secret.Reveal())
		for name, p := range map[string]authority.Proof{
			"one string in one place": authority.ByKey(key), "one string in two places": authority.ByKeyPair(key, key),
			"a pair in two places": authority.ByKeyPair(issuedPair.Key, issuedPair.Secret), "a pair in one place": authority.ByKey(whole),
		} {
			for dialect, reason := range map[string]string{"alephee": "", "pulse": "", "crmcom": authority.ReasonDialect, "native": authority.ReasonDialect} {
				_, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, p)
				if (err == nil) != (reason == "") || err != nil && fault.ReasonOf(err) != reason {
					t.Errorf("%s through %s: %v", name, dialect, err)
				}
			}
		}
		for name, p := range map[string]authority.Proof{
			"a pair's key alone": authority.ByKey(issuedPair.Key), "its secret alone": authority.ByKey(issuedPair.Secret),
			"a wrong secret": authority.ByKey(secret.Of(issuedPair.Key.Reveal() + ":x")), "a key and another": authority.ByKeyPair(key, issuedPair.Secret),
			"an empty secret": authority.ByKey(secret.Of(issuedPair.Key.Reveal() + ":")),
		} {
			if _, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "pulse"}, p); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestACredentialIsBoundByItsEndNetworkTenantAndPermissions(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		r := keyOfAda
		r.ExpiresAt = env.Clock.Now().Add(time.Hour)
		r.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
		r.Tenants, r.Permissions = []tenant.ID{acme}, []grant.Permission{"readApplications"}
		key := authority.ByKey(issue(t, env, r).Key)
		by := as(t, env, key)
		if m := env.Authority.Memberships(by); len(m) != 1 || !slices.Equal(m[0].Permissions, []grant.Permission{"readApplications"}) {
			t.Errorf("memberships %+v", m)
		}
		if _, err := env.Authority.Authenticate(t.Context(), from("198.51.100.1"), key); fault.ReasonOf(err) != authority.ReasonNetwork {
			t.Errorf("from elsewhere: %v", err)
		}
		env.Clock.Advance(time.Hour)
		wantAuthenticated(t, env, key, authority.ReasonExpired)
	})
}

func TestARotatedKeyOverlapsAndThenEndsWithWhatItMade(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		old := issue(t, env, keyOfAda)
		session := open(t, env, authority.ByKey(old.Key), authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: 48 * time.Hour}})
		next, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{Overlap: 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		wantAuthenticated(t, env, authority.ByKey(old.Key), "")
		wantAuthenticated(t, env, authority.ByKey(next.Key), "")
		wantVerdict(t, env, session, "")
		if next.Credential.Name != old.Credential.Name || next.Credential.Principal != "person:3" {
			t.Errorf("the new one is %+v", next.Credential)
		}
		if _, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{}); fault.ReasonOf(err) != authority.ReasonReplaced {
			t.Errorf("the old one once more: %v", err)
		}
		env.Clock.Advance(24 * time.Hour)
		wantAuthenticated(t, env, authority.ByKey(old.Key), authority.ReasonExpired)
		wantVerdict(t, env, session, authority.ReasonExpired)
		wantAuthenticated(t, env, authority.ByKey(next.Key), "")
	})
}

func TestWithoutOverlapTheOldKeyEndsAtOnce(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, kind := range []authority.CredentialKind{authority.APIKey, authority.KeyPair, authority.ManagerKey} {
			old := issue(t, env, authority.IssueRequest{Kind: kind, Principal: "person:4", Name: "k"})
			next, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			prove := func(c authority.IssuedCredential) authority.Proof {
				if kind == authority.KeyPair {
					return authority.ByKeyPair(c.Key, c.Secret)
				}
				return authority.ByKey(c.Key)
			}
			wantAuthenticated(t, env, prove(old), authority.ReasonRevoked)
			wantAuthenticated(t, env, prove(next), "")
		}
		_, err := env.Authority.RotateCredential(t.Context(), operator, issue(t, env, authority.IssueRequest{Kind: authority.ManagerKey, Principal: "person:3", Name: "m"}).Credential.ID,
			authority.RotateRequest{Overlap: time.Hour})
		wantFault(t, err, fault.Malformed, "bad-parameter")
	})
}

func TestANewPasswordEndsWhatTheOldOneMade(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		old := issue(t, env, authority.IssueRequest{Kind: authority.Password, Principal: "person:3"})
		prove := func(c authority.IssuedCredential) authority.Proof {
			return authority.ByPassword("", "owner@acme.test", c.Secret)
		}
		session := open(t, env, prove(old), authority.SessionRequest{Lifetime: hour}) // within the same microsecond
		next, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{})
		if err != nil {
			t.Fatal(err)
		}
		wantAuthenticated(t, env, prove(old), authority.ReasonWrong)
		wantAuthenticated(t, env, prove(next), "")
		wantVerdict(t, env, session, authority.ReasonRevoked)
	})
}

func TestARequestInFlightWhileTheSecretChangesMakesNothingThatLives(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		old := issue(t, env, authority.IssueRequest{Kind: authority.Password, Principal: "person:5"})
		proven := as(t, env, authority.ByPassword("", "manager@north.test", old.Secret))
		env.Clock.Advance(time.Second)
		if _, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
		env.Clock.Advance(time.Second)
		opened, err := env.Authority.OpenSession(t.Context(), proven, authority.SessionRequest{Lifetime: hour})
		if err != nil {
			t.Fatal(err)
		}
		wantVerdict(t, env, opened.Token, authority.ReasonRevoked)
		_, err = redeem(t, env, panel, mint(t, env, proven, asOwner), "")
		wantSpent(t, err)
	})
}

func TestRevokingEndsAllThatACredentialMadeAndCountsIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		key := issue(t, env, authority.IssueRequest{Kind: authority.APIKey, Principal: "person:5", Name: "Nora's script"})
		var sessions []secret.Text
		for range 3 {
			sessions = append(sessions, open(t, env, authority.ByKey(key.Key), authority.SessionRequest{Lifetime: hour}))
		}
		mint(t, env, as(t, env, authority.ByKey(key.Key)), asOwner)
		want := authority.Ends{Sessions: 3, LoginTokens: 1}
		if _, made, err := env.Authority.WouldEnd(t.Context(), operator, key.Credential.ID); err != nil || made != want {
			t.Errorf("would end %+v, %v", made, err)
		}
		made, err := env.Authority.RevokeCredential(t.Context(), operator, key.Credential.ID)
		if err != nil || made != want {
			t.Errorf("ended %+v, %v", made, err)
		}
		for _, s := range sessions {
			wantVerdict(t, env, s, authority.ReasonRevoked)
		}
		wantAuthenticated(t, env, authority.ByKey(key.Key), authority.ReasonRevoked)
		if again, err := env.Authority.RevokeCredential(t.Context(), operator, key.Credential.ID); err != nil || again != (authority.Ends{}) {
			t.Errorf("again: %+v, %v", again, err)
		}
	})
}

func TestALastUseIsKnownByDialectAndPlaceAndNeverWrittenWhileLoggingIn(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		key := issue(t, env, keyOfAda)
		uses := func() (found []authority.CredentialUse) {
			listed, err := env.Authority.ListCredentials(t.Context(), operator, authority.CredentialFilter{Name: keyOfAda.Name}, authority.CredentialID{}, 10)
			if err != nil || len(listed) != 1 {
				t.Fatalf("listed %+v, %v", listed, err)
			}
			return listed[0].Uses
		}
		as(t, env, authority.ByKey(key.Key))
		if found := uses(); len(found) != 0 {
			t.Errorf("written while logging in: %+v", found)
		}
		elsewhere := authority.Origin{Dialect: "pulse", Source: netip.MustParseAddr("2001:db8::1")}
		env.Clock.Advance(time.Second)
		if _, err := env.Authority.Authenticate(t.Context(), elsewhere, authority.ByKey(key.Key)); err != nil {
			t.Fatal(err)
		}
		if err := env.Authority.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		found := uses()
		if len(found) != 2 || found[0].Dialect != "pulse" || found[0].Source != "2001:db8::/64" || !found[0].At.Equal(env.Clock.Now()) || found[1].Source != "192.0.2.1/32" {
			t.Errorf("uses %+v", found)
		}
	})
}

func TestNobodyManagesTheCredentialsOfWhoHasRightsOutsideItsReach(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		nora := as(t, env, manager) // admin of reseller 1; person:4 owns an account of reseller 77 too
		r := keyOfAda
		r.Principal = "person:5"
		if _, err := env.Authority.IssueCredential(t.Context(), nora, r); err != nil {
			t.Errorf("herself: %v", err)
		}
		// person:3 has the platform's own permissions, which Nora has not
		for _, who := range []grant.PrincipalID{"person:3", "person:4", "person:7", "service:audience/1", "person:99"} {
			r.Principal = who
			_, err := env.Authority.IssueCredential(t.Context(), nora, r)
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", who, err)
			}
		}
		of4 := issue(t, env, authority.IssueRequest{Kind: authority.APIKey, Principal: "person:4", Name: "x"}).Credential.ID
		_, revokes := env.Authority.RevokeCredential(t.Context(), nora, of4)
		_, rotates := env.Authority.RotateCredential(t.Context(), nora, of4, authority.RotateRequest{})
		_, changes := env.Authority.ChangeCredential(t.Context(), nora, of4, authority.CredentialChange{})
		_, _, asks := env.Authority.WouldEnd(t.Context(), nora, of4)
		for what, err := range map[string]error{"revoke": revokes, "rotate": rotates, "change": changes, "would end": asks} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		r.Principal, r.Name, r.Dialects = "person:5", "narrow", []string{"native"}
		narrow := as(t, env, authority.ByKey(issue(t, env, r).Key))
		r.Name, r.Dialects = "wide", nil
		if _, err := env.Authority.IssueCredential(t.Context(), narrow, r); fault.KindOf(err) != fault.Denied {
			t.Errorf("a restricted credential issues an unrestricted one: %v", err)
		}
	})
}

func TestAnApplyLeavesWhatWasRotatedAlone(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		id := as(t, env, clerk).Credential().ID
		if _, err := env.Authority.RotateCredential(t.Context(), operator, id, authority.RotateRequest{Overlap: time.Hour}); err != nil {
			t.Fatal(err)
		}
		if r := env.Apply(t, coreDirectory); r.Changes() != 0 || len(r.Revoked) != 1 {
			t.Errorf("apply: %+v", r)
		}
		env.Clock.Advance(time.Hour)
		wantAuthenticated(t, env, clerk, authority.ReasonExpired)
	})
}

func TestAnAccountKeyHasNoMoreThanItsMakersPermissions(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, with(t, "permissions: [readApplications, writeApplications]}", "permissions: [readApplications, writeApiKeys]}"))
		by := as(t, env, authority.ByKey(issue(t, env, keyOfAda).Key))
		make := func(account tenant.ID, permissions ...grant.Permission) (authority.IssuedCredential, error) {
			return env.Authority.IssueAccountKey(t.Context(), by, authority.AccountKeyRequest{Account: account, Name: "sync 2", Permissions: permissions})
		}
		made, err := make(acme, "readApplications")
		if err != nil {
			t.Fatal(err)
		}
		wantAuthenticated(t, env, authority.ByKeyPair(made.Key, made.Secret), "")
		for name, try := range map[string]error{
			"more": failure(make(acme, "readApplications", "writeApplications")), "none": failure(make(acme)),
			"elsewhere": failure(make("account:99", "readApplications")),
		} {
			if fault.KindOf(try) != fault.Denied {
				t.Errorf("%s: %v", name, try)
			}
		}
		weaker := as(t, env, authority.ByKeyPair(made.Key, made.Secret))
		if _, err := env.Authority.AccountKeys(t.Context(), weaker, acme); fault.KindOf(err) != fault.Denied {
			t.Errorf("a key without the permission lists keys: %v", err)
		}
		more := []grant.Permission{"writeApplications"}
		if _, err := env.Authority.ChangeAccountKey(t.Context(), by, acme, made.Credential.ID, authority.CredentialChange{Permissions: &more}); fault.KindOf(err) != fault.Denied {
			t.Errorf("changed to more: %v", err)
		}
		if err := env.Authority.RevokeAccountKey(t.Context(), by, "account:10", made.Credential.ID); fault.KindOf(err) != fault.Denied {
			t.Errorf("revoked through another account: %v", err)
		}
		if err := env.Authority.RevokeAccountKey(t.Context(), by, acme, made.Credential.ID); err != nil {
			t.Error(err)
		}
		wantAuthenticated(t, env, authority.ByKeyPair(made.Key, made.Secret), authority.ReasonRevoked)
		if err := env.Authority.RevokeAccountKey(t.Context(), by, acme, made.Credential.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("revoked twice: %v", err)
		}
	})
}

func failure[T any](_ T, err error) error { return err }

func TestAChangeToACredentialNeverWritesOverAnothers(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		key := issue(t, env, keyOfAda)
		disabled := authority.Disabled
		if _, err := env.Authority.ChangeCredential(t.Context(), operator, key.Credential.ID, authority.CredentialChange{Status: &disabled}); err != nil {
			t.Fatal(err)
		}
		wantAuthenticated(t, env, authority.ByKey(key.Key), authority.ReasonDisabled)
		name := "renamed"
		if _, err := env.Authority.ChangeCredential(t.Context(), operator, key.Credential.ID, authority.CredentialChange{Name: &name}); err != nil {
			t.Fatal(err)
		}
		change(t, env, func(ctx context.Context, tx authority.Tx) error {
			c, _, err := tx.Credential(ctx, key.Credential.ID)
			if err != nil || c.Name != name || c.Status != authority.Disabled {
				t.Errorf("the credential is %+v, %v", c, err)
			}
			return nil
		})
	})
}
