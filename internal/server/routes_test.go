package server_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

// TestTheRoutesAreThoseOfTheGoldenList makes every new route, and every change of who may use one, a line to review.
func TestTheRoutesAreThoseOfTheGoldenList(t *testing.T) {
	dir := t.TempDir()
	c := config.Config{Store: config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}}
	opened, err := server.Open(t.Context(), c.Store, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Store.Close()
	routes := server.New(opened, c, slog.New(slog.DiscardHandler)).Routes()
	mustBeGolden(t, "testdata/routes.txt", strings.Join(routes, "\n")+"\n")
	mustBeGolden(t, "../../docs/routes.md", routesInMarkdown(parseRoutes(t, routes)))
}

func mustBeGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; make routes writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the routes are not those of %s; if that is meant, make routes:\n%s", file, diff)
	}
}

// routesInMarkdown is the list as people read it, by surface.
func routesInMarkdown(routes []route) string {
	var b strings.Builder
	b.WriteString("# Every route, and who may use it\n\nWritten by `make routes` from the tables that are served. `permission` is Doorward's own and must be held somewhere;\n" +
		"where exactly is decided for each request. A path that ends in `…` is every other one below it.\n")
	bySurface := map[string][]route{}
	for _, r := range routes {
		bySurface[r.surface] = append(bySurface[r.surface], r)
	}
	for _, surface := range slices.Sorted(maps.Keys(bySurface)) {
		fmt.Fprintf(&b, "\n## %s\n\n| method | path | who |\n|---|---|---|\n", surface)
		for _, r := range bySurface[surface] {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r.method, r.path, r.access)
		}
	}
	return b.String()
}
