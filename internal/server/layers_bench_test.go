package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

// unwritten is a ResponseWriter that keeps nothing.
type unwritten struct{ header http.Header }

func (u unwritten) Header() http.Header          { return u.header }
func (unwritten) Write(body []byte) (int, error) { return len(body), nil }
func (unwritten) WriteHeader(int)                {}

// logOf is the log of a server, whose lines nobody reads.
func logOf(b *testing.B) *slog.Logger {
	log, flush := web.NewLog(io.Discard)
	b.Cleanup(flush)
	return log
}

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
	s := server.New(opened, config.Config{Store: store, Load: full}, logOf(b))
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

// BenchmarkLiveSession is what GET /v1/session costs without the connection, all that the authority needs being in memory.
func BenchmarkLiveSession(b *testing.B) {
	store := testenv.OpenStore(b, "sqlite", sqlstore.Options{})
	env := testenv.NewOn(b, "sqlite", store, testenv.NewClock()).Demo(b)
	s := server.New(server.Opened{Store: store, Keys: env.Keys}, config.Config{}, logOf(b))
	following, stop := context.WithCancel(b.Context())
	defer stop()
	go s.FollowUntil(following)
	h := s.Handler()
	r := httptest.NewRequest(http.MethodGet, "/v1/session", nil)
	r.Header.Set("Authorization", "Bearer "+openedSession(b, env).Reveal())
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(unwritten{http.Header{}}, r)
	}
}

func openedSession(b *testing.B, env *testenv.Env) secret.Text {
	b.Helper()
	by, err := env.Authority.Authenticate(b.Context(), authority.Origin{Dialect: "pulse"},
		authority.ByKeyPair(secret.Of("apiKey-3f9a1c2b7d4e"), secret.Of("demo-secret-0123456789abcdef")))
	if err != nil {
		b.Fatal(err)
	}
	opened, err := env.Authority.OpenSession(b.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeNative, Lifetime: authority.Lifetimes{Absolute: time.Hour},
	})
	if err != nil {
		b.Fatal(err)
	}
	return opened.Token
}
