package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// The kinds of session, each opened as its dialect opens it by default.
const (
	crmcomSession = "CRM.COM"
	pulseSession  = "Pulse"
	nativeSession = "native"
	actingSession = "acting"
)

// branchIntegrator hands over at any account of reseller 2: a key issued by command, which no directory file has.
var branchIntegrator = authority.ByKey(secret.Of("key-of-the-branch-integrator"))

var sessionKinds = map[string]func(t testing.TB, env *testenv.Env) secret.Text{
	crmcomSession: func(t testing.TB, env *testenv.Env) secret.Text {
		return openIn(t, env, "crmcom", clerk, authority.SessionRequest{Shape: secret.ShapeUpperHex32, Lifetime: hour, InUnit: true})
	},
	pulseSession: func(t testing.TB, env *testenv.Env) secret.Text {
		return openIn(t, env, "pulse", pair, authority.SessionRequest{
			Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: 168 * time.Hour},
		})
	},
	nativeSession: func(t testing.TB, env *testenv.Env) secret.Text {
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			tx.PutCredential(authority.Credential{
				ID: authority.CredentialID{42}, Kind: authority.APIKey, Principal: "service:ORG/integrator", Name: "branch",
				Lookup:      env.Authority.LookupOf(authority.APIKey, secret.Of("key-of-the-branch-integrator")),
				Restriction: authority.Restriction{Tenants: []tenant.ID{"reseller:2"}},
				Status:      authority.Active, SecretAt: env.Clock.Now(), CreatedAt: env.Clock.Now(), UpdatedAt: env.Clock.Now(),
			})
			return nil
		})
		return mustRedeem(t, env, portal, mint(t, env, as(t, env, branchIntegrator), forMember)).Token
	},
	actingSession: func(t testing.TB, env *testenv.Env) secret.Text {
		return mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
	},
}

func openIn(t testing.TB, env *testenv.Env, dialect string, p authority.Proof, r authority.SessionRequest) secret.Text {
	t.Helper()
	origin := here
	origin.Dialect = dialect
	by, err := env.Authority.Authenticate(t.Context(), origin, p)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := env.Authority.OpenSession(t.Context(), by, r)
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token
}

// ending is one way in which something ends a session.
type ending func(t testing.TB, env *testenv.Env, token secret.Text)

// cause is what ends sessions: how, for each kind, and the reason the next use is refused for; or why it never ends that kind.
type cause struct {
	name   string
	reason string
	ends   map[string]ending
	never  map[string]string
}

func every(e ending) map[string]ending {
	return map[string]ending{crmcomSession: e, pulseSession: e, nativeSession: e, actingSession: e}
}

func after(d time.Duration) ending {
	return func(_ testing.TB, env *testenv.Env, _ secret.Text) { env.Clock.Advance(d) }
}

// byFile applies the core directory with pieces replaced.
func byFile(pairs ...string) ending {
	return func(t testing.TB, env *testenv.Env, _ secret.Text) { env.Apply(t, with(t, pairs...)) }
}

func byCommand(do func(ctx context.Context, a *authority.Authority, by authority.Actor) (bool, error)) ending {
	return func(t testing.TB, env *testenv.Env, _ secret.Text) {
		if changed, err := do(t.Context(), env.Authority, authority.CommandLine(here)); err != nil || !changed {
			t.Fatalf("changed %t, %v", changed, err)
		}
	}
}

func suspendPerson(name string) ending {
	return byCommand(func(ctx context.Context, a *authority.Authority, by authority.Actor) (bool, error) {
		changed, _, err := a.SuspendPrincipal(ctx, by, name)
		return changed, err
	})
}

func suspendTenant(id tenant.ID) ending {
	return byCommand(func(ctx context.Context, a *authority.Authority, by authority.Actor) (bool, error) {
		changed, _, err := a.SuspendTenant(ctx, by, id)
		return changed, err
	})
}

// closeByHolder is what release in CRM.COM and logging out elsewhere do.
func closeByHolder(t testing.TB, env *testenv.Env, token secret.Text) {
	by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
	if err == nil {
		err = env.Authority.CloseSession(t.Context(), by)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func closeByOperator(t testing.TB, env *testenv.Env, token secret.Text) {
	v, err := env.Authority.VerifySession(t.Context(), here, token)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := env.Authority.RevokeSessions(t.Context(), authority.CommandLine(here), authority.SessionFilter{ID: v.Session.ID})
	if err != nil || ended.Sessions < 1 { // and what was made from it
		t.Fatalf("%+v, %v", ended, err)
	}
}

// spoilCredential changes the credential that a session came from, as commands do.
func spoilCredential(spoil func(c *authority.Credential, now time.Time)) ending {
	return func(t testing.TB, env *testenv.Env, token secret.Text) {
		v, err := env.Authority.VerifySession(t.Context(), here, token)
		if err != nil || v.Credential.ID.IsZero() {
			t.Fatalf("%+v, %v", v.Credential, err)
		}
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			spoilt := *v.Credential
			spoil(&spoilt, env.Clock.Now())
			tx.PutCredential(spoilt)
			return nil
		})
	}
}

// The account of the core directory, cut out to be put below another reseller.
const (
	acmeBlock = `            accounts:
              - id: 1200
                name: ACME
                portal: http://acme.test
                members:
                  - {person: owner@acme.test, level: owner, primary: true, roles: [agent]}
                  - {person: user@acme.test, level: user}
`
	acmeElsewhere = `          - id: 1200
            name: ACME
            portal: http://acme.test
            members:
              - {person: owner@acme.test, level: owner, primary: true, roles: [agent]}
              - {person: user@acme.test, level: user}
          - id: 99
`
)

var moveAccount = byFile(acmeBlock, "", "          - id: 99\n", acmeElsewhere)

const noAccount = "it is for a unit of the organisation, not for an account below a reseller"

var causesOfEnding = []cause{
	{name: "absolute lifetime", reason: authority.ReasonExpired, ends: map[string]ending{
		crmcomSession: after(time.Hour), pulseSession: after(168 * time.Hour), actingSession: after(time.Hour),
		nativeSession: func(t testing.TB, env *testenv.Env, token secret.Text) {
			for range 23 { // used all along
				env.Clock.Advance(30 * time.Minute)
				wantVerdict(t, env, token, "")
			}
			env.Clock.Advance(30 * time.Minute)
		},
	}},
	{
		name: "idle lifetime", reason: authority.ReasonIdle, ends: map[string]ending{nativeSession: after(time.Hour)},
		never: map[string]string{
			crmcomSession: "it has an absolute lifetime only, of an hour", pulseSession: "it has an absolute lifetime only, of a week",
			actingSession: "its absolute lifetime of an hour ends no later than its idle one",
		},
	},
	{name: "released or logged out", reason: authority.ReasonClosed, ends: every(closeByHolder)},
	{name: "revoked by an operator", reason: authority.ReasonClosed, ends: every(closeByOperator)},
	{
		name: "credential revoked", reason: authority.ReasonRevoked,
		ends: every(spoilCredential(func(c *authority.Credential, now time.Time) { c.RevokedAt = now })),
	},
	{
		name: "credential disabled", reason: authority.ReasonDisabled,
		ends: every(spoilCredential(func(c *authority.Credential, _ time.Time) { c.Status = authority.Disabled })),
	},
	{
		name: "credential expired", reason: authority.ReasonExpired,
		ends: every(spoilCredential(func(c *authority.Credential, now time.Time) { c.ExpiresAt = now })),
	},
	{
		name: "another secret in the credential's place", reason: authority.ReasonRevoked,
		ends: every(spoilCredential(func(c *authority.Credential, now time.Time) { c.SecretAt = now.Add(time.Microsecond) })),
	},
	{name: "person deactivated by the file", reason: authority.ReasonInactive, ends: map[string]ending{
		crmcomSession: byFile("test, name: Mary,", "test, status: inactive, name: Mary,"),
		pulseSession:  byFile("test, name: Ada", "test, status: inactive, name: Ada"),
		nativeSession: byFile("test, name: Ben", "test, status: inactive, name: Ben"),
		actingSession: byFile("test, name: Ada", "test, status: inactive, name: Ada"),
	}},
	{name: "person deactivated by command", reason: authority.ReasonInactive, ends: map[string]ending{
		crmcomSession: suspendPerson("clerk@org.test"), pulseSession: suspendPerson("person:3"),
		nativeSession: suspendPerson("4"), actingSession: suspendPerson("owner@acme.test"),
	}},
	{
		name: "who handed over deactivated by command", reason: authority.ReasonInactive,
		ends:  map[string]ending{nativeSession: suspendPerson("service:ORG/integrator"), actingSession: suspendPerson("manager@north.test")},
		never: map[string]string{crmcomSession: "nobody handed over", pulseSession: "nobody handed over"},
	},
	{
		name: "account suspended by the file", reason: authority.ReasonTenantSuspended,
		ends:  except(crmcomSession, byFile("name: ACME\n", "name: ACME\n                status: suspended\n")),
		never: map[string]string{crmcomSession: noAccount},
	},
	{
		name: "account suspended by command", reason: authority.ReasonTenantSuspended,
		ends: except(crmcomSession, suspendTenant(acme)), never: map[string]string{crmcomSession: noAccount},
	},
	{
		name: "reseller above suspended by command", reason: authority.ReasonTenantSuspended,
		ends: except(crmcomSession, suspendTenant("reseller:1")), never: map[string]string{crmcomSession: noAccount},
	},
	{
		name: "unit suspended by command", reason: authority.ReasonNotOwnUnit,
		ends: map[string]ending{crmcomSession: suspendTenant("unit:EE63A82C4FEBE02FF34E90DD1EBA5ABE")},
		never: map[string]string{
			pulseSession: "it works in no unit", nativeSession: "it works in no unit", actingSession: "it works in no unit",
		},
	},
	{
		name: "organisation suspended by the file", reason: authority.ReasonTenantSuspended,
		ends:  except(crmcomSession, byFile("name: ORG\n", "name: ORG\n    status: suspended\n")),
		never: map[string]string{crmcomSession: "its unit is suspended with the organisation, which is the reason given: see the next row"},
	},
	{
		name: "organisation suspended, with its units", reason: authority.ReasonNotOwnUnit,
		ends:  map[string]ending{crmcomSession: suspendTenant("organisation:ORG")},
		never: map[string]string{pulseSession: "see the row before", nativeSession: "see the row before", actingSession: "see the row before"},
	},
	{
		name: "account moved under another reseller", reason: authority.ReasonOutside,
		ends: map[string]ending{nativeSession: moveAccount, actingSession: moveAccount},
		never: map[string]string{
			crmcomSession: noAccount,
			pulseSession:  "it is for an account only when its key names that very account, wherever that hangs",
		},
	},
}

// except returns an ending for all kinds but one.
func except(kind string, e ending) map[string]ending {
	all := every(e)
	delete(all, kind)
	return all
}

func TestEveryCauseEndsEveryKindOfSessionOrSaysWhyNot(t *testing.T) {
	for _, c := range causesOfEnding {
		for kind := range sessionKinds {
			if _, ends := c.ends[kind]; ends == (c.never[kind] != "") {
				t.Errorf("%s, %s: either how it ends or why it never does", c.name, kind)
			}
		}
	}
}

func TestWhatEndsASessionIsRefusedAtItsNextUse(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		restore := remember(t, env)
		for _, c := range causesOfEnding {
			for kind, end := range c.ends {
				t.Run(c.name+"/"+kind, func(t *testing.T) {
					defer restore()
					other := testenv.NewOn(t, env.Engine, env.Store, env.Clock)
					token, sibling := sessionKinds[kind](t, env), sessionKinds[kind](t, env)
					wantVerdict(t, env, token, "")
					wantVerdict(t, other, token, "")
					end(t, env, token)
					wantVerdict(t, env, token, c.reason)
					wantVerdict(t, other, token, c.reason)
					_, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
					wantFault(t, err, fault.Unauthenticated, c.reason)
					if c.reason == authority.ReasonClosed {
						wantVerdict(t, env, sibling, "")
					}
				})
			}
		}
	})
}

// remember returns what puts the core directory back as it is now: a database of its own for each case would be most
// of the test's time.
func remember(t *testing.T, env *testenv.Env) (restore func()) {
	t.Helper()
	var tenants []authority.Tenant
	var principals []authority.Principal
	var credentials []authority.Credential
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		ids, err := v.TenantIDs(ctx, "", 100)
		if err != nil {
			return err
		}
		if tenants, err = v.Tenants(ctx, ids); err != nil {
			return err
		}
		who, err := v.PrincipalIDs(ctx, "", 100)
		if err != nil {
			return err
		}
		if principals, err = v.Principals(ctx, who); err != nil {
			return err
		}
		credentials, err = v.CredentialsOf(ctx, who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			for _, one := range tenants {
				tx.PutTenant(one)
			}
			for _, one := range principals {
				tx.PutPrincipal(one)
			}
			for _, one := range credentials {
				tx.PutCredential(one)
			}
			return nil
		})
	}
}

func TestWhatCannotEndAKindOfSessionLeavesItAsItIs(t *testing.T) {
	cases := map[string]struct {
		kind string
		end  ending
	}{
		"an hour without use in Pulse":              {pulseSession, after(24 * time.Hour)},
		"59 minutes without use in CRM.COM":         {crmcomSession, after(time.Hour - time.Microsecond)},
		"the account's move in Pulse":               {pulseSession, moveAccount},
		"the account's move in CRM.COM":             {crmcomSession, moveAccount},
		"the account's suspension in CRM.COM":       {crmcomSession, suspendTenant(acme)},
		"a sibling reseller's suspension in Pulse":  {pulseSession, suspendTenant("reseller:77")},
		"a sibling reseller's suspension in native": {nativeSession, suspendTenant("reseller:77")},
		"the manager's suspension in native":        {nativeSession, suspendPerson("5")},
		"the integrator's suspension in acting":     {actingSession, suspendPerson("service:ORG/integrator")},
	}
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		restore := remember(t, env)
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				defer restore()
				token := sessionKinds[c.kind](t, env)
				c.end(t, env, token)
				wantVerdict(t, env, token, "")
			})
		}
	})
}

// A key of several accounts signs in for none of them: where it works is decided at each use.
func TestAMovedAccountIsOutOfReachForAPulseSessionOfAReseller(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		change(t, env, func(ctx context.Context, tx authority.Tx) error {
			owned, err := tx.CredentialsOf(ctx, []grant.PrincipalID{ada})
			owned[0].Tenants = []tenant.ID{"reseller:2"}
			owned[0].Lookup = env.Authority.LookupOf(authority.KeyPair, secret.Of("wide-pair-key"))
			tx.PutCredential(owned[0])
			return err
		})
		token := openIn(t, env, "pulse", authority.ByKeyPair(secret.Of("wide-pair-key"), secret.Of("pair-secret")), authority.SessionRequest{Lifetime: hour})
		for _, reached := range []bool{true, false} {
			by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := env.Authority.ChooseMembership(t.Context(), by, acme); (err == nil) != reached {
				t.Errorf("reached %t: %v", reached, err)
			}
			moveAccount(t, env, token)
		}
	})
}
