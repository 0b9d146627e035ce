package authority_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// operatorAtTheMachine may do everything.
var operatorAtTheMachine = authority.CommandLine(authority.Origin{Dialect: "command-line"})

// idOf returns the ID of a session that counts.
func idOf(t testing.TB, env *testenv.Env, token secret.Text) authority.SessionID {
	t.Helper()
	v, err := env.Authority.VerifySession(t.Context(), here, token)
	if err != nil || !v.Valid() {
		t.Fatalf("%q, %v", v.Reason, err)
	}
	return v.Session.ID
}

// revoke counts and ends, and demands that both say the same.
func revoke(t testing.TB, env *testenv.Env, f authority.SessionFilter) authority.Ends {
	t.Helper()
	counted, err := env.Authority.CountSessions(t.Context(), operatorAtTheMachine, f)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := env.Authority.RevokeSessions(t.Context(), operatorAtTheMachine, f)
	if err != nil || ended != counted {
		t.Errorf("%+v were counted, %+v ended, %v", counted, ended, err)
	}
	return ended
}

func TestRevokingEndsWhatTheFilterSelectsAndNothingElse(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		restore := remember(t, env)
		for name, c := range map[string]struct {
			filter func(ids map[string]authority.SessionID) authority.SessionFilter
			ends   []string
		}{
			"all": {func(map[string]authority.SessionID) authority.SessionFilter { return authority.SessionFilter{} }, []string{crmcomSession, pulseSession, nativeSession, actingSession}},
			"by ID": {func(ids map[string]authority.SessionID) authority.SessionFilter {
				return authority.SessionFilter{ID: ids[pulseSession]}
			}, []string{pulseSession}},
			"subject":                      {selecting(authority.SessionFilter{Principal: ada}), []string{pulseSession, actingSession}},
			"who acts":                     {selecting(authority.SessionFilter{Principal: nora}), []string{actingSession}},
			"whose credential handed over": {selecting(authority.SessionFilter{Principal: "service:ORG/integrator"}), []string{nativeSession}},
			"credential":                   {selecting(authority.SessionFilter{Credential: authority.CredentialID{42}}), []string{nativeSession}},
			"account":                      {selecting(authority.SessionFilter{Tenant: acme}), []string{pulseSession, nativeSession, actingSession}},
			"reseller above":               {selecting(authority.SessionFilter{Tenant: "reseller:1"}), []string{pulseSession, nativeSession, actingSession}},
			"another reseller":             {selecting(authority.SessionFilter{Tenant: "reseller:77"}), nil},
			"organisation":                 {selecting(authority.SessionFilter{Tenant: "organisation:ORG"}), []string{crmcomSession, pulseSession, nativeSession, actingSession}},
			"unit":                         {selecting(authority.SessionFilter{Tenant: "unit:EE63A82C4FEBE02FF34E90DD1EBA5ABE"}), []string{crmcomSession}},
			"dialect":                      {selecting(authority.SessionFilter{Dialect: "pulse"}), []string{pulseSession}},
			"both of two":                  {selecting(authority.SessionFilter{Dialect: "pulse", Principal: nora}), nil},
			"opened before":                {selecting(authority.SessionFilter{OpenedBefore: env.Clock.Now()}), nil},
			"opened before a moment later": {selecting(authority.SessionFilter{Dialect: "crmcom", OpenedBefore: env.Clock.Now().Add(time.Microsecond)}), []string{crmcomSession}},
		} {
			t.Run(name, func(t *testing.T) {
				defer restore()
				tokens, ids := map[string]secret.Text{}, map[string]authority.SessionID{}
				for kind, open := range sessionKinds {
					tokens[kind] = open(t, env)
					ids[kind] = idOf(t, env, tokens[kind])
				}
				var ended authority.Ends
				events := eventsDuring(t, env, func() { ended = revoke(t, env, c.filter(ids)) })
				if ended.Sessions != int64(len(c.ends)) || len(events) != len(c.ends) {
					t.Errorf("%d ended, %d events; want %d", ended.Sessions, len(events), len(c.ends))
				}
				for kind, token := range tokens {
					reason := ""
					if slices.Contains(c.ends, kind) {
						reason = authority.ReasonClosed
					}
					wantVerdict(t, env, token, reason)
				}
				revoke(t, env, authority.SessionFilter{})
			})
		}
	})
}

func selecting(f authority.SessionFilter) func(map[string]authority.SessionID) authority.SessionFilter {
	return func(map[string]authority.SessionID) authority.SessionFilter { return f }
}

func TestEveryRevokedSessionHasItsEventAndItsPlaceInTheFeed(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := sessionKinds[actingSession](t, env)
		id := idOf(t, env, token)
		before := recorded(t, env)
		events := eventsDuring(t, env, func() { revoke(t, env, authority.SessionFilter{Principal: nora}) })
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if e.Act != audit.CloseSession || e.Outcome != audit.Done || e.Actor != "service:doorward/command-line" || e.Subject != ada ||
			e.Session != secret.ID(id) || e.Tenant != acme || e.Detail["acting"] != string(nora) || e.Detail["dialect"] != "native" {
			t.Errorf("%+v", e)
		}
		if feed := recorded(t, env).since(before).feed; len(feed) != 1 || feed[0] != "session "+id.String() {
			t.Errorf("feed %v", feed)
		}
	})
}

func TestRevokingASessionEndsAllThatDescendsFromIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		root, by := signedIn(t, env, manager)
		asSelf := authority.MintRequest{Account: "account:10", AsOwner: true, Audience: 3}
		child := mustRedeem(t, env, panel, mint(t, env, by, asSelf)).Token
		grandchild := authority.SessionID{7} // as if the child could hand over in its turn
		change(t, env, func(ctx context.Context, tx authority.Tx) error {
			facts, err := tx.SessionFacts(ctx, idOf(t, env, child))
			facts.Session.Parent, facts.Session.ID = facts.Session.ID, grandchild
			tx.PutSession(facts.Session)
			return err
		})
		unspent := mint(t, env, by, asSelf)
		mint(t, env, as(t, env, manager), asSelf) // of no session
		ended := revoke(t, env, authority.SessionFilter{ID: idOf(t, env, root)})
		if ended != (authority.Ends{Sessions: 3, LoginTokens: 1}) {
			t.Errorf("%+v", ended)
		}
		wantVerdict(t, env, root, authority.ReasonClosed)
		wantVerdict(t, env, child, authority.ReasonClosed)
		listed, err := env.Authority.ListSessions(t.Context(), operatorAtTheMachine, authority.SessionFilter{ID: grandchild}, authority.SessionID{}, 1)
		if err != nil || len(listed) != 1 || listed[0].Refusal != authority.ReasonClosed {
			t.Errorf("%+v, %v", listed, err)
		}
		_, err = redeem(t, env, panel, unspent, "")
		wantSpent(t, err)
	})
}

func TestMoreSessionsThanOneTransactionHoldsAreRevoked(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, clerk)
		for range 203 {
			if _, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Lifetime: hour, Shape: secret.ShapeUpperHex32}); err != nil {
				t.Fatal(err)
			}
		}
		if ended := revoke(t, env, authority.SessionFilter{Principal: "person:7"}); ended.Sessions != 203 {
			t.Errorf("%+v", ended)
		}
		if again := revoke(t, env, authority.SessionFilter{Principal: "person:7"}); again.Sessions != 0 {
			t.Errorf("again: %+v", again)
		}
	})
}

func TestASuspendedPersonsSessionsAreRevokedForGood(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := sessionKinds[pulseSession](t, env)
		suspendPerson("3")(t, env, token)
		if ended := revoke(t, env, authority.SessionFilter{Principal: ada}); ended.Sessions != 1 {
			t.Errorf("%+v", ended)
		}
		if _, _, err := env.Authority.ResumePrincipal(t.Context(), operatorAtTheMachine, "3"); err != nil {
			t.Fatal(err)
		}
		wantVerdict(t, env, token, authority.ReasonClosed)
	})
}

func TestSessionsAreListedByPagesAndJudged(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		tokens := map[authority.SessionID]string{}
		for kind, open := range sessionKinds {
			tokens[idOf(t, env, open(t, env))] = kind
		}
		suspendPerson("3")(t, env, secret.Text{})
		want := map[string]string{crmcomSession: "", nativeSession: "", pulseSession: authority.ReasonInactive, actingSession: authority.ReasonInactive}
		var below authority.SessionID
		for range 4 {
			page, err := env.Authority.ListSessions(t.Context(), operatorAtTheMachine, authority.SessionFilter{LiveAt: env.Clock.Now()}, below, 1)
			if err != nil || len(page) != 1 {
				t.Fatalf("%d, %v", len(page), err)
			}
			below = page[0].Session.ID
			kind := tokens[below]
			if reason, ok := want[kind]; !ok || page[0].Refusal != reason {
				t.Errorf("%q: %q, want %q", kind, page[0].Refusal, reason)
			}
			delete(want, kind)
		}
		if rest, err := env.Authority.ListSessions(t.Context(), operatorAtTheMachine, authority.SessionFilter{}, below, 1); err != nil || len(rest) > 0 {
			t.Errorf("%d more, %v", len(rest), err)
		}
		env.Clock.Advance(time.Hour)
		alive, err := env.Authority.ListSessions(t.Context(), operatorAtTheMachine, authority.SessionFilter{LiveAt: env.Clock.Now()}, authority.SessionID{}, 10)
		if err != nil || len(alive) != 2 { // CRM.COM's and the acting one are past their lifetime
			t.Errorf("%d live, %v", len(alive), err)
		}
		ended, err := env.Authority.ListSessions(t.Context(), operatorAtTheMachine, authority.SessionFilter{}, authority.SessionID{}, 10)
		if err != nil || len(ended) != 4 {
			t.Errorf("%d in all, %v", len(ended), err)
		}
	})
}

func TestNobodyEndsOrSeesSessionsOutsideTheOwnReach(t *testing.T) {
	operator := with(t, "{id: 7, email: clerk@org.test, name: Mary,", "{id: 7, installation_role: operator, email: clerk@org.test, name: Mary,")
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := sessionKinds[nativeSession](t, env)
		for _, p := range []authority.Proof{manager, integrator, clerk} {
			by := as(t, env, p)
			for _, at := range []tenant.ID{acme, "reseller:1", "account:99", "account:98"} {
				_, err := env.Authority.RevokeSessions(t.Context(), by, authority.SessionFilter{Tenant: at})
				wantFault(t, err, fault.NotFound, authority.ReasonOutside)
				_, err = env.Authority.ListSessions(t.Context(), by, authority.SessionFilter{Tenant: at}, authority.SessionID{}, 1)
				wantFault(t, err, fault.NotFound, authority.ReasonOutside)
				_, err = env.Authority.CountSessions(t.Context(), by, authority.SessionFilter{Tenant: at})
				wantFault(t, err, fault.NotFound, authority.ReasonOutside)
			}
			_, err := env.Authority.RevokeSessions(t.Context(), by, authority.SessionFilter{Principal: by.Principal().ID})
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		}
		wantVerdict(t, env, token, "")
		env.Apply(t, operator)
		ended, err := env.Authority.RevokeSessions(t.Context(), as(t, env, clerk), authority.SessionFilter{Tenant: acme})
		if err != nil || ended.Sessions != 1 {
			t.Errorf("the operator: %+v, %v", ended, err)
		}
	})
}
