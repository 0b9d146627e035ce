package testenv

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/web"
)

// InstallationURL is what {installation} stands for in tests.
const InstallationURL = "http://doorward.test"

// Env is a running authority.
type Env struct {
	Authority *authority.Authority
	Store     authority.Store
	Keys      *secret.Keys
	Clock     *Clock
	Engine    string
}

// Each runs test once per engine, each time on an empty store.
func Each(t *testing.T, test func(t *testing.T, env *Env)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(engine, func(t *testing.T) { test(t, New(t, engine)) })
	}
}

// New returns an authority on an empty store of an engine.
func New(t testing.TB, engine string) *Env {
	t.Helper()
	clock := NewClock()
	return NewOn(t, engine, Remembering(OpenStore(t, engine, sqlstore.Options{Clock: clock.Now})), clock)
}

// Remembering returns a store that remembers facts as a server's does, and relies on it at all times: nothing that the
// tests show may depend on whether something was remembered. It must not be changed past itself.
func Remembering(store authority.Store) authority.Store {
	s := facts.Remember(store, facts.Options{})
	s.Hear(authority.FeedReading{Began: time.Now().Add(time.Hour)})
	return s
}

// NewOn returns an authority on a store.
func NewOn(t testing.TB, engine string, store authority.Store, clock *Clock) *Env {
	t.Helper()
	keys := secret.KeysFrom([32]byte{1, 2, 3}, [32]byte{4, 5, 6})
	env := &Env{Store: store, Keys: keys, Clock: clock, Engine: engine}
	env.Authority = authority.New(store, keys,
		limit.NewGuesses(limit.Rules(authority.GuessRules), clock.Now, 0), limit.NewPool(0, 0),
		authority.Options{InstallationURL: InstallationURL})
	return env
}

// Demo applies the demo directory.
func (e *Env) Demo(t testing.TB) *Env {
	t.Helper()
	d, err := directory.Read("directory.yaml", demo.Directory)
	if err != nil {
		t.Fatalf("read the demo directory: %v", err)
	}
	for i, c := range d.Credentials {
		if c.Kind == authority.Password || c.Kind == authority.PassCode {
			d.Credentials[i].PasswordHash, d.Credentials[i].Secret = hashOf(t, c.Secret), secret.Text{}
		}
	}
	e.applyDirectory(t, d)
	return e
}

// hashes are those of the demo's passwords: hashing them for every test would be most of the tests' time.
var hashes sync.Map

func hashOf(t testing.TB, clear secret.Text) secret.PasswordHash {
	t.Helper()
	if hash, ok := hashes.Load(clear.Reveal()); ok {
		return hash.(secret.PasswordHash)
	}
	hash, err := secret.HashPassword(clear)
	if err != nil {
		t.Fatalf("hash a password of the demo: %v", err)
	}
	hashes.Store(clear.Reveal(), hash)
	return hash
}

// Apply applies a directory file.
func (e *Env) Apply(t testing.TB, text string) authority.ApplyReport {
	t.Helper()
	d, err := directory.Read("directory.yaml", []byte(text))
	if err != nil {
		t.Fatalf("read the directory: %v", err)
	}
	return e.applyDirectory(t, d)
}

func (e *Env) applyDirectory(t testing.TB, d authority.Directory) authority.ApplyReport {
	t.Helper()
	report, err := e.Authority.Apply(t.Context(), authority.CommandLine(authority.Origin{}), d, authority.ApplyOptions{})
	if err != nil {
		t.Fatalf("apply the directory: %v", err)
	}
	return report
}

// Serve serves dialects over real HTTP with the production middleware and returns the base URL.
func (e *Env) Serve(t testing.TB, dialects ...dialect.Dialect) string {
	t.Helper()
	mux := http.NewServeMux()
	dialect.Mount(mux, e.Authority, dialects...)
	return e.ServeHandler(t, dialect.Unclean(mux, http.NotFoundHandler(), dialects...))
}

// ServeHandler serves a handler over real HTTP with the production middleware and returns the base URL.
func (e *Env) ServeHandler(t testing.TB, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(web.Middleware(web.Chain{Log: slog.New(slog.DiscardHandler)}, handler))
	t.Cleanup(s.Close)
	return s.URL
}
