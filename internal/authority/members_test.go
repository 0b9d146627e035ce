package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

func members(t testing.TB, env *testenv.Env, by authority.Actor, account tenant.ID) ([]authority.Principal, error) {
	t.Helper()
	found, total, err := env.Authority.Members(t.Context(), by, account, authority.MemberPage{Limit: 100})
	if int64(len(found)) != total {
		t.Errorf("%d members of %d", len(found), total)
	}
	return found, err
}

func TestMembersAreThoseWhoCanBeHandedOver(t *testing.T) {
	text := with(t, "- {person: user@acme.test, level: user}\n",
		"- {person: user@acme.test, level: user}\n                  - {person: clerk@org.test, level: user, status: inactive}\n")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by := as(t, env, integrator)
		found, err := members(t, env, by, acme)
		if err != nil || len(found) != 2 || found[0].ID != ada || found[1].ID != ben {
			t.Fatalf("%+v, %v", found, err)
		}
		for _, m := range found {
			r := forMember
			r.Email = m.Email
			mint(t, env, by, r)
		}
	})
}

func TestNobodyListsMembersWhereItMayNotHandOver(t *testing.T) {
	suspended := with(t, "name: ACME\n", "name: ACME\n                status: suspended\n")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		acting, _, err := env.Authority.AuthenticateSession(t.Context(), here, mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token)
		if err != nil {
			t.Fatal(err)
		}
		key := as(t, env, integrator)
		none := answer{fault.NotFound, "There is no such account.", ""}
		for name, c := range map[string]struct {
			by      authority.Actor
			account tenant.ID
			apply   string
			want    answer
			reason  string
		}{
			"outside":       {key, "account:99", coreDirectory, none, authority.ReasonOutside},
			"nowhere":       {key, "account:98", coreDirectory, none, authority.ReasonOutside},
			"the root":      {key, tenant.Installation, coreDirectory, none, authority.ReasonOutside},
			"suspended":     {key, acme, suspended, none, authority.ReasonTenantSuspended},
			"a member only": {as(t, env, pair), acme, coreDirectory, none, authority.ReasonOutside},
			"a manager":     {as(t, env, manager), acme, coreDirectory, none, authority.ReasonOutside},
			"acting":        {acting, acme, coreDirectory, answer{fault.Denied, "Who acts for somebody else cannot hand over.", ""}, authority.ReasonActing},
		} {
			env.Apply(t, c.apply)
			var found []authority.Principal
			events := eventsDuring(t, env, func() { found, err = members(t, env, c.by, c.account) })
			if answerOf(err) != c.want || fault.ReasonOf(err) != c.reason || len(found) != 0 {
				t.Errorf("%s: %+v, %v", name, found, err)
			}
			if len(events) != 1 || events[0].Act != audit.ReadDirectory || events[0].Outcome != audit.Denied || events[0].Tenant != c.account {
				t.Errorf("%s: recorded %+v", name, events)
			}
		}
	})
}
