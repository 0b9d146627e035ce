package server_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
)

// class is one of the reasons for which credentials fail that nobody may tell apart (WIRE.md §5).
type class string

// The nine classes.
const (
	unknown     class = "unknown"
	wrong       class = "wrong"
	locked      class = "locked"
	inactive    class = "inactive"
	deleted     class = "deleted"
	expired     class = "expired"
	otherTenant class = "other tenant"
	noSuchKind  class = "no such credential kind"
	notAccount  class = "not this account"
)

var nineClasses = []class{unknown, wrong, locked, inactive, deleted, expired, otherTenant, noSuchKind, notAccount}

// failing is one way for credentials to fail: why, as only the operator is told, and what is asked, once all is prepared.
type failing struct {
	class  class
	name   string // of one way among several of its class
	reason string
	ask    func(t *testing.T, h *house) request
}

// presentation is one way of a route to present credentials, with all ways for them to fail that must look and cost alike.
type presentation struct {
	route, name string
	good        func(t *testing.T, h *house) request // succeeds, so that the others fail for the reason they say
	alike       []failing
	none        map[class]string // why a class cannot be
}

// routesWithoutClasses need not be in the table, for the reason given.
var routesWithoutClasses = map[string]string{
	"GET /api/v3/resellers/{reseller_id}/child_reseller_accounts/{account_id}": "the house has no reseller below another; its access and handler are those of accounts/{account_id}",
}

// v1Access is how the access rules of /v1 begin that are all of one function, which is tried at v1Route.
const (
	v1Access = "credential: Authorization: Bearer (session, access token or key), DPoP (access token with a proof) or Basic"
	v1Route  = "GET /v1/limits"
)

func forms() []presentation {
	return slices.Concat(alepheeForms(), pulseForms(), activePlatformForms(), crmcomForms(), listForms(), []presentation{basicForm()}, nativeForms(), v1Forms(), oauthForms())
}

// TestEveryRouteByCredentialSaysHowEveryClassOfFailureLooks lets no new dialect or route be forgotten.
func TestEveryRouteByCredentialSaysHowEveryClassOfFailureLooks(t *testing.T) {
	said := map[string]bool{}
	for _, f := range forms() {
		said[f.route] = true
		for _, c := range nineClasses {
			is := slices.ContainsFunc(f.alike, func(x failing) bool { return x.class == c })
			if why := f.none[c]; is == (why != "") {
				t.Errorf("%s, %s: class %q is in the table: %v; why it cannot be: %q", f.route, f.name, c, is, why)
			}
		}
	}
	for _, d := range server.Dialects(nil, config.Config{}) {
		for _, r := range d.Routes {
			route := r.Method + " " + r.Path
			shared := strings.HasPrefix(r.Access.String(), v1Access) && said[v1Route] // one function of /v1 for all its routes
			if strings.HasPrefix(r.Access.String(), "credential") && !said[route] && !shared && routesWithoutClasses[route] == "" {
				t.Errorf("%s: %s takes credentials and does not say how their failures look", d.Name, route)
			}
		}
	}
}

// cost is what an answer took.
type cost struct {
	Hashes int64
	Trips  []string // in no order
}

// TestAllClassesOfFailureLookAndCostAlike asks them all, on every engine.
func TestAllClassesOfFailureLookAndCostAlike(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		h.expire(t)
		for _, f := range forms() {
			h.env.Clock.Advance(time.Hour) // past all that was locked or counted
			if good := h.send(t, f.good(t, h)); good.Status/100 != 2 || strings.Contains(good.Body, "INVALID") {
				t.Errorf("%s, %s: what is right is answered %d %s", f.route, f.name, good.Status, good.Body)
			}
			var wantReply response
			var wantCost cost
			for i, x := range f.alike {
				what := fmt.Sprintf("%s, %s, %s %s", f.route, f.name, x.class, x.name)
				h.env.Clock.Advance(time.Hour)
				got, took, event := h.try(t, x.ask)
				if event.Reason != x.reason || event.Outcome != audit.Denied {
					t.Errorf("%s: refused for %q, not for %q", what, event.Reason, x.reason)
				}
				if i == 0 {
					wantReply, wantCost = got, took
				}
				if diff := cmp.Diff(wantReply, got); diff != "" {
					t.Errorf("%s: not answered alike (-want +got):\n%s", what, diff)
				}
				if diff := cmp.Diff(wantCost, took); diff != "" {
					t.Errorf("%s: does not cost the same (-want +got):\n%s", what, diff)
				}
				t.Logf("%-90s %3d  hashes %d  round trips %d  statements %d", what, got.Status, took.Hashes, len(took.Trips),
					strings.Count(strings.Join(took.Trips, "; "), "; ")+1)
			}
		}
	})
}

// try asks, and returns the answer, what it took, and the one event that it left.
func (h *house) try(t *testing.T, ask func(t *testing.T, h *house) request) (response, cost, audit.Event) {
	t.Helper()
	q := ask(t, h)
	old := map[secret.ID]bool{}
	for _, e := range h.events(t) {
		old[e.ID] = true
	}
	h.trips.take()
	before := h.work.done.Load()
	got := h.send(t, q)
	took := cost{Hashes: h.work.done.Load() - before, Trips: h.trips.take()}
	slices.Sort(took.Trips)
	fresh := slices.DeleteFunc(h.events(t), func(e audit.Event) bool { return old[e.ID] })
	if len(fresh) != 1 {
		t.Errorf("%s %s left %d events", q.method, q.target, len(fresh))
		return got, took, audit.Event{}
	}
	return got, took, fresh[0]
}

func (h *house) events(t *testing.T) (events []audit.Event) {
	t.Helper()
	err := h.env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		events, err = v.Events(ctx, authority.EventFilter{Limit: 100_000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// expire lets all of exp's credentials expire, and the one of the panel's back end.
func (h *house) expire(t *testing.T) {
	t.Helper()
	h.change(t, func(ctx context.Context, tx authority.Tx) error {
		all, err := tx.CredentialsOf(ctx, h.idsOf(t, "exp@acme.test"))
		if err != nil {
			return err
		}
		panel, err := tx.Credentials(ctx, []secret.Fingerprint{h.env.Authority.LookupOf(authority.APIKey, secret.Of("key-of-the-panel"))})
		for _, c := range append(all, panel...) {
			c.ExpiresAt = time.Unix(1, 0)
			tx.PutCredential(c)
		}
		return err
	})
}

// fail asks n times for what fails, and goes on until refusals are recorded singly again.
func (h *house) fail(t *testing.T, n int, q request) {
	t.Helper()
	h.send(t, request{method: "POST", target: "/auth/login", body: `{"email":"x@nowhere.test","password":"x"}`}) // a minute of refusals begins
	h.env.Clock.Advance(50 * time.Second)
	for range n {
		h.send(t, q)
	}
	h.env.Clock.Advance(11 * time.Second)
}

func asking(q request) func(*testing.T, *house) request {
	return func(*testing.T, *house) request { return q }
}

// afterFailures is q after n failures of the same at a source.
func afterFailures(n int, failing, q request) func(*testing.T, *house) request {
	return func(t *testing.T, h *house) request {
		h.fail(t, n, failing)
		return q
	}
}

// lacking says of classes why there are none.
func lacking(why string, classes ...class) map[class]string {
	none := map[class]string{}
	for _, c := range classes {
		none[c] = why
	}
	return none
}

func either(all ...map[class]string) map[class]string {
	none := map[class]string{}
	for _, m := range all {
		maps.Copy(none, m)
	}
	return none
}
