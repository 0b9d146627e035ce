package authority_test

import (
	"context"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const headOffice, branch = "EE63A82C4FEBE02FF34E90DD1EBA5ABE", "0C1D2E3F405162738495A6B7C8D9EAFB"

func inUnit(key string) authority.SessionRequest {
	return authority.SessionRequest{Lifetime: hour, InUnit: true, Unit: key}
}

func TestASessionIsInTheUnitAskedForElseInTheDefaultOne(t *testing.T) {
	both := with(t, "units: ["+headOffice+"]", "units: ["+branch+", "+headOffice+"]")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, both)
		for asked, want := range map[string]tenant.ID{"": tenant.Unit(headOffice), headOffice: tenant.Unit(headOffice), branch: tenant.Unit(branch)} {
			opened, err := env.Authority.OpenSession(t.Context(), as(t, env, clerk), inUnit(asked))
			if err != nil || opened.Session.Unit != want {
				t.Errorf("asked for %q: %q, %v", asked, opened.Session.Unit, err)
			}
		}
		opened, err := env.Authority.OpenSession(t.Context(), as(t, env, pair), inUnit(""))
		if err != nil || opened.Session.Unit != "" {
			t.Errorf("of a person without unit: %q, %v", opened.Session.Unit, err)
		}
	})
}

func TestAUnitThatIsNotThePersonsIsRefusedLikeOneThatDoesNotExist(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, asked := range []string{branch, "00000000000000000000000000000000", "ee63a82c4febe02ff34e90dd1eba5abe", "no unit", "nul\x00"} {
			_, err := env.Authority.OpenSession(t.Context(), as(t, env, clerk), inUnit(asked))
			wantFault(t, err, fault.Unmet, authority.ReasonNotOwnUnit)
		}
	})
}

func TestASuspendedUnitEndsTheSessionsInIt(t *testing.T) {
	suspended := with(t, "name: Head office}", "name: Head office, status: suspended}")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, clerk, inUnit(""))
		wantVerdict(t, env, token, "")
		env.Apply(t, suspended)
		wantVerdict(t, env, token, authority.ReasonNotOwnUnit)
		_, err := env.Authority.OpenSession(t.Context(), as(t, env, clerk), inUnit(headOffice))
		wantFault(t, err, fault.Unmet, authority.ReasonNotOwnUnit)
	})
}

func TestAUnitTakenAwayEndsTheSessionsInIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, clerk, inUnit(""))
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			tx.DropGrant(grant.Grant{Principal: "person:7", Tenant: tenant.Unit(headOffice), Role: grant.UnitMember})
			return nil
		})
		wantVerdict(t, env, token, authority.ReasonNotOwnUnit)
	})
}

func TestASessionThatIsInNoUnitOutlivesTheUnit(t *testing.T) {
	suspended := with(t, "name: Head office}", "name: Head office, status: suspended}")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		opened, err := env.Authority.OpenSession(t.Context(), as(t, env, clerk), authority.SessionRequest{Lifetime: hour})
		if err != nil || opened.Session.Unit != "" {
			t.Fatalf("%+v, %v", opened.Session, err)
		}
		env.Apply(t, suspended)
		wantVerdict(t, env, opened.Token, "")
	})
}

func TestAPersonIsOfOneOrganisation(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for reason, p := range map[string]authority.Proof{
			authority.ReasonOrganisation: authority.ByPassword("organisation:OTHER", "zoé@acme.test", secret.Of("the-right-password")),
			authority.ReasonUnknown:      authority.ByPassword("organisation:OTHER", "zoe", secret.Of("the-right-password")),
		} {
			wantFault(t, try(t, env, "192.0.2.1", p), fault.Unauthenticated, reason)
		}
		if err := try(t, env, "192.0.2.1", password("zoe", "the-right-password")); err != nil {
			t.Error(err)
		}
	})
}

func TestASuspendedOrganisationSuspendsItsPeopleEvenWithoutAnAccount(t *testing.T) {
	suspended := with(t, "name: ORG\n", "name: ORG\n    status: suspended\n")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, clerk, authority.SessionRequest{Lifetime: hour})
		env.Apply(t, suspended)
		wantVerdict(t, env, token, authority.ReasonTenantSuspended)
		_, err := env.Authority.Authenticate(t.Context(), here, clerk)
		wantFault(t, err, fault.Unauthenticated, authority.ReasonTenantSuspended)
	})
}
