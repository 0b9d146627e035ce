package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

func TestBrowsersAreToldToComeByHTTPSOnlyWhereTheInstallationIsReachedByIt(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	store := config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}
	opened, err := server.Open(t.Context(), store, log)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Store.Close()
	for _, c := range []struct {
		url  string
		age  time.Duration
		want string
	}{
		{"https://login.example.com", 365 * 24 * time.Hour, "max-age=31536000"},
		{"https://login.example.com", 0, ""},
		{"http://login.example.com", 365 * 24 * time.Hour, ""}, // a browser would lose the way to it
	} {
		s := server.New(opened, config.Config{Store: store, PublicURL: c.url, TLS: config.TLS{HSTS: c.age}}, log).Handler()
		for _, path := range []string{"/readyz", "/", "/nowhere", "/auth/session", "/v1/session", "/v2/accounts", "//", "/crmapi/rest/v2/nowhere"} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if got := w.Header().Get("Strict-Transport-Security"); got != c.want {
				t.Errorf("%s for %s, %s: %d with %q", path, c.url, c.age, w.Code, got)
			}
		}
	}
}
