package authority_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// edited returns the demo directory with pieces of it replaced, in pairs of old and new.
func edited(t *testing.T, pairs ...string) string {
	t.Helper()
	text := string(demo.Directory)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q is %d times in the demo directory", pairs[i], strings.Count(text, pairs[i]))
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// apply applies a directory file with options by the command line.
func apply(t *testing.T, env *testenv.Env, text string, o authority.ApplyOptions) (authority.ApplyReport, error) {
	t.Helper()
	d, err := directory.Read("directory.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return env.Authority.Apply(t.Context(), authority.CommandLine(authority.Origin{}), d, o)
}

// records are the events and feed entries written, as lines.
type records struct{ events, feed []string }

func recorded(t *testing.T, env *testenv.Env) (r records) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		events, err := v.Events(ctx, authority.EventFilter{Limit: 10_000})
		if err != nil {
			return err
		}
		for _, e := range events {
			r.events = append(r.events, eventLine(e))
		}
		page, err := v.Feed(ctx, 0, 10_000, nil)
		for _, f := range page.Entries {
			r.feed = append(r.feed, string(f.Kind)+" "+f.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func eventLine(e audit.Event) string {
	var about []string
	for _, part := range []string{string(e.Subject), string(e.Tenant)} {
		if part != "" {
			about = append(about, part)
		}
	}
	for _, name := range []string{"change", "changed", "role", "replaces", "kind", "status"} {
		if value := e.Detail[name]; value != "" && value != "active" {
			about = append(about, value)
		}
	}
	line := string(e.Act) + " " + strings.Join(about, " ")
	if e.Outcome != audit.Done {
		line += fmt.Sprintf(" %s (%s)", e.Outcome, e.Reason)
	}
	return line
}

// since returns what was written after before; events of one moment are in no order.
func (r records) since(before records) records {
	events := slices.Clone(r.events)
	for _, line := range before.events {
		i := slices.Index(events, line)
		events = slices.Delete(events, i, i+1)
	}
	slices.Sort(events)
	feed := slices.Clone(r.feed[len(before.feed):])
	for i, line := range feed {
		if kind, _, _ := strings.Cut(line, " "); kind == "credential" {
			feed[i] = kind // its ID is random
		}
	}
	slices.Sort(feed)
	return records{events, feed}
}

func TestASecondApplyWritesNothing(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		first := env.Apply(t, string(demo.Directory))
		if n := first.Grants.Created; n != 20 || first.Changes() != 66 {
			t.Errorf("the first apply: %+v", first)
		}
		before := recorded(t, env)
		if len(before.events) != 66 || len(before.feed) != 0 {
			t.Errorf("%d events and %d feed entries; want one for each and none", len(before.events), len(before.feed))
		}
		second := env.Apply(t, string(demo.Directory))
		want := authority.ApplyReport{
			Tenants: authority.Tally{Unchanged: 11}, Roles: authority.Tally{Unchanged: 3},
			Audiences: authority.Tally{Unchanged: 4}, Principals: authority.Tally{Unchanged: 12},
			Grants: authority.Tally{Unchanged: 20}, Credentials: authority.Tally{Unchanged: 16},
			Weak: []grant.PrincipalID{grant.Person(7)},
		}
		if diff := cmp.Diff(want, second); diff != "" {
			t.Errorf("the second apply: %s", diff)
		}
		if after := recorded(t, env); len(after.events) != len(before.events) || len(after.feed) != 0 {
			t.Errorf("written by the second apply: %+v", after.since(before))
		}
	})
}

func TestAChangeIsRecordedAndPublishedExactly(t *testing.T) {
	for name, c := range map[string]struct {
		edit   []string
		events []string
		feed   []string
	}{
		"an account is suspended": {
			[]string{"            name: Example Customer\n", "            name: Example Customer\n            status: suspended\n"},
			[]string{"tenant.put account:505 updated status suspended"},
			[]string{"tenant account:505"},
		},
		"a person is deactivated": {
			[]string{"        name: Ben Buyer\n", "        name: Ben Buyer\n        status: inactive\n"},
			[]string{"principal.put person:4 organisation:CRMDEMO updated status inactive"},
			[]string{"principal person:4"},
		},
		"a member gets another level": {
			[]string{"{person: buyer@acme.test, level: user, roles: [agent]}", "{person: buyer@acme.test, level: finance, roles: [agent]}"},
			[]string{"grant.put person:4 account:1200 updated account.finance account.user"},
			[]string{"principal person:4"},
		},
		"a member loses one role and gets another": {
			[]string{"{person: buyer@acme.test, level: user, roles: [agent]}", "{person: buyer@acme.test, level: user, roles: [support]}"},
			[]string{"grant.drop person:4 account:1200 dropped CRMDEMO/agent", "grant.put person:4 account:1200 created CRMDEMO/support"},
			[]string{"principal person:4"},
		},
		"a member is inactive in one account": {
			[]string{"{person: left@acme.test, level: user}", "{person: left@acme.test, level: user, status: inactive}"},
			[]string{"grant.put person:5 account:1200 updated account.user inactive"},
			[]string{"principal person:5"},
		},
		"two members swap owner and user": {
			[]string{
				"{person: owner@acme.test, level: owner, primary: true, roles: [admin]}", "{person: owner@acme.test, level: user, primary: true, roles: [admin]}",
				"{person: buyer@acme.test, level: user, roles: [agent]}", "{person: buyer@acme.test, level: owner, roles: [agent]}",
			},
			[]string{
				"grant.put person:3 account:1200 updated account.user account.owner",
				"grant.put person:4 account:1200 updated account.owner account.user",
			},
			[]string{"principal person:3", "principal person:4"},
		},
		"an owner who left the file is replaced": {
			[]string{"{person: example@activeplatform.com, level: owner, primary: true}", "{person: buyer@acme.test, level: owner}"},
			[]string{
				"grant.put person:4 account:505 created account.owner",
				"grant.put person:6 account:505 updated account.user account.owner",
			},
			[]string{"principal person:4", "principal person:6"},
		},
		"a manager gets another role": {
			[]string{"role: sales, api_token", "role: marketing, api_token"},
			[]string{"grant.put person:9 reseller:2 updated reseller.marketing reseller.sales"},
			[]string{"principal person:9"},
		},
		"a manager's token is rotated": {
			[]string{"Nb2downstreamDemoToken", "AnotherDownstreamToken"},
			[]string{"credential.issue person:9 manager-key", "credential.revoke person:9 manager-key"},
			[]string{"credential"},
		},
		"a key's limit changes": {
			[]string{"{logintoken: 30/min}", "{logintoken: 60/min}"},
			[]string{"credential.change service:CRMDEMO/ERP integration limits api-key"},
			[]string{"credential"},
		},
		"a key loses an account": {
			[]string{"accounts: [1200, 1201]", "accounts: [1200]"},
			[]string{
				"credential.change service:CRMDEMO/ERP integration accounts api-key",
				"grant.drop service:CRMDEMO/ERP integration account:1201 dropped service.integrator",
			},
			[]string{"credential", "principal service:CRMDEMO/ERP integration"},
		},
		"a key is given to another person": {
			[]string{"person: mpadministrator\n", "person: operator@doorward.test\n"},
			[]string{"credential.change person:10 principal api-key"},
			[]string{"credential"},
		},
		"an operator is one no more": {
			[]string{"        installation_role: operator ", "        status: active #"},
			[]string{"grant.drop person:10 installation dropped installation.operator"},
			[]string{"principal person:10"},
		},
		"a role has another permission": {
			[]string{"permissions: [readApplications, readSupport]", "permissions: [readApplications]"},
			[]string{"role.put organisation:CRMDEMO updated CRMDEMO/support"},
			[]string{"role CRMDEMO/support"},
		},
		"an audience lives longer": {
			[]string{"lifetime: {default: 5m, min: 5s, max: 15m}", "lifetime: {default: 6m, min: 5s, max: 15m}"},
			[]string{"audience.put updated"},
			[]string{"audience 3"},
		},
		"two people swap their e-mails": {
			[]string{
				"email: buyer@acme.test", "email: LEFT@acme.test", "email: left@acme.test", "email: buyer@acme.test",
				"{person: buyer@acme.test, level: user, roles: [agent]}", "{person: left@acme.test, level: user, roles: [agent]}",
				"{person: left@acme.test, level: user}", "{person: buyer@acme.test, level: user}",
				"{person: buyer@acme.test, level: user, roles: [support]}", "{person: left@acme.test, level: user, roles: [support]}",
			},
			[]string{
				"principal.put person:4 organisation:CRMDEMO updated email",
				"principal.put person:5 organisation:CRMDEMO updated email inactive",
			},
			[]string{"principal person:4", "principal person:5"},
		},
		"two accounts swap portals": {
			[]string{
				"            name: Example Customer\n", "            name: Example Customer\n            portal: http://acme.localhost:8080\n",
				"portal: http://acme.localhost:8080   #", "portal: http://other.localhost:8080   #",
			},
			[]string{"tenant.put account:1200 updated portal", "tenant.put account:505 updated portal"},
			[]string{"tenant account:1200", "tenant account:505"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Each(t, func(t *testing.T, env *testenv.Env) {
				env.Demo(t)
				before := recorded(t, env)
				changed := env.Apply(t, edited(t, c.edit...))
				got := recorded(t, env).since(before)
				if diff := cmp.Diff(records{c.events, c.feed}, got, cmp.AllowUnexported(records{})); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if n := changed.Changes(); n != len(c.events) {
					t.Errorf("%d changes are counted, %d recorded: %+v", n, len(c.events), changed)
				}
				if again := env.Apply(t, edited(t, c.edit...)); again.Changes() != 0 {
					t.Errorf("applied again: %+v", again)
				}
			})
		})
	}
}

func TestAnAccountMovesToAnotherReseller(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		before := recorded(t, env)
		const account = "          - id: 505\n            name: Example Customer\n            members:                         # level: owner | admin | finance | user; exactly one owner\n              - {person: example@activeplatform.com, level: owner, primary: true}\n"
		const south = "        name: South Distribution             # not reachable from North\n        accounts:\n"
		moved := edited(t, "        accounts:\n"+account, "", south, south+account)
		env.Apply(t, moved)
		want := records{[]string{"tenant.put account:505 updated parent"}, []string{"tenant account:505"}}
		if diff := cmp.Diff(want, recorded(t, env).since(before), cmp.AllowUnexported(records{})); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "activeplatform"},
			authority.ByKey(secret.Of("vY5fwetestK3gJXZH5uHCw")))
		if err != nil {
			t.Fatal(err)
		}
		_, err = env.Authority.MintLoginToken(t.Context(), by, authority.MintRequest{
			Account: tenant.Account(505), AsOwner: true, Audience: 3, Shape: secret.ShapeAlnum22,
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("a manager of the old reseller: %v", err)
		}
	})
}

func TestTwoResellersSwapPlaces(t *testing.T) {
	one := func(outer, inner int) string {
		return fmt.Sprintf("version: 1\norganisations:\n  - name: O\n    resellers:\n      - id: %d\n        name: R\n        resellers:\n          - {id: %d, name: R}\n", outer, inner)
	}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, one(1, 2))
		if r := env.Apply(t, one(2, 1)); r.Tenants.Updated != 2 {
			t.Errorf("%+v", r)
		}
	})
}
