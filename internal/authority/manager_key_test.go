package authority_test

import (
	"context"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// The managers of staffed.
const (
	admin    = grant.PrincipalID("person:5") // of reseller 1
	salesman = grant.PrincipalID("person:8") // of reseller 2, below it
	southern = grant.PrincipalID("person:9") // of reseller 77, beside it
)

func regenerate(t testing.TB, env *testenv.Env, by authority.Actor, at tenant.ID, who grant.PrincipalID) authority.Proof {
	t.Helper()
	text, made, err := env.Authority.RegenerateManagerKey(t.Context(), by, at, who)
	if err != nil {
		t.Fatalf("regenerate: %v", err)
	}
	if !regexp.MustCompile(`\Adwm_[0-9a-v]{56}\z`).MatchString(text.Reveal()) || made.Kind != authority.ManagerKey || made.Principal != who {
		t.Errorf("made %+v", made)
	}
	return authority.ByKey(text)
}

func wantNoKey(t testing.TB, env *testenv.Env, p authority.Proof) {
	t.Helper()
	_, err := env.Authority.Authenticate(t.Context(), here, p)
	if fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the key still counts: %v", err)
	}
}

func TestARegeneratedKeyWorksAndTheOldOneEndsWithAllThatCameFromIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := chains["acting"].make(t, env)
		by := as(t, env, manager)
		var fresh authority.Proof
		events := eventsDuring(t, env, func() { fresh = regenerate(t, env, by, "reseller:1", admin) })
		wantNoKey(t, env, manager)
		for use, works := range chains["acting"].works(t, env, before) {
			if works {
				t.Errorf("%s still works", use)
			}
		}
		wantVerdict(t, env, before.session, authority.ReasonRevoked)
		c := chains["acting"]
		c.proof = fresh
		for use, works := range c.works(t, env, c.make(t, env)) {
			if !works {
				t.Errorf("%s does not work with the new key", use)
			}
		}
		slices.SortFunc(events, func(a, b audit.Event) int { return -cmpActs(a.Act, b.Act) })
		if len(events) != 2 || events[0].Act != audit.RevokeCredential || events[1].Act != audit.IssueCredential {
			t.Fatalf("events %+v", events)
		}
		for _, e := range events {
			if e.Actor != admin || e.Subject != admin || e.Tenant != "reseller:1" || e.Outcome != audit.Done || e.Detail["kind"] != "manager-key" {
				t.Errorf("%+v", e)
			}
		}
		if old := by.Credential().ID.String(); events[0].Detail["credential"] != old || !published(t, env, authority.FeedCredential, old) {
			t.Errorf("the old key %s: recorded %v", old, events[0].Detail)
		}
	})
}

func cmpActs(a, b audit.Act) int {
	if a < b {
		return -1
	}
	return 1
}

func published(t testing.TB, env *testenv.Env, kind authority.FeedKind, key string) (found bool) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		page, err := v.Feed(ctx, 0, 10_000, nil)
		found = slices.ContainsFunc(page.Entries, func(f authority.FeedEntry) bool { return f.Kind == kind && f.Key == key })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAKeyThatWasReplacedStaysSoWhateverTheFileSays(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		fresh := regenerate(t, env, as(t, env, manager), "reseller:1", admin)
		if report := env.Apply(t, coreDirectory); report.Changes() != 0 || len(report.Revoked) != 1 {
			t.Errorf("%+v", report)
		}
		wantNoKey(t, env, manager)
		as(t, env, fresh)
	})
}

// TestWhoMayRegenerateWhoseKey says it for each pair; the reason is empty where it may be.
func TestWhoMayRegenerateWhoseKey(t *testing.T) {
	outsider := []string{"members: [{person: user@acme.test, level: owner}]", "members: [{person: user@acme.test, level: owner}, {person: sales@north.test, level: user}]"}
	for _, c := range []struct {
		name   string
		edit   []string
		by     string
		at     tenant.ID
		whose  grant.PrincipalID
		kind   fault.Kind
		reason string
	}{
		{"a salesman's own", nil, "key-of-the-salesman", "reseller:2", salesman, 0, ""},
		{"an admin, a salesman downstream", nil, "key-of-the-manager", "reseller:2", salesman, 0, ""},
		{"an admin, an owner beside", nil, "key-of-the-manager", "reseller:77", southern, fault.NotFound, authority.ReasonOutside},
		{"an admin, nobody beside", nil, "key-of-the-manager", "reseller:78", southern, fault.NotFound, authority.ReasonOutside},
		{"an admin, a manager that is not of that reseller", nil, "key-of-the-manager", "reseller:1", salesman, fault.NotFound, authority.ReasonOutside},
		{"an admin, a member", nil, "key-of-the-manager", "reseller:1", "person:4", fault.NotFound, authority.ReasonOutside},
		{"an admin, nobody", nil, "key-of-the-manager", "reseller:1", "person:98", fault.NotFound, authority.ReasonOutside},
		{"an admin, a service", nil, "key-of-the-manager", "reseller:1", "service:ORG/integrator", fault.NotFound, authority.ReasonOutside},
		{"an admin, itself at another reseller", nil, "key-of-the-manager", "reseller:2", admin, fault.NotFound, authority.ReasonOutside},
		{"a salesman, the admin upstream", nil, "key-of-the-salesman", "reseller:1", admin, fault.Denied, authority.ReasonNoPermission},
		{"a salesman, nobody upstream", nil, "key-of-the-salesman", "reseller:78", admin, fault.Denied, authority.ReasonNoPermission},
		{
			"an admin, an inactive salesman downstream",
			[]string{"test, name: Sam", "test, status: inactive, name: Sam"},
			"key-of-the-manager", "reseller:2", salesman, 0, "",
		},
		{
			"an admin, a deleted salesman downstream",
			[]string{"test, name: Sam", "test, status: deleted, name: Sam"},
			"key-of-the-manager", "reseller:2", salesman, fault.NotFound, authority.ReasonOutside,
		},
		{"an admin, a salesman who is a member outside", outsider, "key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission},
		{
			"an admin, a salesman who is inactive outside",
			[]string{outsider[0], "members: [{person: user@acme.test, level: owner}, {person: sales@north.test, level: user, status: inactive}]"},
			"key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"an admin, a salesman who is a manager outside",
			[]string{"managers: [{person: owner@south.test,", "managers: [{person: sales@north.test, role: sales}, {person: owner@south.test,"},
			"key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"an admin, a salesman who runs the installation",
			[]string{"test, name: Sam", "test, installation_role: operator, name: Sam"},
			"key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"an admin, a salesman who is of a unit",
			[]string{"test, name: Sam", "test, units: [EE63A82C4FEBE02FF34E90DD1EBA5ABE], name: Sam"},
			"key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"an admin, a salesman who has the platform's permissions in an account",
			[]string{"{person: user@acme.test, level: user}", "{person: sales@north.test, level: user, roles: [agent]}"},
			"key-of-the-manager", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"an admin, a salesman who is a member inside",
			[]string{"{person: user@acme.test, level: user}", "{person: sales@north.test, level: user}"},
			"key-of-the-manager", "reseller:2", salesman, 0, "",
		},
		{
			"an operator, an owner anywhere",
			[]string{"test, name: Mary", "test, installation_role: operator, name: Mary"},
			"key-of-the-clerk", "reseller:77", southern, 0, "",
		},
		{
			"a person's key, the own",
			[]string{"key: key-of-the-clerk, person: clerk@org.test", "key: key-of-the-clerk, person: manager@north.test"},
			"key-of-the-clerk", "reseller:1", admin, 0, "",
		},
		{
			"a person's key for one dialect, the own",
			[]string{"key: key-of-the-clerk, person: clerk@org.test", "key: key-of-the-clerk, dialects: [native], person: manager@north.test"},
			"key-of-the-clerk", "reseller:1", admin, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"a person's key for one network, the own",
			[]string{"key: key-of-the-clerk, person: clerk@org.test", "key: key-of-the-clerk, networks: [192.0.2.0/24], person: manager@north.test"},
			"key-of-the-clerk", "reseller:1", admin, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"a person's key that expires, the own",
			[]string{"key: key-of-the-clerk, person: clerk@org.test", "key: key-of-the-clerk, expires_at: 2031-01-01T00:00:00Z, person: manager@north.test"},
			"key-of-the-clerk", "reseller:1", admin, fault.Denied, authority.ReasonNoPermission,
		},
		{
			"a person's key for one account, another's",
			[]string{"key: key-of-the-clerk, person: clerk@org.test", "key: key-of-the-clerk, account: 10, person: manager@north.test"},
			"key-of-the-clerk", "reseller:2", salesman, fault.Denied, authority.ReasonNoPermission,
		},
		{"an integrator, anybody's", nil, "key-of-the-integrator", "reseller:1", admin, fault.Denied, authority.ReasonNoPermission},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := testenv.New(t, "sqlite")
			env.Apply(t, replaced(t, staffed(t), c.edit))
			by := as(t, env, byKey(c.by))
			var err error
			events := eventsDuring(t, env, func() {
				_, _, err = env.Authority.RegenerateManagerKey(t.Context(), by, c.at, c.whose)
			})
			if c.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFault(t, err, c.kind, c.reason)
			if len(events) != 1 || events[0].Act != audit.IssueCredential || events[0].Outcome != audit.Denied {
				t.Errorf("recorded %+v", events)
			}
			as(t, env, manager)
		})
	}
}

func TestAnAdminWhoMayNotActIsGivenNoKeyOfWhoMayOrIsAMember(t *testing.T) {
	text := with(t, "role: admin, api_token: key-of-the-manager}", "role: admin, api_token: key-of-the-manager}\n          - {person: clerk@org.test, role: sales}\n          - {person: user@acme.test, role: marketing}",
		", units: [EE63A82C4FEBE02FF34E90DD1EBA5ABE], default_unit: EE63A82C4FEBE02FF34E90DD1EBA5ABE", "",
		"members: [{person: user@acme.test, level: owner}]", "members: [{person: owner@acme.test, level: owner}]")
	env := testenv.New(t, "sqlite")
	env.Apply(t, text)
	env.Authority = authority.New(env.Store, env.Keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), limit.NewPool(0, 0),
		authority.Options{ActingManagers: []string{"sales"}})
	for _, who := range []grant.PrincipalID{"person:7", "person:4"} {
		_, _, err := env.Authority.RegenerateManagerKey(t.Context(), as(t, env, manager), "reseller:1", who)
		wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
	}
}

func TestWhoIsHandedOverAsAManagerIsGivenNoKeyOfIts(t *testing.T) {
	text := with(t, "        name: North-East\n", "        name: North-East\n            managers: [{person: owner@acme.test, role: sales}]\n")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		for _, c := range []struct {
			account, reseller tenant.ID
			owner             grant.PrincipalID
			reason            string
		}{
			{acme, "reseller:2", "person:3", authority.ReasonActing},
			{"account:10", "reseller:1", admin, authority.ReasonNoPermission}, // oneself, through the browser
		} {
			r := asOwner
			r.Account = c.account
			session := mustRedeem(t, env, panel, mint(t, env, as(t, env, manager), r)).Token
			by, _, err := env.Authority.AuthenticateSession(t.Context(), here, session)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = env.Authority.RegenerateManagerKey(t.Context(), by, c.reseller, c.owner)
			wantFault(t, err, fault.Denied, c.reason)
			as(t, env, manager)
		}
	})
}

func TestWhatAKeyWasRestrictedToHoldsForTheNextOne(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		change(t, env, func(ctx context.Context, tx authority.Tx) error {
			owned, err := tx.CredentialsOf(ctx, []grant.PrincipalID{admin})
			owned[0].Dialects, owned[0].ExpiresAt = []string{"native"}, env.Clock.Now().Add(time.Hour)
			tx.PutCredential(owned[0])
			return err
		})
		fresh := regenerate(t, env, as(t, env, manager), "reseller:1", admin)
		elsewhere := here
		elsewhere.Dialect = "pulse"
		if _, err := env.Authority.Authenticate(t.Context(), elsewhere, fresh); fault.ReasonOf(err) != authority.ReasonDialect {
			t.Errorf("elsewhere: %v", err)
		}
		as(t, env, fresh)
		env.Clock.Advance(time.Hour)
		wantAuthenticated(t, env, fresh, authority.ReasonExpired)
	})
}

// TestOfManyThatHoldOneKeyOneIsGivenTheNext: who stole a key must not end the one that its owner got in its place.
func TestOfManyThatHoldOneKeyOneIsGivenTheNext(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		const many = 8
		by := as(t, env, manager)
		texts, errs := make([]secret.Text, many), make([]error, many)
		var wait sync.WaitGroup
		for i := range many {
			wait.Go(func() {
				texts[i], _, errs[i] = env.Authority.RegenerateManagerKey(t.Context(), by, "reseller:1", admin)
			})
		}
		wait.Wait()
		given := 0
		for i, err := range errs {
			if err == nil {
				given++
				as(t, env, authority.ByKey(texts[i]))
				continue
			}
			wantFault(t, err, fault.Unauthenticated, authority.ReasonRevoked)
			if !texts[i].IsZero() {
				t.Error("a refusal with a key")
			}
		}
		if given != 1 {
			t.Errorf("%d were given one", given)
		}
		wantNoKey(t, env, manager)
	})
}

func TestANewManagerIsGivenAFirstKey(t *testing.T) {
	text := with(t, "role: admin, api_token: key-of-the-manager}", "role: admin, api_token: key-of-the-manager}\n          - {person: clerk@org.test, role: sales}",
		", units: [EE63A82C4FEBE02FF34E90DD1EBA5ABE], default_unit: EE63A82C4FEBE02FF34E90DD1EBA5ABE", "")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, text)
		env.Clock.Advance(time.Second)
		first := regenerate(t, env, as(t, env, manager), "reseller:1", "person:7")
		if by := as(t, env, first); by.Principal().ID != "person:7" || by.Credential().CreatedBy != admin {
			t.Errorf("%+v", by.Credential())
		}
		as(t, env, manager)
	})
}
