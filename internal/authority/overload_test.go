package authority_test

import (
	"runtime"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestAPasswordFloodIsShedAndKeyLogInsGoThrough(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		pool := limit.NewPool(1, 1)
		node := *env
		node.Authority = authority.New(env.Store, env.Keys,
			limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), pool, authority.Options{})
		release := occupy(t, pool)
		for range 10 {
			err := try(t, &node, "192.0.2.1", password("zoe", "the-right-password"))
			if f := fault.As(err); err == nil || f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
				t.Errorf("while hashing is full: %v", err)
			}
		}
		for name, p := range map[string]authority.Proof{
			"a key":  authority.ByKey(secret.Of("key-of-zoe")),
			"a pair": authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("secret-of-zoe")),
		} {
			if err := try(t, &node, "192.0.2.1", p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		release()
		if err := try(t, &node, "192.0.2.1", password("zoe", "the-right-password")); err != nil {
			t.Errorf("what was shed counted as failed tries: %v", err)
		}
	})
}

// occupy takes the pool's one worker and its one place in the queue until release is called.
func occupy(t *testing.T, pool *limit.Pool) (release func()) {
	t.Helper()
	end, done := make(chan struct{}), make(chan error, 2)
	busy := make(chan struct{})
	go func() { done <- pool.Do(t.Context(), func() { close(busy); <-end }) }()
	<-busy
	go func() { done <- pool.Do(t.Context(), func() {}) }()
	for pool.Waiting() == 0 {
		runtime.Gosched() // the second goroutine is on its way into the queue
	}
	return func() {
		close(end)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
}
