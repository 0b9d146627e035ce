package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

// unwritten is a ResponseWriter that keeps nothing.
type unwritten struct{ header http.Header }

func (u unwritten) Header() http.Header          { return u.header }
func (unwritten) Write(body []byte) (int, error) { return len(body), nil }
func (unwritten) WriteHeader(int)                {}

// BenchmarkLayers is what everything between the socket and the authority costs a request, its log line included.
func BenchmarkLayers(b *testing.B) {
	dir := b.TempDir()
	store := config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}
	opened, err := server.Open(b.Context(), store, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer opened.Store.Close()
	full := config.Load{Requests: 1, Wait: time.Nanosecond}
	s := server.New(opened, config.Config{Store: store, Load: full}, slog.New(slog.NewJSONHandler(io.Discard, nil)))
	h := s.Handler()
	for _, c := range []struct{ name, path string }{
		{"an unknown path", "/v1/nothing"}, {"a request without a credential", "/v1/session"}, {"metadata", "/.well-known/oauth-authorization-server"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			for b.Loop() {
				h.ServeHTTP(unwritten{http.Header{}}, r)
			}
		})
	}
	if err := s.Places().Take(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("a refusal", func(b *testing.B) {
		b.ReportAllocs()
		r := httptest.NewRequest(http.MethodGet, "/v1/session", nil)
		for b.Loop() {
			h.ServeHTTP(unwritten{http.Header{}}, r)
		}
	})
}
