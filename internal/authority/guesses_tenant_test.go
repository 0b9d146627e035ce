package authority_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// withBudgets gives env budgets of its own, and returns a node that shares them and hashes nothing.
func withBudgets(env *testenv.Env, rules map[string]authority.GuessRule, work authority.Work) *testenv.Env {
	guesses := limit.NewGuesses(limit.Rules(rules), env.Clock.Now, 0)
	node := *env
	node.Authority = authority.New(env.Store, env.Keys, guesses, refusing{}, authority.Options{})
	env.Authority = authority.New(env.Store, env.Keys, guesses, work, authority.Options{})
	return &node
}

// spray fails n times at an organisation, each time from elsewhere.
func spray(t *testing.T, node *testenv.Env, n int, p func(i int) authority.Proof) {
	t.Helper()
	for i := range n {
		_ = try(t, node, fmt.Sprintf("198.51.%d.%d", 100+i/200, i%200+1), p(i))
	}
}

func nobodyOf(i int) authority.Proof { return password(fmt.Sprint("nobody-", i), "wrong") }

func TestAnOrganisationIsLockedForStrangersAndNeverWhereItsPeopleHaveLoggedIn(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		const failures = 20
		work, right := &counting{}, password("zoe", "the-right-password")
		node := withBudgets(env, authority.GuessLimits{Tenant: failures}.Rules(), work)
		if err := try(t, env, "192.0.2.1", right); err != nil {
			t.Fatalf("at home: %v", err)
		}
		refused := try(t, env, "192.0.2.8", password("zoe", "wrong"))
		spray(t, node, failures-2, nobodyOf)
		if err := try(t, env, "192.0.2.7", right); err != nil {
			t.Fatalf("one failure before the last: %v", err)
		}
		spray(t, node, 1, nobodyOf)
		hashes := work.hashes.Load()
		locked := try(t, env, "192.0.2.9", right)
		wantFault(t, locked, fault.Unauthenticated, authority.ReasonLocked)
		if answerOf(locked) != answerOf(refused) || fault.As(locked).RetryAfter != 0 || work.hashes.Load() != hashes+1 {
			t.Errorf("locked %+v for %d hashes, wrong %+v", locked, work.hashes.Load()-hashes, refused)
		}
		for name, source := range map[string]string{"at home": "192.0.2.1", "where she was a moment ago": "192.0.2.7"} {
			if err := try(t, env, source, right); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, p := range map[string]authority.Proof{
			"a key":                     authority.ByKey(secret.Of("key-of-zoe")),
			"a pair":                    authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("secret-of-zoe")),
			"another organisation's":    authority.ByPassword("organisation:OTHER", "else", secret.Of("the-right-password")),
			"another's, none was named": authority.ByPassword("", "else@other.test", secret.Of("the-right-password")),
		} {
			if err := try(t, env, "192.0.2.9", p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		env.Clock.Advance(5*time.Minute - time.Microsecond)
		wantFault(t, try(t, env, "192.0.2.10", right), fault.Unauthenticated, authority.ReasonLocked)
		env.Clock.Advance(time.Microsecond)
		if err := try(t, env, "192.0.2.10", right); err != nil {
			t.Errorf("after five minutes: %v", err)
		}
	})
}

func TestHomeIsWhereOnePersonHasLoggedInAndNotWhereAnotherHas(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		node := withBudgets(env, authority.GuessLimits{Tenant: 20}.Rules(), limit.NewPool(0, 0))
		// Somebody of the organisation, at an address of her own, must gain nothing at others'.
		if err := try(t, env, "192.0.2.1", password("zoe", "the-right-password")); err != nil {
			t.Fatal(err)
		}
		wrong(t, env, "192.0.2.2", "zoe", 1) // a wrong password makes no home
		spray(t, node, 19, nobodyOf)
		wantFault(t, try(t, env, "192.0.2.1", password("gone", "wrong")), fault.Unauthenticated, authority.ReasonLocked)
		wantFault(t, try(t, env, "192.0.2.2", password("zoe", "the-right-password")), fault.Unauthenticated, authority.ReasonLocked)
	})
}

func TestWhatIsAndWhatIsNotCountedAgainstAnOrganisation(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		const failures = 12
		for name, c := range map[string]struct {
			fail   func(i int) authority.Proof
			source string // empty: each time from elsewhere
			locks  bool
		}{
			"its person, by user name": {fail: func(int) authority.Proof { return password("zoe", "wrong") }, locks: true},
			"its person, by e-mail":    {fail: func(int) authority.Proof { return authority.ByPassword("", "zoé@ACME.test", secret.Of("wrong")) }, locks: true},
			"its person, another is named": {fail: func(int) authority.Proof {
				return authority.ByPassword("organisation:OTHER", "zoé@acme.test", secret.Of("wrong"))
			}, locks: true},
			"its person, by pass code": {fail: func(int) authority.Proof {
				return authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("wrong"))
			}, locks: true},
			"nobody, where it is named": {fail: nobodyOf, locks: true},
			"no card, where it is named": {fail: func(i int) authority.Proof {
				return authority.ByPassCode(organisation, secret.Of(fmt.Sprint("CARD-0", i)), secret.Of("x"))
			}, locks: true},
			"nobody, where none is named": {fail: func(i int) authority.Proof {
				return authority.ByPassword("", fmt.Sprint("nobody-", i, "@acme.test"), secret.Of("x"))
			}},
			"another organisation's person": {fail: func(int) authority.Proof {
				return authority.ByPassword(organisation, "else@other.test", secret.Of("wrong"))
			}},
			"unknown keys":                          {fail: func(i int) authority.Proof { return authority.ByKey(secret.Of(fmt.Sprint("junk-", i))) }},
			"wrong secrets of its pair":             {fail: func(int) authority.Proof { return authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("wrong")) }},
			"one person by one source, soon locked": {fail: func(int) authority.Proof { return password("zoe", "wrong") }, source: "203.0.113.1"},
		} {
			node := withBudgets(env, authority.GuessLimits{Tenant: failures}.Rules(), limit.NewPool(0, 0))
			for i := range failures {
				source := c.source
				if source == "" {
					source = fmt.Sprintf("198.51.100.%d", i+1)
				}
				_ = try(t, node, source, c.fail(i))
				env.Clock.Advance(time.Second)
			}
			err := try(t, env, "192.0.2.1", password("zoe", "the-right-password"))
			if locks := fault.ReasonOf(err) == authority.ReasonLocked; locks != c.locks {
				t.Errorf("%s: locked %v, %v", name, locks, err)
			}
		}
	})
}

func TestAnInstallationChoosesItsBudgets(t *testing.T) {
	if got := (authority.GuessLimits{}).Rules(); !maps.Equal(got, authority.GuessRules) {
		t.Errorf("no choice is %+v", got)
	}
	chosen := authority.GuessLimits{
		BySource: authority.GuessRule{Failures: 3, Period: time.Minute, Lock: time.Hour}, AnySource: 50, Tenant: 200,
	}.Rules()
	want := maps.Clone(authority.GuessRules)
	want[authority.GuessBySource] = authority.GuessRule{Failures: 3, Period: time.Minute, Lock: time.Hour}
	want[authority.GuessAnySource] = authority.GuessRule{Failures: 50, Period: 15 * time.Minute, Lock: 15 * time.Minute}
	want[authority.GuessOfTenant] = authority.GuessRule{Failures: 200, Period: 5 * time.Minute, Lock: 5 * time.Minute}
	if !maps.Equal(chosen, want) {
		t.Errorf("%+v", chosen)
	}
}
