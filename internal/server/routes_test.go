package server_test

import (
	"log/slog"
	"os"
	"path/filepath"
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
	got := strings.Join(server.New(opened, c, slog.New(slog.DiscardHandler)).Routes(), "\n") + "\n"
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile("testdata/routes.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/routes.txt")
	if err != nil {
		t.Fatalf("%v; make routes writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the routes are not those of testdata/routes.txt; if that is meant, make routes:\n%s", diff)
	}
}
