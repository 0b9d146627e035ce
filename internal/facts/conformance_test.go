package facts_test

import (
	"testing"

	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/sqlstore/storetest"
	"github.com/doorward/doorward/internal/testenv"
)

func TestAStoreThatRemembersKeepsEveryPromiseOfAStore(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Run(t, func(t testing.TB) storetest.Subject {
				clock := testenv.NewClock()
				store := testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now})
				return storetest.Subject{Store: testenv.Remembering(store), Clock: clock}
			})
		})
	}
}
