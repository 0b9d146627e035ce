package authority_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/testenv"
)

// race redeems one token many times at once, each with the key that its number gives, and returns the session tokens.
func race(t *testing.T, env *testenv.Env, keyOf func(i int) string) (won []string) {
	t.Helper()
	by := as(t, env, portal)
	token := mint(t, env, as(t, env, integrator), forMember)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			redeemed, err := env.Authority.RedeemLoginToken(t.Context(), by, authority.RedeemRequest{Token: token, IdempotencyKey: keyOf(i)})
			if err != nil {
				wantSpent(t, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			won = append(won, redeemed.Token.Reveal())
		})
	}
	wait.Wait()
	return won
}

func TestOfManyRedemptionsAtOnceOneSucceeds(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for name, keyOf := range map[string]func(i int) string{
			"without a key": func(int) string { return "" },
			"each its own":  func(i int) string { return fmt.Sprint("key ", i) },
		} {
			if won := race(t, env, keyOf); len(won) != 1 {
				t.Errorf("%s: %d succeeded", name, len(won))
			}
		}
	})
}

func TestManyRepetitionsAtOnceGetOneAnswer(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		won := race(t, env, func(int) string { return "one key" })
		for _, token := range won {
			if token != won[0] {
				t.Error("two answers differ")
			}
		}
		if len(won) != 12 {
			t.Errorf("%d of 12 were answered", len(won))
		}
	})
}
