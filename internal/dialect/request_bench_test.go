package dialect_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

// BenchmarkMint is what minting a login token costs beside the store, with everything in memory.
func BenchmarkMint(b *testing.B) {
	benchmark(b, http.MethodGet, "/v2/accounts/1200/logintoken?userEmail=owner@acme.test&module=1&API_KEY=6F9619FF-8B86-D011-B42D-00C04FC964FF", "")
}

// BenchmarkKeyLogIn is what a log-in by a key pair costs beside the store, with everything in memory.
func BenchmarkKeyLogIn(b *testing.B) {
	benchmark(b, http.MethodPost, "/auth/login", `{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"demo-secret-0123456789abcdef"}`)
}

func benchmark(b *testing.B, method, target, body string) {
	b.Helper()
	clock := testenv.NewClock()
	store := &unwritten{Store: testenv.Remembering(testenv.OpenStore(b, "sqlite", sqlstore.Options{Clock: clock.Now}))}
	env := testenv.NewOn(b, "sqlite", store, clock)
	env.Apply(b, strings.ReplaceAll(string(demo.Directory), "30/min", "999999/min"))
	store.whole = true
	mux := http.NewServeMux()
	dialect.Mount(mux, env.Authority, alephee.New(env.Authority, alephee.Options{}), pulse.New(env.Authority, pulse.Options{}))
	handler := web.WithRecord()(mux)
	r := httptest.NewRequest(method, target, nil)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%100_000 == 0 {
			clock.Advance(time.Minute) // so that no rate is used up
		}
		r.Body = io.NopCloser(strings.NewReader(body))
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// unwritten is a store that changes nothing once it is whole.
type unwritten struct {
	authority.Store
	whole bool
}

func (s *unwritten) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	if !s.whole {
		return s.Store.Change(ctx, change)
	}
	return change(ctx, nowhere{})
}

type nowhere struct{ authority.Tx }

func (nowhere) PutLoginToken(authority.LoginToken) {}
func (nowhere) PutSession(authority.Session)       {}
func (nowhere) Append(audit.Event)                 {}
