package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// looks counts how often memory and the store behind it are looked into.
type looks struct {
	authority.Store
	memory, store int
}

func (l *looks) Recall(ctx context.Context, read func(ctx context.Context, f authority.Facts) error) error {
	l.memory++
	return l.Store.Recall(ctx, read)
}

func (l *looks) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	l.store++
	return l.Store.View(ctx, read)
}

// limited is an authority whose look-ups are counted.
type limited struct {
	*authority.Authority
	looks *looks
}

func limitedOn(env *testenv.Env) limited {
	l := &looks{Store: env.Store}
	return limited{authority.New(l, env.Keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), limit.NewPool(0, 0), authority.Options{}), l}
}

// of asks for the limits of a key, then waits, authenticates by what was found, and says what both took.
func (l limited) of(t *testing.T, key secret.Text, wait func()) (limits, authentication looks, err error) {
	t.Helper()
	*l.looks = looks{Store: l.looks.Store}
	k, err := l.KeyLimits(t.Context(), here, key)
	if err != nil {
		t.Fatal(err)
	}
	wait()
	limits = *l.looks
	_, err = l.Authenticate(t.Context(), here, k.Proof)
	authentication = looks{memory: l.looks.memory - limits.memory, store: l.looks.store - limits.store}
	limits.Store = nil
	return limits, authentication, err
}

func TestAKeyThatIsRememberedIsLookedUpOnceForItsLimitsAndToAuthenticateByIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		l := limitedOn(env)
		for _, key := range []string{"key-of-the-integrator", "pair-key:pair-secret"} {
			for _, remembered := range []bool{false, true} {
				limits, authentication, err := l.of(t, secret.Of(key), func() {})
				if err != nil || limits.memory != 1 || (limits.store == 0) != remembered || (authentication == looks{}) != remembered {
					t.Errorf("%s: %+v, then %+v: %v", key, limits, authentication, err)
				}
			}
		}
	})
}

func TestAKeyThatEndsAfterItsLimitsWereFoundTakesWhatAnUnknownOneTakes(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		ending := keyOfAda
		ending.ExpiresAt = env.Clock.Now().Add(time.Hour)
		key, l := issue(t, env, ending).Key, limitedOn(env)
		if _, _, err := l.of(t, key, func() {}); err != nil { // so that it is remembered
			t.Fatal(err)
		}
		_, unknown, err := l.of(t, secret.Of("nobody-s"), func() {})
		wantFault(t, err, fault.Unauthenticated, authority.ReasonUnknown)
		_, ended, err := l.of(t, key, func() { env.Clock.Advance(time.Hour) })
		wantFault(t, err, fault.Unauthenticated, authority.ReasonExpired)
		if unknown.store != 1 || ended.store != unknown.store {
			t.Errorf("the store is asked %d times of one that ended, %d times of an unknown one", ended.store, unknown.store)
		}
	})
}
