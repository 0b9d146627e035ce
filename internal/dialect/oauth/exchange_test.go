package oauth_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

const pairAsKey = "apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef"

// kinds makes a token of every kind that one of the demo's clients could exchange.
func (w wire) kinds() map[string]string {
	w.Helper()
	return map[string]string{
		typeSession: w.session("pulse", owner), typeAccess: w.own(sync, orders), typeJWT: w.own(sync, webAPI), typeKey: pairAsKey,
	}
}

func TestWhatATokenIsNotIsRefusedOnExchange(t *testing.T) {
	w := serve(t)
	tokens := w.kinds()
	tokens[typeLogin] = w.loginToken(1, false)
	for kind, text := range tokens {
		for said := range tokens {
			got := w.exchange(sync, text, said, "resource", orders)
			fits := kind == said && kind != typeLogin || kind == typeJWT && said == typeAccess
			switch {
			case fits && got.AccessToken == "":
				t.Errorf("%s as what it is: %+v", kind, got)
			case !fits && (got.Status != 400 || got.Error != "invalid_request" || got.AccessToken != ""):
				t.Errorf("%s as %s: %+v", kind, said, got)
			}
		}
	}
	w.want(w.exchange(sync, tokens[typeSession], "urn:ietf:params:oauth:token-type:saml2"), 400, "invalid_request")
	w.want(w.exchange(sync, tokens[typeSession], typeSession, "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), 400, "invalid_request")
	w.want(w.exchange(sync, tokens[typeSession], typeSession, "requested_token_type", typeJWT, "resource", orders), 400, "invalid_request")
	if got := w.exchange(sync, tokens[typeSession], typeSession, "requested_token_type", typeJWT, "resource", webAPI); got.IssuedType != typeJWT {
		t.Errorf("%+v", got)
	}
}

func TestATokenIsExchangedByWhomItConcernsAlone(t *testing.T) {
	w := serve(t)
	for kind, text := range w.kinds() {
		w.want(w.exchange(portal, text, kind), 400, "invalid_request")
	}
	forPortal := w.redeemed(1, false)
	w.want(w.exchange(sync, forPortal, typeSession), 400, "invalid_request")
	w.want(w.exchange(webAPIBack, forPortal, typeSession), 400, "invalid_request")
	w.want(w.exchange(portal, forPortal, typeSession), 200, "")
	forAPI := w.own(sync, webAPI)
	w.want(w.exchange(webAPIBack, forAPI, typeAccess, "resource", orders), 200, "")
	w.want(w.exchange(webAPIBack, w.loginToken(1, false), typeLogin), 400, "invalid_request")
}

func TestWhoActsStaysVisibleThroughEveryExchange(t *testing.T) {
	w := serve(t)
	acting := w.redeemed(1, true)
	first := w.exchange(portal, acting, typeSession, "resource", webAPI)
	second := w.exchange(webAPIBack, first.AccessToken, typeAccess, "resource", orders)
	third := w.exchange(portal, w.loginToken(1, true), typeLogin, "resource", orders)
	for name, c := range map[string]struct {
		client [2]string
		token  string
	}{"of a session": {portal, first.AccessToken}, "and again": {webAPIBack, second.AccessToken}, "of a login token": {portal, third.AccessToken}} {
		if got := w.introspect(c.client, c.token); got.Subject != "person:3" || got.Actor["sub"] != "person:8" || got.MayAct != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// Depth one: for whom somebody acts already, nobody else does.
	w.want(w.exchange(portal, acting, typeSession, "actor_token", portal[1], "actor_token_type", typeKey), 400, "invalid_request")
	w.want(w.exchange(portal, w.loginToken(1, true), typeLogin, "actor_token", portal[1], "actor_token_type", typeKey), 400, "invalid_request")
}

func TestAnAudiencesServiceActsForWhomItsTokensAreOf(t *testing.T) {
	w := serve(t)
	session := w.redeemed(1, false)
	asPortal := []string{"actor_token", portal[1], "actor_token_type", typeKey, "resource", orders}
	got := w.exchange(portal, session, typeSession, asPortal...)
	is := w.introspect(portal, got.AccessToken)
	if is.Subject != "person:4" || is.Actor["sub"] != "service:audience/1" || is.MayAct != nil {
		t.Errorf("%+v", is)
	}
	own := w.own(portal, webAPI)
	w.want(w.exchange(portal, session, typeSession, "actor_token", own, "actor_token_type", typeAccess), 200, "")
	w.want(w.exchange(portal, got.AccessToken, typeAccess), 400, "invalid_request")
	w.want(w.exchange(portal, session, typeSession, "actor_token", webAPIBack[1], "actor_token_type", typeKey), 400, "invalid_request")
	w.want(w.exchange(portal, session, typeSession, "actor_token", "x", "actor_token_type", typeKey), 400, "invalid_request")
	w.want(w.exchange(portal, session, typeSession, "actor_token", portal[1]), 400, "invalid_request")
	w.want(w.exchange(sync, w.own(sync, webAPI), typeAccess, "actor_token", pairAsKey, "actor_token_type", typeKey), 400, "invalid_request")
}

func TestAnExchangeNeverWidens(t *testing.T) {
	w := serve(t)
	narrow := w.token(sync, nil, "grant_type", "client_credentials", "scope", "readApplications", "resource", webAPI).AccessToken
	w.want(w.exchange(webAPIBack, narrow, typeAccess, "scope", "writeApplications", "resource", orders), 400, "invalid_scope")
	kept := w.exchange(webAPIBack, narrow, typeAccess, "resource", orders)
	if kept.Scope != "readApplications" || w.introspect(webAPIBack, kept.AccessToken).Scope != "readApplications" {
		t.Errorf("%+v", kept)
	}
	w.env.Clock.Advance(14 * time.Minute)
	last := w.exchange(webAPIBack, narrow, typeAccess, "resource", orders)
	w.env.Clock.Advance(time.Minute)
	if w.introspect(webAPIBack, last.AccessToken).Active {
		t.Error("it outlives what it was made from")
	}
	// A permission of one account is none in another.
	w.want(w.exchange(portal, w.redeemed(1, false), typeSession, "scope", "readSupport"), 400, "invalid_scope")
}

// TestACallersTokenForAnAudienceOpensNothingHere is why a token is for an audience: whoever runs it, or has broken into it,
// must not be able to do here what those may who call it.
func TestACallersTokenForAnAudienceOpensNothingHere(t *testing.T) {
	w := serve(t)
	ours := w.env.Authority.ResourceOf(authority.Audience{})
	forAPI := w.own(sync, webAPI)
	further := w.exchange(webAPIBack, forAPI, typeAccess, "resource", orders).AccessToken
	for _, resource := range [][]string{nil, {"resource", ours}} {
		w.want(w.exchange(webAPIBack, forAPI, typeAccess, resource...), 400, "invalid_request")
		w.want(w.exchange(webAPIBack, further, typeAccess, resource...), 400, "invalid_request")
		w.want(w.exchange(sync, forAPI, typeAccess, resource...), 200, "")
	}
	got := w.exchange(webAPIBack, forAPI, typeAccess, "actor_token", webAPIBack[1], "actor_token_type", typeKey)
	if is := w.introspect(webAPIBack, got.AccessToken); is.Actor["sub"] != "service:audience/2" {
		t.Errorf("%+v", is)
	}
}

func TestAnExchangeEndsAtADepth(t *testing.T) {
	w := serve(t)
	token := w.own(sync, orders)
	for range authority.DeepestExchange {
		got := w.exchange(sync, token, typeAccess, "resource", orders)
		w.want(got, 200, "")
		token = got.AccessToken
	}
	w.want(w.exchange(sync, token, typeAccess, "resource", orders), 400, "invalid_request")
}

func TestAClientsEndEndsWhatItGotAndWhatWasMadeOfIt(t *testing.T) {
	for name, id := range map[string]string{"of the first client": "apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef", "of the second": "demo-webapi-back-end-key"} {
		t.Run(name, func(t *testing.T) {
			w := serve(t)
			// The subject's own session is of another credential, so that it goes on.
			session := w.session("pulse", owner)
			first := w.exchange(sync, session, typeSession, "resource", webAPI).AccessToken
			second := w.exchange(webAPIBack, first, typeAccess, "resource", orders).AccessToken
			by := w.actor("oauth", authority.ByKey(secret.Of(id)))
			if _, err := w.env.Authority.RevokeCredential(t.Context(), authority.CommandLine(authority.Origin{}), by.Credential().ID); err != nil {
				t.Fatal(err)
			}
			if v, err := w.env.Authority.Verify(t.Context(), authority.Origin{}, secret.Of(second)); err != nil || v.Valid() {
				t.Errorf("the last token counts: %v, %v", v.Reason, err)
			}
			if v, err := w.env.Authority.Verify(t.Context(), authority.Origin{}, secret.Of(session)); err != nil || !v.Valid() {
				t.Errorf("the session does not: %v, %v", v.Reason, err)
			}
		})
	}
}

func TestALogOutEndsWhatIsTwoExchangesBelow(t *testing.T) {
	w := serve(t)
	session := w.session("pulse", owner)
	first := w.exchange(sync, session, typeSession, "resource", webAPI).AccessToken
	second := w.exchange(webAPIBack, first, typeAccess, "resource", orders).AccessToken
	by, _, err := w.env.Authority.AuthenticateSession(t.Context(), authority.Origin{Dialect: "pulse"}, secret.Of(session))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.env.Authority.CloseSession(t.Context(), by); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first, second} {
		if v, err := w.env.Authority.Verify(t.Context(), authority.Origin{}, secret.Of(token)); err != nil || v.Reason != authority.ReasonParentClosed {
			t.Errorf("it counts after the log-out: %q, %v", v.Reason, err)
		}
	}
}
