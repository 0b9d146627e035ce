package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// house serves every dialect over a store whose round trips are counted, and the hashes made.
type house struct {
	env   *testenv.Env
	url   string
	pool  *limit.Pool
	work  *counting
	asked *asked
	trips *tracer
}

// everyEngine runs test on every engine with the people of houseDirectory and a pool of one worker and a short queue.
func everyEngine(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) { test(t, newHouse(t, engine)) })
	}
}

func newHouse(t *testing.T, engine string) *house {
	t.Helper()
	clock, trips := testenv.NewClock(), &tracer{}
	store := testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now, Trace: trips.note})
	env := testenv.NewOn(t, engine, store, clock)
	env.Apply(t, houseDirectory(t))
	h := &house{env: env, pool: limit.NewPool(1, queue), trips: trips}
	h.work = &counting{pool: h.pool}
	h.asked = &asked{Limiter: limit.NewGuesses(limit.Rules(authority.GuessRules), clock.Now, 0)}
	env.Authority = authority.New(store, env.Keys, h.asked, h.work,
		authority.Options{InstallationURL: testenv.InstallationURL})
	h.url = env.Serve(t, server.Dialects(env.Authority, config.Config{PublicURL: testenv.InstallationURL})...)
	return h
}

const queue = 200 // more than the largest burst of these tests

// counting is a pool that counts what it has done.
type counting struct {
	pool *limit.Pool
	done atomic.Int64
}

func (c *counting) Do(ctx context.Context, work func()) error {
	return c.pool.Do(ctx, func() { c.done.Add(1); work() })
}

// tracer collects the round trips of a store, each as what its statements do.
type tracer struct {
	mu    sync.Mutex
	trips []string
}

func (r *tracer) note(trip sqlstore.RoundTrip) {
	gists := make([]string, len(trip.Statements))
	for i, text := range trip.Statements {
		gists[i] = gist(text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips = append(r.trips, strings.Join(gists, "; "))
}

// gist is what a statement does to which table.
func gist(text string) string {
	words := strings.Fields(text)
	switch words[0] {
	case "INSERT":
		return "INSERT " + words[2]
	case "UPDATE":
		return "UPDATE " + words[1]
	case "WITH":
		return "SELECT"
	}
	return words[0]
}

func (r *tracer) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.trips
	r.trips = nil
	return taken
}

// request is one call of a dialect; header is lines of "Name: value".
type request struct{ method, target, header, body string }

// response is an answer without what differs between any two.
type response struct {
	Status int
	Header http.Header
	Body   string
}

func (h *house) send(t *testing.T, q request) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), q.method, h.url+q.target, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(q.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := got.Header.Get("X-Request-Id")
	for _, counts := range []string{"X-Request-Id", "Date", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		got.Header.Del(counts)
	}
	return response{got.StatusCode, got.Header, strings.ReplaceAll(string(body), id, "ID")}
}

// as authenticates through no dialect in particular.
func (h *house) as(t *testing.T, p authority.Proof) authority.Actor {
	t.Helper()
	by, err := h.env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "native"}, p)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// mint makes a login token for a member of ACME at the audience with an ID.
func (h *house) mint(t *testing.T, email string, audience authority.AudienceID) string {
	t.Helper()
	minted, err := h.env.Authority.MintLoginToken(t.Context(), h.as(t, authority.ByKey(secret.Of("key-of-the-integrator"))),
		authority.MintRequest{Account: acme, Email: email, Audience: audience})
	if err != nil {
		t.Fatal(err)
	}
	return minted.Text.Reveal()
}

// change writes what the directory file cannot say.
func (h *house) change(t *testing.T, do func(ctx context.Context, tx authority.Tx) error) {
	t.Helper()
	if err := h.env.Store.Change(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
