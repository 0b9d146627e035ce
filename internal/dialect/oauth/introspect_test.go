package oauth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

func TestATokenIsKnownToWhomItConcernsAlone(t *testing.T) {
	w := serve(t)
	operator := w.signedInOperator()
	for name, c := range map[string]struct {
		token  string
		active [][2]string
	}{
		"an opaque access token":     {w.own(sync, orders), [][2]string{sync, operator}},
		"a signed one":               {w.own(sync, webAPI), [][2]string{sync, webAPIBack, operator}},
		"a person's session":         {w.session("pulse", owner), [][2]string{sync, operator}},
		"a session for the portal":   {w.redeemed(1, false), [][2]string{portal, operator}},
		"one in which somebody acts": {w.redeemed(1, true), [][2]string{portal, operator}},
		"a login token":              {w.loginToken(1, false), nil},
		"an API key":                 {portal[1], nil},
		"nothing":                    {"x", nil},
		"a long nothing":             {strings.Repeat("a.", 30<<10), nil},
	} {
		for who, client := range map[string][2]string{"sync": sync, "portal": portal, "webapi": webAPIBack, "operator": operator} {
			want := false
			for _, one := range c.active {
				want = want || one == client
			}
			if got := w.introspect(client, c.token); got.Active != want || !got.Active && got.Subject+got.Audience+got.ClientID+got.Scope != "" {
				t.Errorf("%s, to %s: %+v", name, who, got)
			}
		}
	}
}

// signedInOperator is a client of somebody who may verify everything.
func (w wire) signedInOperator() [2]string {
	w.Helper()
	issued, err := w.env.Authority.IssueCredential(w.Context(), authority.CommandLine(authority.Origin{}), authority.IssueRequest{
		Kind: authority.APIKey, Principal: "person:10", Name: "gateway",
	})
	if err != nil {
		w.Fatal(err)
	}
	return [2]string{issued.Credential.ID.String(), issued.Key.Reveal()}
}

func TestWhatEndsIsNotActive(t *testing.T) {
	w := serve(t)
	session := w.session("pulse", owner)
	token := w.exchange(sync, session, typeSession, "resource", orders).AccessToken
	if !w.introspect(sync, token).Active {
		t.Fatal("it is not active")
	}
	w.want(w.post("/oauth2/revoke", portal, nil, "token", token), 200, "") // somebody else's: nothing happens
	w.want(w.post("/oauth2/revoke", webAPIBack, nil, "token", session), 200, "")
	if !w.introspect(sync, token).Active {
		t.Error("another client ended it")
	}
	w.want(w.post("/oauth2/revoke", sync, nil, "token", session, "token_type_hint", "refresh_token"), 200, "")
	for _, ended := range []string{session, token} {
		if w.introspect(sync, ended).Active {
			t.Error("it is active after its end")
		}
	}
	mine, others := w.redeemed(1, false), w.own(sync, webAPI)
	w.want(w.post("/oauth2/revoke", portal, nil, "token", mine), 200, "")
	w.want(w.post("/oauth2/revoke", webAPIBack, nil, "token", others), 200, "")
	if w.introspect(portal, mine).Active || !w.introspect(sync, others).Active {
		t.Error("an audience ends the sessions made for it, and no client's access token")
	}
}

func TestAPresenterOfNothingIsHeldUpAndWhatCountsIsNot(t *testing.T) {
	w := serve(t)
	token, others := w.own(sync, orders), w.own(portal, orders)
	for range authority.GuessRules[authority.TokenGuessesOfAudience].Failures {
		if _, ok, err := w.env.Authority.IntrospectToken(t.Context(), w.actor("oauth", authority.ByKey(secret.Of(pairAsKey))), secret.Of("x")); ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	for _, nothing := range []string{"x", others} {
		w.want(w.post("/oauth2/introspect", sync, nil, "token", nothing), 429, "temporarily_unavailable")
	}
	if !w.introspect(sync, token).Active {
		t.Error("what counts is held up")
	}
	w.env.Clock.Advance(2 * time.Minute)
	w.introspect(sync, "x")
}
