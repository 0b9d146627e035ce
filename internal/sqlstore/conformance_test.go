package sqlstore_test

import (
	"testing"

	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/sqlstore/storetest"
	"github.com/doorward/doorward/internal/testenv"
)

func TestEachEngineKeepsEveryPromiseOfAStore(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Run(t, func(t testing.TB) storetest.Subject { return subject(t, engine) })
		})
	}
}

func subject(t testing.TB, engine string) storetest.Subject {
	clock := testenv.NewClock()
	return storetest.Subject{Store: testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now}), Clock: clock}
}
