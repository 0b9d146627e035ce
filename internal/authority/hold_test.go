package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// holding is suspending and resuming one thing.
type holding struct {
	suspend, resume func(t testing.TB, env *testenv.Env) (bool, authority.Ends, error)
	left            authority.Leftover
	line            string // of its events, without what was done
	feed            string
	edit            []string // of the directory: another change to it
	inactive        []string // of the directory: it does not count
	ends            authority.Ends
}

var holdings = map[string]holding{
	"person": {
		suspend: func(t testing.TB, env *testenv.Env) (bool, authority.Ends, error) {
			return env.Authority.SuspendPrincipal(t.Context(), operatorAtTheMachine, "user@acme.test")
		},
		resume: func(t testing.TB, env *testenv.Env) (bool, authority.Ends, error) {
			return env.Authority.ResumePrincipal(t.Context(), operatorAtTheMachine, "4")
		},
		left: authority.Leftover{Kind: "principal", Name: "person:4"},
		line: "principal.put person:4 organisation:ORG ", feed: "principal person:4",
		edit: []string{"name: Ben", "name: Benjamin"}, inactive: []string{"test, name: Ben", "test, status: inactive, name: Ben"},
		ends: authority.Ends{Sessions: 1, LoginTokens: 2},
	},
	"tenant": {
		suspend: func(t testing.TB, env *testenv.Env) (bool, authority.Ends, error) {
			return env.Authority.SuspendTenant(t.Context(), operatorAtTheMachine, "reseller:2")
		},
		resume: func(t testing.TB, env *testenv.Env) (bool, authority.Ends, error) {
			return env.Authority.ResumeTenant(t.Context(), operatorAtTheMachine, "reseller:2")
		},
		left: authority.Leftover{Kind: "tenant", Name: "reseller:2"}, line: "tenant.put reseller:2 ", feed: "tenant reseller:2",
		edit:     []string{"name: North-East\n", "name: Northern\n"},
		inactive: []string{"name: North-East\n", "name: North-East\n            status: suspended\n"},
		ends:     authority.Ends{Sessions: 1, LoginTokens: 2},
	},
}

// eachHolding runs test for a person and a tenant with a member's session that suspending either ends.
func eachHolding(t *testing.T, test func(t *testing.T, env *testenv.Env, h holding, before made)) {
	t.Helper()
	for name, h := range holdings {
		t.Run(name, func(t *testing.T) {
			eachCore(t, func(t *testing.T, env *testenv.Env) { test(t, env, h, chains["member"].make(t, env)) })
		})
	}
}

func TestSuspendingCountsAtOnceAndResumingToo(t *testing.T) {
	eachHolding(t, func(t *testing.T, env *testenv.Env, h holding, before made) {
		written := recorded(t, env)
		changed, ends, err := h.suspend(t, env)
		if err != nil || !changed || ends != h.ends {
			t.Errorf("changed %t, ends %+v, %v", changed, ends, err)
		}
		for use, works := range chains["member"].works(t, env, before) {
			if works {
				t.Errorf("%s works", use)
			}
		}
		if changed, _, err = h.suspend(t, env); err != nil || changed {
			t.Errorf("once more: changed %t, %v", changed, err)
		}
		if changed, _, err = h.resume(t, env); err != nil || !changed {
			t.Errorf("resumed: changed %t, %v", changed, err)
		}
		if changed, _, err = h.resume(t, env); err != nil || changed {
			t.Errorf("resumed once more: changed %t, %v", changed, err)
		}
		wantVerdict(t, env, before.session, "")
		wantWritten(t, recorded(t, env).since(written), records{
			events: []string{h.line + "resumed", h.line + "suspended"}, feed: []string{h.feed, h.feed},
		})
	})
}

// wantWritten demands the events of acts on the directory, among the refusals, and the feed.
func wantWritten(t testing.TB, got, want records) {
	t.Helper()
	var puts []string
	for _, line := range got.events {
		for _, act := range []audit.Act{audit.PutPrincipal, audit.PutTenant} {
			if len(line) > len(act) && line[:len(act)] == string(act) {
				puts = append(puts, line)
			}
		}
	}
	got.events = puts
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(records{})); diff != "" {
		t.Error(diff)
	}
}

func TestAnApplyNeitherResumesNorForgetsWhatACommandSuspended(t *testing.T) {
	eachHolding(t, func(t *testing.T, env *testenv.Env, h holding, before made) {
		if _, _, err := h.suspend(t, env); err != nil {
			t.Fatal(err)
		}
		wantHeld := func(text string, changes int) {
			t.Helper()
			r := env.Apply(t, text)
			if diff := cmp.Diff([]authority.Leftover{h.left}, r.Held); diff != "" || r.Changes() != changes {
				t.Errorf("%d changes, held %s", r.Changes(), diff)
			}
			if v, _ := env.Authority.VerifySession(t.Context(), here, before.session); v.Valid() {
				t.Error("resumed by an apply")
			}
		}
		wantHeld(coreDirectory, 0)
		wantHeld(with(t, h.edit...), 1)
		wantHeld(coreDirectory, 1)
		if r := env.Apply(t, with(t, h.inactive...)); len(r.Held) != 0 {
			t.Errorf("the directory agrees: %+v", r.Held)
		}
		wantHeld(coreDirectory, 1) // active by the directory again
		if _, _, err := h.resume(t, env); err != nil {
			t.Fatal(err)
		}
		if r := env.Apply(t, coreDirectory); len(r.Held) != 0 || r.Changes() != 0 {
			t.Errorf("resumed: %+v", r)
		}
		wantVerdict(t, env, before.session, "")
	})
}

func TestResumingLeavesWhatTheDirectorySays(t *testing.T) {
	eachHolding(t, func(t *testing.T, env *testenv.Env, h holding, before made) {
		if _, _, err := h.suspend(t, env); err != nil {
			t.Fatal(err)
		}
		env.Apply(t, with(t, h.inactive...))
		if changed, _, err := h.resume(t, env); err != nil || !changed {
			t.Errorf("changed %t, %v", changed, err)
		}
		if v, _ := env.Authority.VerifySession(t.Context(), here, before.session); v.Valid() {
			t.Error("it counts against the directory")
		}
	})
}

func TestOnlyAnOperatorSuspendsAndResumes(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, p := range []authority.Proof{manager, integrator, pair} {
			by := as(t, env, p)
			_, _, err := env.Authority.SuspendTenant(t.Context(), by, acme)
			wantFault(t, err, fault.NotFound, authority.ReasonOutside)
			_, _, err = env.Authority.ResumeTenant(t.Context(), by, acme)
			wantFault(t, err, fault.NotFound, authority.ReasonOutside)
			_, _, err = env.Authority.SuspendPrincipal(t.Context(), by, "person:4")
			wantFault(t, err, fault.NotFound, authority.ReasonOutside)
			_, _, err = env.Authority.ResumePrincipal(t.Context(), by, "person:4")
			wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		}
		acting := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), asOwner)).Token
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, acting)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = env.Authority.SuspendTenant(t.Context(), by, acme)
		wantFault(t, err, fault.Denied, authority.ReasonActing)
		for _, at := range []string{string(acme), "person:4"} {
			if at := heldAt(env, at); !at.IsZero() {
				t.Errorf("held since %v", at)
			}
		}
	})
}

func TestWhoMayOnlyReadTheDirectorySuspendsNobody(t *testing.T) {
	text := with(t, "{id: 7, email: clerk@org.test, name: Mary,", "{id: 7, installation_role: operator, email: clerk@org.test, name: Mary,")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		by := as(t, env, clerk)
		if changed, _, err := env.Authority.SuspendPrincipal(t.Context(), by, "person:5"); err != nil || !changed {
			t.Errorf("an operator: %t, %v", changed, err)
		}
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			c := by.Credential()
			c.Permissions = []grant.Permission{grant.ReadDirectory}
			tx.PutCredential(c)
			return nil
		})
		_, _, err := env.Authority.SuspendPrincipal(t.Context(), as(t, env, clerk), "person:4")
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		if at := heldAt(env, "person:4"); !at.IsZero() {
			t.Errorf("held since %v", at)
		}
	})
}

func TestAPersonIsReportedWithAllThatCountsOfIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		sessionKinds[pulseSession](t, env)
		spoilCredential(func(c *authority.Credential, now time.Time) { c.ExpiresAt = now })(t, env, sessionKinds[pulseSession](t, env))
		suspendTenant("reseller:2")(t, env, secret.Text{})
		r, err := env.Authority.ShowPrincipal(t.Context(), operatorAtTheMachine, "owner@acme.test")
		if err != nil || r.Refusal != "" || r.Live.Sessions != 2 || len(r.Grants) != 2 || len(r.Credentials) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		if c := r.Credentials[0]; c.Kind != authority.KeyPair || c.Refusal != authority.ReasonExpired {
			t.Errorf("%+v", c)
		}
		if reason := r.GrantRefusal(r.Grants[0]); reason != authority.ReasonTenantSuspended {
			t.Errorf("the grant at ACME: %q", reason)
		}
		suspendPerson("3")(t, env, secret.Text{})
		r, err = env.Authority.ShowPrincipal(t.Context(), operatorAtTheMachine, "3")
		if err != nil || r.Refusal != authority.ReasonInactive || !r.Principal.HeldAt.Equal(env.Clock.Now()) {
			t.Errorf("%+v, %v", r, err)
		}
		_, err = env.Authority.ShowPrincipal(t.Context(), as(t, env, integrator), "3")
		outside := answerOf(err)
		_, err = env.Authority.ShowPrincipal(t.Context(), as(t, env, integrator), "4")
		if got := answerOf(err); got.kind != fault.NotFound || outside.kind != fault.NotFound {
			t.Errorf("%+v, %+v", outside, got)
		}
	})
}

func TestATenantIsReportedWithAllAboveItAndWhoManagesIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		sessionKinds[nativeSession](t, env)
		suspendTenant("reseller:1")(t, env, secret.Text{})
		r, err := env.Authority.ShowTenant(t.Context(), operatorAtTheMachine, acme)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lineage) != 5 || r.SuspendedBy != "reseller:1" || r.Owner.ID != ada || r.Live.Sessions != 1 || len(r.Children) != 0 {
			t.Errorf("%+v", r)
		}
		if m := r.ManagedBy; len(m) != 1 || m[0].Principal.ID != nora || m[0].Grant.Role != grant.ManagerAdmin || m[0].Grant.Tenant != "reseller:1" {
			t.Errorf("managed by %+v", m)
		}
		r, err = env.Authority.ShowTenant(t.Context(), operatorAtTheMachine, "organisation:ORG")
		if err != nil || r.SuspendedBy != "" || r.Owner.ID != "" || r.Children["reseller"] != 2 || r.Children["unit"] != 2 {
			t.Errorf("%+v, %v", r, err)
		}
		_, err = env.Authority.ShowTenant(t.Context(), as(t, env, manager), "reseller:77")
		wantFault(t, err, fault.NotFound, authority.ReasonOutside)
		if _, err := env.Authority.ShowTenant(t.Context(), as(t, env, manager), acme); err != nil {
			t.Errorf("its manager: %v", err)
		}
	})
}

// TestWhoIsSuspendedWithATenantManagesNothingThere is why a reseller that was suspended does not resume itself.
func TestWhoIsSuspendedWithATenantManagesNothingThere(t *testing.T) {
	for name, suspend := range map[string]func(t testing.TB, env *testenv.Env){
		"by command": func(t testing.TB, env *testenv.Env) {
			if _, _, err := env.Authority.SuspendTenant(t.Context(), operatorAtTheMachine, "reseller:1"); err != nil {
				t.Fatal(err)
			}
		},
		"by the directory": func(t testing.TB, env *testenv.Env) {
			suspended := authority.Suspended
			if _, err := env.Authority.ChangeTenant(t.Context(), operatorAtTheMachine, "reseller:1", authority.TenantChange{Status: &suspended}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachCore(t, func(t *testing.T, env *testenv.Env) {
				operatorOf(t, env, manager, "reseller:1")
				operatorOf(t, env, clerk, "reseller:2")
				suspend(t, env)
				north, a := as(t, env, manager), env.Authority
				for _, by := range []authority.Actor{north, as(t, env, clerk)} {
					_, _, err := a.ResumeTenant(t.Context(), by, "reseller:1")
					wantFault(t, err, fault.NotFound, authority.ReasonOutside)
					_, _, err = a.SuspendTenant(t.Context(), by, "reseller:2")
					wantFault(t, err, fault.NotFound, authority.ReasonOutside)
				}
				active := authority.Active
				_, err := a.ChangeTenant(t.Context(), north, "reseller:1", authority.TenantChange{Status: &active})
				wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
				if _, _, err := a.ResumeTenant(t.Context(), operatorOf(t, env, clerk, org), "reseller:1"); err != nil {
					t.Errorf("an operator above: %v", err)
				}
			})
		})
	}
}
