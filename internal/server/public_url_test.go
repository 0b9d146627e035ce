package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/server"
)

const oneManager = `version: 1
organisations:
  - name: ORG
    people: [{id: 1, email: manager@north.test, name: Nora}]
    resellers: [{id: 1, name: North, managers: [{person: manager@north.test, role: admin, api_token: a-token-of-the-manager}]}]
`

// TestLinksBeginWithThePublicURL and not with what the request says its host is, which anybody can write.
func TestLinksBeginWithThePublicURL(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	c := config.Config{Store: config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}, PublicURL: "https://login.example.com"}
	opened, err := server.Open(t.Context(), c.Store, log)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Store.Close()
	d, err := directory.Read("directory.yaml", []byte(oneManager))
	if err != nil {
		t.Fatal(err)
	}
	a := server.NewAuthority(opened, c)
	if _, err := a.Apply(t.Context(), authority.CommandLine(authority.Origin{}), d, authority.ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "http://attacker.test/api/v3/resellers/1/managers", nil)
	r.Header.Set("X-Api-Token", "a-token-of-the-manager")
	r.Header.Set("X-Forwarded-Host", "attacker.test")
	w := httptest.NewRecorder()
	server.New(opened, c, log).Handler().ServeHTTP(w, r)
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(body), `"https://login.example.com/api/v3/resellers/1/managers?`) != 3 || strings.Contains(string(body), "attacker") {
		t.Errorf("%d %s", w.Code, body)
	}
}
