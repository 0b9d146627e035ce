package sqlstore_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// TestALogInAndARedemptionMakeFewRoundTrips holds the shape of a change: what returns nothing goes out with COMMIT.
func TestALogInAndARedemptionMakeFewRoundTrips(t *testing.T) {
	trace := &tracer{}
	clock := testenv.NewClock()
	store := testenv.OpenStore(t, "postgres", sqlstore.Options{Clock: clock.Now, Trace: trace.note})
	env := testenv.NewOn(t, "postgres", store, clock).Demo(t)

	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "pulse"},
		authority.ByKeyPair(secret.Of("apiKey-3f9a1c2b7d4e"), secret.Of("demo-secret-0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	trace.forget()
	if _, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: 1e12},
	}); err != nil {
		t.Fatal(err)
	}
	trace.want(t, "a log-in's change", []string{"BEGIN; INSERT sessions; INSERT events; COMMIT"})

	token := mintOne(t, env)
	redeemer, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "native"}, authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
	if err != nil {
		t.Fatal(err)
	}
	trace.forget()
	if _, err := env.Authority.RedeemLoginToken(t.Context(), redeemer, authority.RedeemRequest{Token: token}); err != nil {
		t.Fatal(err)
	}
	trace.want(t, "a redemption", []string{
		"BEGIN; SET; UPDATE login_tokens; SELECT; SELECT; SELECT; SELECT; SELECT; SELECT; SELECT; SELECT; SELECT",
		"INSERT sessions; INSERT events; COMMIT",
	})
}

// tracer collects the round trips of a store.
type tracer struct {
	mu    sync.Mutex
	trips []string
}

func (r *tracer) note(trip sqlstore.RoundTrip) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var short []string
	for _, text := range trip.Statements {
		short = append(short, gist(text))
	}
	r.trips = append(r.trips, strings.Join(short, "; "))
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

func (r *tracer) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips = nil
}

func (r *tracer) want(t *testing.T, what string, want []string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.trips); diff != "" {
		t.Errorf("%s:\n%s", what, diff)
	}
}
