package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
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
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	served := server.New(opened, c, log).Handler()
	for _, peer := range []string{"192.0.2.1:5", "10.0.0.1:5"} { // a proxy's word counts no more here than anybody's
		r := httptest.NewRequest(http.MethodGet, "http://attacker.test/api/v3/resellers/1/managers", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Api-Token", "a-token-of-the-manager")
		for name, value := range map[string]string{
			"X-Forwarded-Host": "attacker.test", "X-Forwarded-Proto": "attacker", "X-Forwarded-Port": "666", "X-Forwarded-Prefix": "/attacker",
			"X-Forwarded-Server": "attacker.test", "X-Forwarded-Scheme": "attacker", "X-Forwarded-Uri": "/attacker", "X-Host": "attacker.test",
			"Forwarded": "host=attacker.test;proto=attacker", "X-Original-Host": "attacker.test", "X-Original-Url": "/attacker", "X-Rewrite-Url": "/attacker",
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		served.ServeHTTP(w, r)
		body, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(body), `"https://login.example.com/api/v3/resellers/1/managers?`) != 3 || strings.Contains(string(body), "attacker") {
			t.Errorf("%s: %d %s", peer, w.Code, body)
		}
	}
}
