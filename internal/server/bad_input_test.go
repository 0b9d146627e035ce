package server_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
)

// methodsBeside returns the methods of every path.
func methodsBeside(routes []route) map[string][]string {
	beside := map[string][]string{}
	for _, r := range routes {
		beside[r.path] = append(beside[r.path], r.method)
	}
	return beside
}

// TestBadInputIsRefusedEverywhereAndAlikeOnBothEngines tries every wrong value of every parameter of every route that
// is served. What the parameters are it learns from each dialect's openapi.yaml, so that no route can be forgotten.
func TestBadInputIsRefusedEverywhereAndAlikeOnBothEngines(t *testing.T) {
	outcomes := map[string]map[string]string{}
	for _, engine := range []string{"sqlite", "postgres"} {
		outcomes[engine] = map[string]string{}
	}
	t.Run("on", func(t *testing.T) {
		for engine, into := range outcomes {
			t.Run(engine, func(t *testing.T) {
				t.Parallel()
				m := newMatrix(newWorld(t, engine))
				m.outcomes = into
				m.tryAll()
			})
		}
	})
	differences := 0
	for name, answer := range outcomes["sqlite"] {
		if other := outcomes["postgres"][name]; other != answer && differences < 20 {
			differences++
			t.Errorf("%s: the engines differ:\n%s\n%s", name, answer, other)
		}
	}
	if len(outcomes["sqlite"]) != len(outcomes["postgres"]) || len(outcomes["sqlite"]) < 1000 {
		t.Errorf("%d cases on SQLite, %d on PostgreSQL", len(outcomes["sqlite"]), len(outcomes["postgres"]))
	}
}

// tryAll goes through the table of routes as it is served.
func (m *matrix) tryAll() {
	routes := parseRoutes(m.world.T, m.world.server.Routes())
	beside := methodsBeside(routes)
	known := map[string]map[string]operation{}
	for _, r := range routes {
		if r.surface == "handoff" || r.surface == "server" || r.isSpace() {
			continue
		}
		if known[r.surface] == nil {
			known[r.surface] = specified(m.world.T, r.surface)
		}
	}
	surfaces := slices.Sorted(maps.Keys(known))
	// Last: it makes tenants and rights that the others show.
	slices.SortStableFunc(surfaces, func(a, b string) int { return boolToInt(a == "native") - boolToInt(b == "native") })
	for _, surface := range surfaces {
		operations := known[surface]
		shape := shapeOf(operations)
		for _, r := range routes {
			if r.surface != surface || r.isSpace() {
				continue
			}
			if r.method == dialect.AnyMethod {
				r.method = http.MethodGet // as which openapi.yaml describes all of them
			}
			o, ok := operations[r.method+" "+r.path]
			if !ok {
				m.world.Errorf("%s %s is served by %s and is not in its openapi.yaml", r.method, r.path, surface)
				continue
			}
			delete(operations, r.method+" "+r.path)
			m.try(o, shape, beside[r.path])
		}
		for key := range operations {
			m.world.Errorf("%s is in the openapi.yaml of %s and is not served", key, surface)
		}
	}
	m.tryPages(routes)
	for _, name := range slices.Sorted(maps.Keys(m.counts)) {
		m.world.Logf("%4d %s", m.counts[name], name)
	}
	for _, l := range m.leniencies {
		if !l.used {
			m.world.Errorf("nothing uses the leniency %s, %s", l.surface, l.class)
		}
	}
}
