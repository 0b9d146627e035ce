package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// answer is what somebody outside learns from a failure.
type answer struct {
	kind               fault.Kind
	message, parameter string
}

func answerOf(err error) answer {
	f := fault.As(err)
	return answer{f.Kind, f.Message, f.Parameter}
}

func TestAnAccountOutsideIsIndistinguishableFromNone(t *testing.T) {
	suspended := with(t, "name: Outside\n", "name: Outside\n            status: suspended\n")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for name, c := range chains {
			by := as(t, env, c.proof)
			try := func(account, within tenant.ID) answer {
				r := c.request
				r.Account, r.Within = account, within
				_, err := env.Authority.MintLoginToken(t.Context(), by, r)
				return answerOf(err)
			}
			want := try("account:98", "")
			if want.kind != fault.NotFound {
				t.Errorf("%s of no account: %+v", name, want)
			}
			for what, got := range map[string]answer{
				"another reseller's account":     try("account:99", ""),
				"an account of no number":        try("account:", ""),
				"a reseller as an account":       try("reseller:77", ""),
				"the installation as an account": try(tenant.Installation, ""),
				"within another reseller":        try(acme, "reseller:77"),
				"within no reseller":             try(acme, "reseller:78"),
				"outside, within its own":        try("account:99", "reseller:77"),
			} {
				if got != want {
					t.Errorf("%s of %s: %+v, of none %+v", name, what, got, want)
				}
			}
			env.Apply(t, suspended)
			if got := try("account:99", ""); got != want {
				t.Errorf("%s of a suspended account outside: %+v", name, got)
			}
			env.Apply(t, coreDirectory)
		}
	})
}

func TestAManagerReachesWithinTheOwnSubtreeOnly(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, within := range []tenant.ID{"", "reseller:1", "reseller:2"} {
			r := asOwner
			r.Within = within
			mint(t, env, as(t, env, manager), r)
		}
		r := asOwner
		r.Within = "reseller:2"
		r.Account = "account:10" // of reseller 1 itself
		_, err := env.Authority.MintLoginToken(t.Context(), as(t, env, manager), r)
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
	})
}

func TestAPersonWhoMayNotBeHandedOverIsIndistinguishableFromNobody(t *testing.T) {
	text := with(t, "level: user}\n", "level: user, status: inactive}\n")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by := as(t, env, integrator)
		try := func(email string) answer {
			r := forMember
			r.Email = email
			_, err := env.Authority.MintLoginToken(t.Context(), by, r)
			return answerOf(err)
		}
		want := try("nobody@acme.test")
		if want.kind != fault.NotFound {
			t.Errorf("nobody: %+v", want)
		}
		for _, email := range []string{"user@acme.test", "manager@north.test", "", "no e-mail", "nul\x00@acme.test", "bad\xff@acme.test"} {
			if got := try(email); got != want {
				t.Errorf("%q: %+v; nobody: %+v", email, got, want)
			}
		}
	})
}

func TestACredentialIsRestrictedToItsDialectsAndNetworks(t *testing.T) {
	text := with(t, "key: key-of-the-integrator,", "key: key-of-the-integrator, dialects: [alephee], networks: [192.0.2.0/24, \"2001:db8::/32\"],")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		for _, c := range []struct{ dialect, source, reason string }{
			{"alephee", "192.0.2.200", ""},
			{"alephee", "::ffff:192.0.2.200", ""},
			{"alephee", "2001:db8::1", ""},
			{"alephee", "198.51.100.1", authority.ReasonNetwork},
			{"alephee", "2001:db9::1", authority.ReasonNetwork},
			{"oauth", "192.0.2.200", authority.ReasonDialect},
			{"", "192.0.2.200", authority.ReasonDialect},
		} {
			o := from(c.source)
			o.Dialect = c.dialect
			_, err := env.Authority.Authenticate(t.Context(), o, integrator)
			if c.reason == "" && err != nil {
				t.Errorf("%+v: %v", c, err)
			} else if c.reason != "" {
				wantFault(t, err, fault.Unauthenticated, c.reason)
			}
		}
		if _, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "alephee"}, integrator); err == nil {
			t.Error("a request from nowhere is within a network")
		}
	})
}

func TestASessionIsBoundToTheNetworksOfTheCredentialThatOpenedIt(t *testing.T) {
	text := with(t, "key: pair-key,", "key: pair-key, networks: [192.0.2.0/24],")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		token := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
		wantVerdict(t, env, token, "")
		v, err := env.Authority.VerifySession(t.Context(), from("198.51.100.1"), token)
		if err != nil || v.Reason != authority.ReasonNetwork {
			t.Errorf("%q, %v", v.Reason, err)
		}
	})
}

func TestAHandedOverPersonIsNotBoundToTheNetworksOfTheIntegrator(t *testing.T) {
	text := with(t, "key: key-of-the-integrator,", "key: key-of-the-integrator, networks: [192.0.2.0/24],")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		token := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token
		v, err := env.Authority.VerifySession(t.Context(), from("198.51.100.1"), token)
		if err != nil || !v.Valid() {
			t.Errorf("%q, %v", v.Reason, err)
		}
	})
}

func TestACredentialIsRestrictedToItsPermissions(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, pair)
		m, _, err := env.Authority.ChooseMembership(t.Context(), by, "")
		if err != nil || len(m.Permissions) != 1 || m.Permissions[0] != "readApplications" || m.Account.ID != acme || !m.Primary {
			t.Errorf("%+v, %v", m, err)
		}
		_, _, err = env.Authority.ChooseMembership(t.Context(), by, "account:99")
		outside := answerOf(err)
		_, _, err = env.Authority.ChooseMembership(t.Context(), by, "account:98")
		if got := answerOf(err); got != outside || got.kind != fault.Denied {
			t.Errorf("outside %+v, unknown %+v", outside, got)
		}
	})
}

func TestAMembersCredentialReachesItsOwnAccountOnly(t *testing.T) {
	text := with(t,
		"members: [{person: user@acme.test, level: owner}]",
		"members: [{person: user@acme.test, level: owner}, {person: owner@acme.test, level: admin}]")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		if m := env.Authority.Memberships(as(t, env, pair)); len(m) != 1 || m[0].Account.ID != acme {
			t.Errorf("%+v", m)
		}
	})
}
