package authority_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

var unknownKey = authority.ByKey(secret.Of("no such key"))

func TestRefusalsPastASourcesBudgetAreRecordedAsOneCount(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		singly := eventsDuring(t, env, func() {
			for range 35 {
				_ = try(t, env, "192.0.2.1", unknownKey)
			}
		})
		if len(singly) != 30 {
			t.Errorf("%d recorded one by one", len(singly))
		}
		other := eventsDuring(t, env, func() { _ = try(t, env, "192.0.2.2", unknownKey) })
		if len(other) != 1 {
			t.Errorf("another source's first: %+v", other)
		}
		counted := eventsDuring(t, env, func() {
			for range 2 {
				if err := env.Authority.FlushRefusals(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
		if len(counted) != 1 {
			t.Fatalf("counted: %+v", counted)
		}
		e := counted[0]
		if e.Count != 5 || e.Act != audit.Authenticate || e.Outcome != audit.Denied || e.Reason != authority.ReasonUnknown ||
			e.Dialect != here.Dialect || e.Source != netip.MustParseAddr("192.0.2.1") || e.Actor != "" {
			t.Errorf("%+v", e)
		}
	})
}

func TestASourcesBudgetOfRefusalsIsWholeAgainAfterAMinute(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		for range 31 {
			_ = try(t, env, "192.0.2.1", unknownKey)
		}
		env.Clock.Advance(time.Minute)
		if again := eventsDuring(t, env, func() { _ = try(t, env, "192.0.2.1", unknownKey) }); len(again) != 1 {
			t.Errorf("%+v", again)
		}
	})
}

func TestACountThatCouldNotBeRecordedIsKept(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store}
		node := testenv.NewOn(t, env.Engine, store, env.Clock)
		for range 33 {
			_ = try(t, node, "192.0.2.1", unknownKey)
		}
		store.fail(failBefore)
		if err := node.Authority.FlushRefusals(t.Context()); err == nil {
			t.Error("a failed flush is a success")
		}
		_ = try(t, node, "192.0.2.1", unknownKey)
		store.fail(failNever)
		counted := eventsDuring(t, env, func() { _ = node.Authority.FlushRefusals(t.Context()) })
		if len(counted) != 1 || counted[0].Count != 4 {
			t.Errorf("%+v", counted)
		}
	})
}

func TestRefusalsOfManySourcesFillNeitherDiskNorMemory(t *testing.T) {
	env := testenv.New(t, "sqlite")
	store := &failing{Store: env.Store}
	node := testenv.NewOn(t, env.Engine, store, env.Clock)
	const sources = 12_000
	refuse := func(first int) {
		for i := range sources {
			_ = node.Authority.CloseSession(t.Context(), nobodyFrom(t, node, first+i))
		}
	}
	singly := eventsDuring(t, env, func() { refuse(0) })
	if len(singly) != 600 {
		t.Errorf("%d recorded one by one", len(singly))
	}
	store.fail(failBefore)
	store.during = func() { refuse(sources) } // as many again come while the store is away
	if err := node.Authority.FlushRefusals(t.Context()); err == nil {
		t.Error("a failed flush is a success")
	}
	store.fail(failNever)
	counted := eventsDuring(t, env, func() {
		if err := node.Authority.FlushRefusals(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	var total int64
	for _, e := range counted {
		total += e.Count
	}
	if total != 2*sources-600 || len(counted) > 10_002 {
		t.Errorf("%d refusals counted in %d events", total, len(counted))
	}
}

// nobodyFrom is an actor without a session, so that closing it is refused without slow work.
func nobodyFrom(_ testing.TB, _ *testenv.Env, n int) authority.Actor {
	o := here
	o.Source = netip.MustParseAddr(fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&0xff, n&0xff))
	return authority.HandoffPage(o)
}
