package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// twoKeys has another integrator for ACME, and lets the first hand over elsewhere too.
func twoKeys(t testing.TB) string {
	return with(t, "accounts: [1200]}", "accounts: [1200, 99]}\n      - {name: second, key: key-of-another-integrator, accounts: [1200]}")
}

// forAPI is for a validation token, and asAPI what it is checked for.
var (
	forAPI = authority.MintRequest{Account: acme, Email: "user@acme.test", Audience: 2}
	asAPI  = authority.CheckRequest{Account: acme, Audience: 2}
)

func check(t testing.TB, env *testenv.Env, by authority.Actor, token secret.Text) error {
	t.Helper()
	r := asAPI
	r.Token = token
	_, err := env.Authority.CheckLoginToken(t.Context(), by, r)
	return err
}

func TestAValidationTokenIsCheckedUntilItsEndAndNeverSpent(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		token := mint(t, env, by, forAPI)
		events := eventsDuring(t, env, func() {
			for range 3 {
				env.Clock.Advance(9 * time.Second)
				r := asAPI
				r.Token = token
				facts, err := env.Authority.CheckLoginToken(t.Context(), by, r)
				if err != nil || facts.Subject.Principal.ID != ben {
					t.Errorf("checked: %+v, %v", facts.Subject.Principal, err)
				}
			}
		})
		if len(events) != 0 {
			t.Errorf("a check is no act: %+v", events)
		}
		env.Clock.Advance(3*time.Second - time.Microsecond)
		if err := check(t, env, by, token); err != nil {
			t.Errorf("a moment before its end: %v", err)
		}
		env.Clock.Advance(time.Microsecond)
		wantFault(t, check(t, env, by, token), fault.Unauthenticated, authority.ReasonExpired)
	})
}

func TestAValidationTokenCountsForItsKeyAccountAndAudienceOnly(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, twoKeys(t))
		by, second := as(t, env, integrator), as(t, env, authority.ByKey(secret.Of("key-of-another-integrator")))
		token := mint(t, env, by, forAPI)
		for name, c := range map[string]struct {
			by     authority.Actor
			r      authority.CheckRequest
			reason string
		}{
			"another key":      {second, authority.CheckRequest{Token: token, Account: acme, Audience: 2}, authority.ReasonOtherCredential},
			"another account":  {by, authority.CheckRequest{Token: token, Account: "account:99", Audience: 2}, authority.ReasonOutside},
			"no account":       {by, authority.CheckRequest{Token: token, Audience: 2}, authority.ReasonOutside},
			"another audience": {by, authority.CheckRequest{Token: token, Account: acme, Audience: 1}, authority.ReasonOtherAudience},
			"a portal's token": {by, authority.CheckRequest{Token: mint(t, env, by, forMember), Account: acme, Audience: 1}, authority.ReasonNotReusable},
			"a session's":      {by, authority.CheckRequest{Token: open(t, env, clerk, authority.SessionRequest{Lifetime: hour}), Account: acme, Audience: 2}, authority.ReasonUnknown},
			"none":             {by, authority.CheckRequest{Account: acme, Audience: 2}, authority.ReasonUnknown},
			"a cut one":        {by, authority.CheckRequest{Token: secret.Of(token.Reveal()[:59]), Account: acme, Audience: 2}, authority.ReasonUnknown},
		} {
			var err error
			events := eventsDuring(t, env, func() { _, err = env.Authority.CheckLoginToken(t.Context(), c.by, c.r) })
			wantFault(t, err, fault.Unauthenticated, c.reason)
			if got := answerOf(err); got != (answer{fault.Unauthenticated, "The login token is not valid.", ""}) {
				t.Errorf("%s: told %+v", name, got)
			}
			if len(events) != 1 || events[0].Act != audit.CheckLoginToken || events[0].Outcome != audit.Denied || events[0].Reason != c.reason || events[0].Tenant != c.r.Account {
				t.Errorf("%s: recorded %+v", name, events)
			}
		}
		if err := check(t, env, by, token); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func TestARaisedFenceEndsEveryValidationTokenMintedBefore(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		token := mint(t, env, by, forAPI)
		change(t, env, func(_ context.Context, tx authority.Tx) error { tx.RaiseFence(); return nil })
		wantFault(t, check(t, env, by, token), fault.Unauthenticated, authority.ReasonFenced)
	})
}

// TestWhatEndsAMembersChainEndsAValidationToken holds the check to the rule of every other use.
func TestWhatEndsAMembersChainEndsAValidationToken(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		token := mint(t, env, by, forAPI)
		for name, reason := range map[string]struct {
			edit   []string
			reason string
		}{
			"the subject is inactive":      {[]string{"test, name: Ben", "test, status: inactive, name: Ben"}, authority.ReasonInactive},
			"the subject is no member now": {[]string{"level: user}", "level: user, status: inactive}"}, authority.ReasonNotMember},
			"the account is suspended":     {[]string{"name: ACME\n", "name: ACME\n                status: suspended\n"}, authority.ReasonTenantSuspended},
			"the key is disabled":          {[]string{"key: key-of-the-integrator,", "key: key-of-the-integrator, status: disabled,"}, authority.ReasonDisabled},
			"the key is for another":       {[]string{"accounts: [1200]", "accounts: [99]"}, authority.ReasonOutside},
		} {
			env.Apply(t, with(t, reason.edit...))
			if err := check(t, env, by, token); fault.ReasonOf(err) != reason.reason {
				t.Errorf("%s: %v", name, err)
			}
			env.Apply(t, coreDirectory)
			if err := check(t, env, by, token); err != nil {
				t.Errorf("%s, undone: %v", name, err)
			}
		}
	})
}

func TestASessionFromALoginTokenChecksNoTokenOfTheKeyBehindIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		token := mint(t, env, by, forAPI)
		redeemed := mustRedeem(t, env, portal, mint(t, env, by, forMember))
		member, _, err := env.Authority.AuthenticateSession(t.Context(), here, redeemed.Token)
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, check(t, env, member, token), fault.Unauthenticated, authority.ReasonOtherCredential)
	})
}

func TestAValidationTokenIsKnownByAllOfItsTextAndNotByItsRowAlone(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by, now := as(t, env, integrator), env.Clock.Now()
		forged := env.Keys.MintLoginToken(secret.ShapeNative, now)
		l := authority.LoginToken{
			ID: authority.LoginTokenID(forged.ID), Fingerprint: secret.Fingerprint{1}, Audience: 2, Subject: ben, Account: acme,
			Credential: by.Credential().ID, SecretAt: by.Credential().SecretAt, Dialect: here.Dialect, Reusable: true,
			MintedAt: now, ExpiresAt: now.Add(time.Minute),
		}
		change(t, env, func(_ context.Context, tx authority.Tx) error { tx.PutLoginToken(l); return nil })
		wantFault(t, check(t, env, by, forged.Text), fault.Unauthenticated, authority.ReasonUnknown)
	})
}
