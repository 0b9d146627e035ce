package authority_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// counting counts the hashes made.
type counting struct{ hashes atomic.Int64 }

func (c *counting) Do(_ context.Context, work func()) error {
	c.hashes.Add(1)
	work()
	return nil
}

// trips counts what goes to the store.
type trips struct {
	authority.Store
	views, changes atomic.Int64
}

func (s *trips) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	s.views.Add(1)
	return s.Store.View(ctx, read)
}

func (s *trips) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	s.changes.Add(1)
	return s.Store.Change(ctx, change)
}

func TestEveryRefusalOfATypedSecretCostsAndLooksAlike(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		work, store := &counting{}, &trips{Store: env.Store}
		a := authority.New(store, env.Keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), work, authority.Options{})
		for range 5 {
			_, _ = a.Authenticate(t.Context(), from("192.0.2.2"), password("zoe", "wrong"))
		}
		for _, c := range []struct {
			reason, source string
			proof          authority.Proof
		}{
			{authority.ReasonUnknown, "192.0.2.1", password("nobody", "the-right-password")},
			{authority.ReasonUnknown, "192.0.2.1", password("nobody@acme.test", "the-right-password")},
			{authority.ReasonUnknown, "192.0.2.1", password("nul\x00", "the-right-password")},
			{authority.ReasonUnknown, "192.0.2.1", authority.ByPassCode(organisation, secret.Of("CARD-2"), secret.Of("9Q4T7Z"))},
			{authority.ReasonWrong, "192.0.2.1", password("zoe", "wrong")},
			{authority.ReasonWrong, "192.0.2.1", password("gone", "wrong")},
			{authority.ReasonWrong, "192.0.2.1", authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("wrong"))},
			{authority.ReasonLocked, "192.0.2.2", password("zoe", "the-right-password")},
			{authority.ReasonLocked, "192.0.2.2", password("zoe", "wrong")},
			{authority.ReasonInactive, "192.0.2.1", password("keyed", "the-right-password")},
			{authority.ReasonDeleted, "192.0.2.1", password("gone", "the-right-password")},
			{authority.ReasonNoPassword, "192.0.2.1", password("none", "the-right-password")},
			{authority.ReasonUnknown, "192.0.2.1", password("else", "the-right-password")},
			{authority.ReasonOrganisation, "192.0.2.1", password("else@other.test", "the-right-password")},
			{authority.ReasonOrganisation, "192.0.2.1", authority.ByPassCode("organisation:OTHER", secret.Of("CARD-1"), secret.Of("9Q4T7Z"))},
		} {
			hashes, views, changes := work.hashes.Load(), store.views.Load(), store.changes.Load()
			_, err := a.Authenticate(t.Context(), from(c.source), c.proof)
			wantFault(t, err, fault.Unauthenticated, c.reason)
			if got, want := answerOf(err), (answer{fault.Unauthenticated, "The credentials are not valid.", ""}); got != want {
				t.Errorf("%s looks like %+v", c.reason, got)
			}
			hashes, views, changes = work.hashes.Load()-hashes, store.views.Load()-views, store.changes.Load()-changes
			if hashes != 1 || views != 1 || changes != 1 {
				t.Errorf("%s: %d hashes, %d views, %d changes; want one of each", c.reason, hashes, views, changes)
			}
		}
	})
}

// refusing is a pool that does no work at all, so that nothing matches and hundreds of tries cost nothing.
type refusing struct{}

func (refusing) Do(context.Context, func()) error { return nil }

// fastNode is a node that shares env's budgets and hashes nothing; env itself goes on verifying.
func fastNode(env *testenv.Env) *testenv.Env {
	guesses := limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0)
	node := *env
	node.Authority = authority.New(env.Store, env.Keys, guesses, refusing{}, authority.Options{})
	env.Authority = authority.New(env.Store, env.Keys, guesses, limit.NewPool(0, 0), authority.Options{})
	return &node
}

func TestASourceThatFailsTooOftenIsToldSoWhomeverItTriesAndItsKeysStillCount(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		node := fastNode(env)
		for i := range authority.GuessRules[authority.GuessOfSource].Failures {
			_ = try(t, node, "192.0.2.1", password(fmt.Sprintf("nobody-%d", i), "wrong"))
		}
		for _, name := range []string{"zoe", "nobody-1", "nobody-else"} {
			err := try(t, node, "192.0.2.1", password(name, "the-right-password"))
			wantFault(t, err, fault.TooMany, authority.ReasonTooManyFromSource)
			if fault.As(err).RetryAfter <= 0 {
				t.Errorf("%s: it is not said for how long", name)
			}
		}
		if err := try(t, node, "192.0.2.1", authority.ByKey(secret.Of("key-of-zoe"))); err != nil {
			t.Errorf("a key from there: %v", err)
		}
		if err := try(t, env, "192.0.2.2", password("zoe", "the-right-password")); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		env.Clock.Advance(15 * time.Minute)
		if err := try(t, env, "192.0.2.1", password("zoe", "the-right-password")); err != nil {
			t.Errorf("after fifteen minutes: %v", err)
		}
	})
}

func TestTheRightSecretIsNoFailedTryEvenWhileItIsRefused(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		wrong(t, env, "192.0.2.1", "zoe", 5)
		for range authority.GuessRules[authority.GuessOfSource].Failures {
			wantFault(t, try(t, env, "192.0.2.1", password("zoe", "the-right-password")), fault.Unauthenticated, authority.ReasonLocked)
		}
		// Had they counted, this source would be told that it fails too often.
		wantFault(t, try(t, env, "192.0.2.1", password("nobody", "x")), fault.Unauthenticated, authority.ReasonUnknown)
	})
}

func TestAFloodOfUnknownKeysHoldsUpNoKeyThatExists(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for i := range authority.GuessRules[authority.KeyGuessesOfSource].Failures {
			_ = try(t, env, "192.0.2.1", authority.ByKey(secret.Of(fmt.Sprintf("junk-%d", i))))
		}
		wantFault(t, try(t, env, "192.0.2.1", authority.ByKey(secret.Of("junk"))), fault.TooMany, authority.ReasonTooManyFromSource)
		for name, p := range map[string]authority.Proof{
			"a key":      authority.ByKey(secret.Of("key-of-zoe")),
			"a key pair": authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("secret-of-zoe")),
			"a password": password("zoe", "the-right-password"),
		} {
			if err := try(t, env, "192.0.2.1", p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWrongSecretsLockTheirKeyPairForThatSourceOnly(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		right := authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("secret-of-zoe"))
		for range authority.GuessRules[authority.KeyGuessBySource].Failures {
			err := try(t, env, "192.0.2.1", authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("wrong")))
			wantFault(t, err, fault.Unauthenticated, authority.ReasonWrong)
		}
		wantFault(t, try(t, env, "192.0.2.1", right), fault.Unauthenticated, authority.ReasonLocked)
		if err := try(t, env, "192.0.2.2", right); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		for name, p := range map[string]authority.Proof{
			"another key of the same person": authority.ByKey(secret.Of("key-of-zoe")),
			"the person's password":          password("zoe", "the-right-password"),
		} {
			if err := try(t, env, "192.0.2.1", p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
