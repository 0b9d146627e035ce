package facts_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// node is one of several on a database with the demo's directory.
type node struct {
	*testenv.Env
	facts *facts.Store
	trace *trips
}

// nodesOn returns nodes that rely on their memory at all times. They hear of the feed when they are told to read it.
func nodesOn(t *testing.T, engine string, n int) (nodes []node) {
	t.Helper()
	clock := testenv.NewClock()
	var options []sqlstore.Options
	for range n {
		trace := &trips{}
		nodes = append(nodes, node{trace: trace})
		options = append(options, sqlstore.Options{Clock: clock.Now, Trace: trace.note})
	}
	for i, store := range testenv.OpenStores(t, engine, options...) {
		trace := nodes[i].trace
		nodes[i] = follower(t, engine, store, clock)
		nodes[i].trace = trace
	}
	nodes[0].Demo(t)
	for _, n := range nodes {
		n.hear(t)
	}
	return nodes
}

// follower returns a node that hears of the feed what it is told to read of it.
func follower(t *testing.T, engine string, store authority.Store, clock *testenv.Clock) node {
	t.Helper()
	remembering := remember(store)
	n := node{facts: remembering, Env: testenv.NewOn(t, engine, remembering, clock)}
	n.Authority.SubscribeFeed(func(r authority.FeedReading) {
		if !r.Began.IsZero() {
			r.Began = always()
		}
		remembering.Hear(r)
	})
	return n
}

func eachNode(t *testing.T, test func(t *testing.T, n node)) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) { test(t, nodesOn(t, engine, 1)[0]) })
	}
}

func eachPair(t *testing.T, test func(t *testing.T, here, elsewhere node)) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			nodes := nodesOn(t, engine, 2)
			test(t, nodes[0], nodes[1])
		})
	}
}

func (n node) hear(t testing.TB) {
	t.Helper()
	if err := n.Authority.ReadFeed(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var (
	erp      = authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF"))
	redeemer = authority.ByKey(secret.Of("demo-b2b-portal-redeem-key"))
	operator = authority.CommandLine(authority.Origin{})
	acme     = tenant.Account(1200)
)

const buyer = "buyer@acme.test"

func (n node) as(t testing.TB, dialect string, p authority.Proof) authority.Actor {
	t.Helper()
	by, err := n.Authority.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, p)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func (n node) mint(t testing.TB) authority.MintedLoginToken {
	t.Helper()
	minted, err := n.Authority.MintLoginToken(t.Context(), n.as(t, "alephee", erp), authority.MintRequest{
		Account: acme, Email: buyer, Audience: 1, Shape: secret.ShapeNative,
	})
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

func (n node) redeem(t testing.TB, token secret.Text) (authority.RedeemedLoginToken, error) {
	t.Helper()
	return n.Authority.RedeemLoginToken(t.Context(), n.as(t, "native", redeemer), authority.RedeemRequest{Token: token})
}

func (n node) signIn(t testing.TB) authority.RedeemedLoginToken {
	t.Helper()
	redeemed, err := n.redeem(t, n.mint(t).Text)
	if err != nil || redeemed.Session.IdleLifetime == 0 {
		t.Fatalf("signed in for an idle lifetime of %s: %v", redeemed.Session.IdleLifetime, err)
	}
	return redeemed
}

func (n node) reason(t testing.TB, session secret.Text) string {
	t.Helper()
	v, err := n.Authority.VerifySession(t.Context(), authority.Origin{Dialect: "native"}, session)
	if err != nil {
		t.Fatal(err)
	}
	return v.Reason
}

func TestASessionIsVerifiedFromMemory(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		session := n.signIn(t).Token
		n.reason(t, session)
		n.trace.forget()
		if reason := n.reason(t, session); reason != "" {
			t.Fatal(reason)
		}
		n.trace.want(t, "a verification", nil)
	})
}

func TestAKeyIsLookedUpInMemory(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		n.as(t, "alephee", erp)
		n.trace.forget()
		n.as(t, "alephee", erp)
		n.trace.want(t, "a log-in by key", nil)
	})
}

func TestAMintIsPlannedFromMemory(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		n.mint(t)
		n.trace.forget()
		n.mint(t)
		n.trace.want(t, "a mint", map[string][]string{
			"sqlite":   {"BEGIN; INSERT login_tokens; INSERT events; COMMIT"},
			"postgres": {"BEGIN; INSERT login_tokens; INSERT events; COMMIT"},
		}[n.Engine])
	})
}

func TestARedemptionReadsWhatIsNewInTheFeed(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		token := n.mint(t).Text
		n.as(t, "native", redeemer)
		n.hear(t)
		n.trace.forget()
		if _, err := n.redeem(t, token); err != nil {
			t.Fatal(err)
		}
		n.trace.want(t, "a redemption", fromMemory[n.Engine])
	})
}

// fromMemory are the statements of a redemption of which all is remembered: the feed.
var fromMemory = map[string][]string{
	"sqlite":   {"BEGIN; UPDATE login_tokens; SELECT; INSERT sessions; INSERT events; COMMIT"},
	"postgres": {"BEGIN; SET; UPDATE login_tokens; SELECT", "INSERT sessions; INSERT events; COMMIT"},
}

func TestARedemptionReadsAllWhileTheFeedIsNotHeard(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		token := n.mint(t).Text
		by := n.as(t, "native", redeemer)
		n.facts.Hear(authority.FeedReading{Began: time.Now().Add(-facts.Bound)})
		n.trace.forget()
		if _, err := n.Authority.RedeemLoginToken(t.Context(), by, authority.RedeemRequest{Token: token}); err != nil {
			t.Fatal(err)
		}
		all := "UPDATE login_tokens" + strings.Repeat("; SELECT", 9)
		n.trace.want(t, "a redemption", map[string][]string{
			"sqlite":   {"BEGIN; " + all + "; INSERT sessions; INSERT events; COMMIT"},
			"postgres": {"BEGIN; SET; " + all, "INSERT sessions; INSERT events; COMMIT"},
		}[n.Engine])
	})
}

// trips are the round trips of a store.
type trips struct {
	mu    sync.Mutex
	trips []string
}

func (r *trips) note(trip sqlstore.RoundTrip) {
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

func (r *trips) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips = nil
}

func (r *trips) want(t *testing.T, what string, want []string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff(want, r.trips); diff != "" {
		t.Errorf("%s:\n%s", what, diff)
	}
}
