package authority_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// atOnce runs n tries at the same time and returns how each ended.
func atOnce(n int, try func(i int) error) []error {
	ended := make([]error, n)
	var begin, end sync.WaitGroup
	begin.Add(1)
	for i := range n {
		end.Go(func() {
			begin.Wait()
			ended[i] = try(i)
		})
	}
	begin.Done()
	end.Wait()
	return ended
}

// wantOne demands that of all tries one succeeded, and all others failed with a reason.
func wantOne(t testing.TB, ended []error, kind fault.Kind, reason string) {
	t.Helper()
	won := 0
	for _, err := range ended {
		if err == nil {
			won++
			continue
		}
		wantFault(t, err, kind, reason)
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, len(ended))
	}
}

func TestOfManyThatChangeWhatAllHaveSeenOneDoes(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		seen, err := a.Tenant(ctx, by, acme)
		if err != nil {
			t.Fatal(err)
		}
		ada, _ := a.ReadPrincipal(ctx, by, "person:3")
		agent, _ := a.ReadRole(ctx, by, "ORG/agent")
		member, _ := a.ReadGrant(ctx, by, userOfACME)
		api, _ := a.ReadAudience(ctx, by, 2)
		for name, try := range map[string]func(i int) error{
			"tenant": func(i int) error {
				name := "Name " + strconv.Itoa(i)
				_, err := a.ChangeTenant(ctx, by, acme, authority.TenantChange{Match: authority.Match{seen.UpdatedAt}, Name: &name})
				return err
			},
			"person": func(i int) error {
				name := "Name " + strconv.Itoa(i)
				_, err := a.ChangePrincipal(ctx, by, "person:3", authority.PrincipalChange{Match: authority.Match{ada.Principal.UpdatedAt}, Name: &name})
				return err
			},
			"role": func(i int) error {
				_, err := a.ChangeRole(ctx, by, agent.ID, []grant.Permission{"read", grant.Permission("write" + strconv.Itoa(i))}, authority.Match{authority.VersionOfRole(agent)})
				return err
			},
			"grant": func(int) error {
				inactive := true
				_, err := a.ChangeGrant(ctx, by, userOfACME, authority.GrantChange{Match: authority.Match{authority.VersionOfGrant(member)}, Inactive: &inactive})
				return err
			},
			"audience": func(i int) error {
				_, err := a.ChangeAudience(ctx, by, 2, authority.Match{api.UpdatedAt}, func(a *authority.Audience) { a.Name = strconv.Itoa(i) })
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				wantOne(t, atOnce(4, try), fault.Unmet, authority.ReasonChanged)
			})
		}
	})
}

func TestTwoMovesAtOnceMakeNoCircle(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		ends := []tenant.ID{"reseller:1", "reseller:77"}
		ended := atOnce(2, func(i int) error {
			_, err := env.Authority.ChangeTenant(t.Context(), by, ends[i], authority.TenantChange{Parent: &ends[1-i]})
			return err
		})
		wantOne(t, ended, fault.Unmet, authority.ReasonNotThere)
	})
}

func TestOfManyThatTakeOneNameOneGetsIt(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		a, ctx := env.Authority, t.Context()
		for name, try := range map[string]func(int) error{
			"e-mail": func(int) error {
				_, err := a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Email: "New@org.test", Name: "New"})
				return err
			},
			"portal": func(i int) error {
				_, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindAccount, Parent: "reseller:1", Name: strconv.Itoa(i), Portal: "http://New.test/" + strconv.Itoa(i), Owner: "person:3"})
				return err
			},
			"role": func(int) error {
				_, err := a.CreateRole(ctx, by, org, "new", []grant.Permission{"read"})
				return err
			},
			"resource": func(int) error {
				audience := newAPI
				audience.Resource = "https://reports.test"
				_, err := a.CreateAudience(ctx, by, audience)
				return err
			},
		} {
			t.Run(name, func(t *testing.T) { wantOne(t, atOnce(4, try), fault.Conflict, authority.ReasonTaken) })
		}
	})
}

func TestOfManyWhoBecomeOwnerAtOnceOneIsItInTheEnd(t *testing.T) {
	eachOperator(t, func(t *testing.T, env *testenv.Env, by authority.Actor) {
		people := []grant.PrincipalID{"person:5", "person:7"}
		for _, err := range atOnce(2, func(i int) error {
			_, err := env.Authority.GiveGrant(t.Context(), by, grant.Grant{Principal: people[i], Tenant: acme, Role: grant.AccountOwner})
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		levels := map[grant.RoleID]int{}
		err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			page, err := v.GrantPage(ctx, authority.GrantFilter{Tenant: acme}, authority.GrantKey{}, 100)
			for _, g := range page {
				levels[g.Role]++
			}
			return err
		})
		if err != nil || levels[grant.AccountOwner] != 1 || levels[grant.AccountUser] != 3 {
			t.Errorf("%v, %v", levels, err)
		}
	})
}
