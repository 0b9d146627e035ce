package sqlstore_test

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// onceClients redeem one token at once, in each of onceRounds; make race-redeem takes a thousand rounds.
const onceClients = 64

func onceRounds(t *testing.T) int {
	rounds, err := strconv.Atoi(os.Getenv("DOORWARD_ONCE_ROUNDS"))
	if err != nil && os.Getenv("DOORWARD_ONCE_ROUNDS") != "" {
		t.Fatal(err)
	}
	return max(rounds, 25)
}

// TestOnceOfManyClientsOneRedeems proves promise G1 under concurrency on each engine: exactly one of the clients that
// redeem a token at once wins, and the history of what they saw is linearizable.
func TestOnceOfManyClientsOneRedeems(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		rounds := onceRounds(t)
		began := time.Now()
		for round := range rounds {
			history, wins := raceOn(t, env, mintOne(t, env))
			if wins != 1 {
				t.Fatalf("round %d: %d of %d redemptions won", round, wins, onceClients)
			}
			if !porcupine.CheckOperations(onceModel, history) {
				t.Fatalf("round %d: the history is not linearizable: %+v", round, history)
			}
		}
		t.Logf("%d rounds of %d clients in %s: one winner each, every history linearizable", rounds, onceClients, time.Since(began).Round(time.Millisecond))
	})
}

// onceModel is a token that can be spent once: the state is whether it is spent, the output whether the try won.
var onceModel = porcupine.Model{
	Init: func() any { return false },
	Step: func(state, _, output any) (bool, any) {
		spent, won := state.(bool), output.(bool)
		return won != spent, true
	},
}

func mintOne(t *testing.T, env *testenv.Env) secret.Text {
	t.Helper()
	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "alephee"},
		authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	if err != nil {
		t.Fatal(err)
	}
	minted, err := env.Authority.MintLoginToken(t.Context(), by, authority.MintRequest{
		Account: tenant.Account(1200), Email: "buyer@acme.test", Audience: 1, Shape: secret.ShapeNative,
	})
	if err != nil {
		t.Fatal(err)
	}
	return minted.Text
}

// raceOn lets the clients redeem a token at once and returns what each saw when.
func raceOn(t *testing.T, env *testenv.Env, token secret.Text) (history []porcupine.Operation, wins int) {
	t.Helper()
	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "native"},
		authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
	if err != nil {
		t.Fatal(err)
	}
	history = make([]porcupine.Operation, onceClients)
	began, start := time.Now(), make(chan struct{})
	var wait sync.WaitGroup
	for client := range onceClients {
		wait.Go(func() {
			<-start
			call := time.Since(began)
			_, err := env.Authority.RedeemLoginToken(t.Context(), by, authority.RedeemRequest{Token: token})
			if err != nil && fault.KindOf(err) != fault.Unmet {
				t.Errorf("redeem: %v", err)
			}
			history[client] = porcupine.Operation{ClientId: client, Call: int64(call), Output: err == nil, Return: int64(time.Since(began))}
		})
	}
	close(start)
	wait.Wait()
	for _, op := range history {
		if op.Output.(bool) {
			wins++
		}
	}
	return history, wins
}
