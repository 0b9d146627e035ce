package authority_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

var firstPage = authority.Page{Size: 50, Number: 1}

// staffed is the core directory with one manager at each of its resellers.
func staffed(t testing.TB) string {
	t.Helper()
	return with(t,
		"      - {id: 7, email: clerk@org.test,", "      - {id: 8, email: sales@north.test, name: Sam}\n      - {id: 9, email: owner@south.test, name: Sue}\n      - {id: 7, email: clerk@org.test,",
		"        name: North-East\n", "        name: North-East\n            managers: [{person: sales@north.test, role: sales, api_token: key-of-the-salesman}]\n",
		"        name: South\n", "        name: South\n        managers: [{person: owner@south.test, role: owner, api_token: key-of-the-southern}]\n")
}

// sets are what the lists of what is below a reseller show.
func sets(below tenant.ID) []authority.TenantSet {
	return []authority.TenantSet{
		{Below: below, Kind: tenant.KindReseller},
		{Below: below, Kind: tenant.KindAccount, Levels: authority.NextLevel},
		{Below: below, Kind: tenant.KindAccount, Levels: authority.FurtherLevels},
	}
}

func listed(t testing.TB, env *testenv.Env, by authority.Actor, set authority.TenantSet) (ids []tenant.ID) {
	t.Helper()
	page, err := env.Authority.Tenants(t.Context(), by, set, firstPage)
	if err != nil {
		t.Errorf("%+v: %v", set, err)
	}
	for _, one := range page.Tenants {
		ids = append(ids, one.ID)
	}
	if page.Total != int64(len(ids)) {
		t.Errorf("%+v: %d of %d", set, len(ids), page.Total)
	}
	return ids
}

func TestAManagerListsWhatIsDownstream(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, manager)
		for below, want := range map[tenant.ID][3][]tenant.ID{
			"reseller:1": {{"reseller:2"}, {"account:10"}, {acme}},
			"reseller:2": {nil, {acme}, nil},
		} {
			for i, set := range sets(below) {
				got := listed(t, env, by, set)
				if diff := cmp.Diff(want[i], got); diff != "" {
					t.Errorf("%+v: %s", set, diff)
				}
				for _, id := range got {
					if one, err := env.Authority.TenantIn(t.Context(), by, set, id); err != nil || one.ID != id {
						t.Errorf("%s of %+v: %v", id, set, err)
					}
				}
			}
		}
	})
}

// TestWhatIsOutsideIsAnsweredLikeWhatDoesNotExist is promise G8 for every question about the directory.
func TestWhatIsOutsideIsAnsweredLikeWhatDoesNotExist(t *testing.T) {
	text := staffed(t)
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		ctx := t.Context()
		by := as(t, env, byKey("key-of-the-salesman")) // of reseller 2: 1 is above, 77 beside, 78 nowhere
		ask := map[string]func(reseller tenant.ID) error{
			"Tenant": func(reseller tenant.ID) error {
				_, err := env.Authority.Tenant(ctx, by, reseller)
				return err
			},
			"Managers": func(reseller tenant.ID) error {
				_, err := env.Authority.Managers(ctx, by, reseller, firstPage)
				return err
			},
		}
		for i := range sets("") {
			ask[fmt.Sprint("Tenants ", i)] = func(reseller tenant.ID) error {
				_, err := env.Authority.Tenants(ctx, by, sets(reseller)[i], firstPage)
				return err
			}
			ask[fmt.Sprint("TenantIn ", i)] = func(reseller tenant.ID) error {
				_, err := env.Authority.TenantIn(ctx, by, sets(reseller)[i], acme)
				return err
			}
		}
		for name, try := range ask {
			env.Clock.Advance(time.Minute) // with it the budget of refusals that are recorded singly
			want := answerOf(try("reseller:78"))
			if want.kind != fault.NotFound {
				t.Errorf("%s of nothing: %+v", name, want)
			}
			for _, outside := range []tenant.ID{"reseller:1", "reseller:77", "organisation:ORG", tenant.Installation} {
				var err error
				events := eventsDuring(t, env, func() { err = try(outside) })
				if got := answerOf(err); outside.Kind() == tenant.KindReseller && got != want || got.kind != fault.NotFound {
					t.Errorf("%s of %s: %+v, of nothing %+v", name, outside, got, want)
				}
				if len(events) != 1 || events[0].Act != audit.ReadDirectory || events[0].Outcome != audit.Denied || events[0].Tenant != outside {
					t.Errorf("%s of %s: recorded %+v", name, outside, events)
				}
			}
		}
	})
}

func TestAnAccountThatIsNoneOfTheSetIsAnsweredLikeNone(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, manager)
		for i, set := range sets("reseller:1") {
			try := func(id tenant.ID) answer {
				_, err := env.Authority.TenantIn(t.Context(), by, set, id)
				return answerOf(err)
			}
			want := try("account:98")
			for _, id := range []tenant.ID{"account:10", acme, "account:99", "reseller:1", "reseller:2", "reseller:77", "organisation:ORG", ""} {
				if slices.Contains(listed(t, env, by, set), id) {
					continue
				}
				if got := try(id); got != want || got.kind != fault.NotFound {
					t.Errorf("%s of set %d: %+v, of none %+v", id, i, got, want)
				}
			}
		}
	})
}

func TestNobodyElseReadsTheDirectory(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for name, p := range map[string]authority.Proof{"integrator": integrator, "an owner by key": pair, "a clerk": clerk, "a portal": portal} {
			_, err := env.Authority.Tenant(t.Context(), as(t, env, p), acme)
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := env.Authority.Tenant(t.Context(), authority.CommandLine(here), "reseller:77"); err != nil {
			t.Errorf("the command line: %v", err)
		}
	})
}

func TestAParentIsToldToWhoReachesItOnly(t *testing.T) {
	text := staffed(t)
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		for key, want := range map[string]tenant.ID{"key-of-the-manager": "reseller:1", "key-of-the-salesman": ""} {
			shown, err := env.Authority.Tenant(t.Context(), as(t, env, byKey(key)), "reseller:2")
			if err != nil || shown.Parent != want {
				t.Errorf("%s: %q, %v", key, shown.Parent, err)
			}
		}
	})
}

// TestShowingATenantWithoutItsParentCutsNothingOff shows a reseller to who may not read above it. What is remembered of
// it must still be below its parent, or nothing that ends the parent would end what is below.
func TestShowingATenantWithoutItsParentCutsNothingOff(t *testing.T) {
	text := staffed(t)
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		token := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token
		by := as(t, env, byKey("key-of-the-salesman"))
		wantVerdict(t, env, token, "")
		for _, hold := range []func(context.Context, authority.Actor, tenant.ID) (bool, authority.Ends, error){
			env.Authority.SuspendTenant, env.Authority.ResumeTenant, // and so nothing is remembered of the reseller
		} {
			if _, _, err := hold(t.Context(), operatorAtTheMachine, "reseller:2"); err != nil {
				t.Fatal(err)
			}
		}
		if shown, err := env.Authority.Tenant(t.Context(), by, "reseller:2"); err != nil || shown.Parent != "" {
			t.Fatalf("%q, %v", shown.Parent, err)
		}
		wantVerdict(t, env, token, "")
		if _, _, err := env.Authority.SuspendTenant(t.Context(), operatorAtTheMachine, "reseller:1"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			wantVerdict(t, env, token, authority.ReasonTenantSuspended)
		}
	})
}

func TestARestrictedKeyReadsWhereItReachesOnly(t *testing.T) {
	text := with(t, "name: clerk, key: key-of-the-clerk, person: clerk@org.test", "name: clerk, key: key-of-the-clerk, person: manager@north.test, account: 10")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		_, err := env.Authority.Tenant(t.Context(), as(t, env, clerk), "reseller:1")
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		if _, err := env.Authority.Tenant(t.Context(), as(t, env, clerk), "account:10"); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsListedHasItsStatusOfNow(t *testing.T) {
	text := with(t, "name: ACME\n", "name: ACME\n                status: suspended\n",
		"level: owner, primary: true,", "level: owner, primary: true, status: inactive,",
		"role: admin, api_token: key-of-the-manager}", "role: admin, api_token: key-of-the-manager}\n          - {person: clerk@org.test, role: sales, status: inactive}\n          - {person: user@acme.test, role: marketing}",
		"email: user@acme.test, name: Ben", "email: user@acme.test, status: inactive, name: Ben")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by := as(t, env, manager)
		shown, err := env.Authority.Tenant(t.Context(), by, acme)
		if err != nil || shown.StatusNow() != authority.Suspended || shown.Owner.Email != "owner@acme.test" {
			t.Errorf("%+v, %v", shown, err)
		}
		page, err := env.Authority.Managers(t.Context(), by, "reseller:1", firstPage)
		got := map[string]authority.Status{}
		for _, m := range page.Managers {
			got[m.Person.Name] = m.StatusNow()
		}
		want := map[string]authority.Status{"Nora": authority.Active, "Mary": authority.Inactive, "Ben": authority.Inactive}
		if diff := cmp.Diff(want, got); diff != "" || err != nil || page.Total != 3 {
			t.Error(diff, err, page.Total)
		}
	})
}

func TestADeletedManagerAndADeletedOwnerAreNotShown(t *testing.T) {
	text := with(t, "email: owner@acme.test, name: Ada", "email: owner@acme.test, status: deleted, name: Ada",
		"role: admin, api_token: key-of-the-manager}", "role: admin, api_token: key-of-the-manager}\n          - {person: owner@acme.test, role: sales}")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by := as(t, env, manager)
		page, err := env.Authority.Managers(t.Context(), by, "reseller:1", firstPage)
		if err != nil || page.Total != 1 || len(page.Managers) != 1 {
			t.Errorf("%+v, %v", page, err)
		}
		if shown, err := env.Authority.Tenant(t.Context(), by, acme); err != nil || shown.Owner.ID != "" {
			t.Errorf("%+v, %v", shown.Owner, err)
		}
	})
}

func TestAPageIsWithinItsRangeOrMalformed(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, manager)
		for _, c := range []struct {
			page      authority.Page
			parameter string
			entries   int
		}{
			{authority.Page{Size: 1, Number: 1}, "", 1},
			{authority.Page{Size: 1, Number: 2}, "", 0},
			{authority.Page{Size: 1000, Number: math.MaxInt64}, "", 0},
			{authority.Page{Size: 2, Number: math.MaxInt64/2 + 2}, "", 0},
			{authority.Page{Size: 0, Number: 1}, "size", 0},
			{authority.Page{Size: 1001, Number: 1}, "size", 0},
			{authority.Page{Size: -1, Number: 1}, "size", 0},
			{authority.Page{Size: 1, Number: 0}, "number", 0},
			{authority.Page{Size: 1, Number: -1}, "number", 0},
		} {
			tenants, err := env.Authority.Tenants(t.Context(), by, sets("reseller:1")[0], c.page)
			managers, managersErr := env.Authority.Managers(t.Context(), by, "reseller:1", c.page)
			if len(tenants.Tenants) != c.entries || len(managers.Managers) != c.entries {
				t.Errorf("%+v: %d and %d entries", c.page, len(tenants.Tenants), len(managers.Managers))
			}
			for _, err := range []error{err, managersErr} {
				if got := fault.As(err); c.parameter == "" && err != nil || c.parameter != "" && (err == nil || got.Parameter != c.parameter) {
					t.Errorf("%+v: %v", c.page, err)
				}
			}
		}
	})
}
