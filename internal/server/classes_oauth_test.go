package server_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// asClient posts a form as a client that authenticates by HTTP Basic.
func asClient(path, id, clientSecret, form string) request {
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id) + ":" + url.QueryEscape(clientSecret)))
	return request{method: "POST", target: path, header: "Authorization: Basic " + basic + "\nContent-Type: application/x-www-form-urlencoded", body: form}
}

// inBody posts the same with the client in the body.
func asClientInBody(path, id, clientSecret, form string) request {
	form += "&client_id=" + url.QueryEscape(id) + "&client_secret=" + url.QueryEscape(clientSecret)
	return request{method: "POST", target: path, header: "Content-Type: application/x-www-form-urlencoded", body: form}
}

// clientOf returns what a key of the house is called as a client: a pair's key, or whose it is.
func clientOf(key string) (id, clientSecret string) {
	if id, clientSecret, pair := strings.Cut(key, ":"); pair {
		return id, clientSecret
	}
	for name, id := range map[string]string{"ada": "person:1", "ina": "person:2", "del": "person:3", "exp": "person:4"} {
		if strings.HasSuffix(key, "-"+name) {
			return id, key
		}
	}
	return "person:1", key
}

func oauthForms() (all []presentation) {
	for path, form := range map[string]string{
		"/oauth2/token": "grant_type=client_credentials", "/oauth2/introspect": "token=x", "/oauth2/revoke": "token=x",
	} {
		for name, post := range map[string]func(path, id, clientSecret, form string) request{
			"client by Basic": asClient, "client in the body": asClientInBody,
		} {
			ask := func(key string) request {
				id, clientSecret := clientOf(key)
				return post(path, id, clientSecret, form)
			}
			all = append(all, presentation{
				route: "POST " + path, name: name, good: func(t *testing.T, h *house) request {
					h.setAda(t, authority.Active)
					return ask("the-manager-key-of-ada")
				},
				none: lacking("a client names no tenant and no account", otherTenant, notAccount),
				alike: append(keyFailures(ask),
					failing{wrong, "another client's key", authority.ReasonWrong, asking(post(path, "person:2", "the-manager-key-of-ada", form))},
					failing{wrong, "key as its own name", authority.ReasonWrong, asking(post(path, "the-manager-key-of-ada", "the-manager-key-of-ada", form))}),
			})
		}
	}
	return append(all, exchangeForm())
}

func exchanging(token, kind string) request {
	return asClient("/oauth2/token", "service:audience/1", "key-of-the-portal", "grant_type="+
		url.QueryEscape("urn:ietf:params:oauth:grant-type:token-exchange")+"&subject_token="+token+"&subject_token_type=urn:doorward:token-type:"+kind)
}

// exchangeForm is of what a portal's back end exchanges for people.
func exchangeForm() presentation {
	exchange := func(about func(t *testing.T, h *house)) func(t *testing.T, h *house) request {
		return func(t *testing.T, h *house) request {
			h.setAda(t, authority.Active)
			token := h.redeemed(t, "key-of-the-portal", 1)
			if about != nil {
				about(t, h)
			}
			return exchanging(token, "session")
		}
	}
	return presentation{
		route: "POST /oauth2/token", name: "token to exchange", good: exchange(nil),
		none: either(lacking("unknown ones are TooMany by the thousand, and none is locked", locked), lacking("a token names no account", notAccount)),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, func(_ *testing.T, h *house) request {
				return exchanging(h.env.Keys.MintSession(secret.ShapeNative, h.env.Clock.Now()).Text.Reveal(), "session")
			}},
			{unknown, "no token at all", authority.ReasonUnknown, asking(exchanging("none", "session"))},
			{wrong, "another kind", authority.ReasonUnknown, func(t *testing.T, h *house) request {
				return exchanging(h.mint(t, "ada@acme.test", 1), "session")
			}},
			{expired, "", authority.ReasonExpired, exchange(func(_ *testing.T, h *house) { h.env.Clock.Advance(13 * time.Hour) })},
			{otherTenant, "another audience's", authority.ReasonOutside, func(t *testing.T, h *house) request {
				return exchanging(h.sessionOf(t, authority.ByKeyPair(secret.Of("pair-of-eve"), secret.Of("the-secret-of-eve"))), "session")
			}},
			{noSuchKind, "said to be an access token", authority.ReasonUnknown, func(t *testing.T, h *house) request {
				q := exchanging(h.redeemed(t, "key-of-the-portal", 1), "session")
				q.body = strings.Replace(q.body, "urn:doorward:token-type:session", "urn:ietf:params:oauth:token-type:access_token", 1)
				return q
			}},
			{inactive, "", authority.ReasonInactive, exchange(func(t *testing.T, h *house) { h.setAda(t, authority.Inactive) })},
			{deleted, "", authority.ReasonDeleted, exchange(func(t *testing.T, h *house) { h.setAda(t, authority.Deleted) })},
		},
	}
}

// redeemed is the session of a login token for Ada.
func (h *house) redeemed(t *testing.T, key string, audience authority.AudienceID) string {
	t.Helper()
	redeemed, err := h.env.Authority.RedeemLoginToken(t.Context(), h.as(t, authority.ByKey(secret.Of(key))), authority.RedeemRequest{
		Token: secret.Of(h.mint(t, "ada@acme.test", audience)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return redeemed.Token.Reveal()
}

func (h *house) sessionOf(t *testing.T, p authority.Proof) string {
	t.Helper()
	opened, err := h.env.Authority.OpenSession(t.Context(), h.as(t, p), authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}

// TestIntrospectionOfWhatIsNotActiveLooksAndCostsAlike presents what does not count, and what is not the client's to know.
func TestIntrospectionOfWhatIsNotActiveLooksAndCostsAlike(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		token := func(client, clientSecret, resource string) string {
			got := h.send(t, asClient("/oauth2/token", client, clientSecret, "grant_type=client_credentials&resource="+resource))
			_, rest, _ := strings.Cut(got.Body, `"access_token":"`)
			text, _, _ := strings.Cut(rest, `"`)
			if text == "" {
				t.Fatal(got.Body)
			}
			return text
		}
		eve := authority.ByKeyPair(secret.Of("pair-of-eve"), secret.Of("the-secret-of-eve"))
		own, others := token("service:audience/1", "key-of-the-portal", ""), token("pair-of-eve", "the-secret-of-eve", "")
		session := h.sessionOf(t, eve)
		ask := func(token string) request {
			return asClient("/oauth2/introspect", "service:audience/1", "key-of-the-portal", "token="+token)
		}
		if good := h.send(t, ask(own)); !strings.Contains(good.Body, `"active":true`) {
			t.Fatal(good.Body)
		}
		type outcome struct {
			Reply response
			Cost  cost
		}
		var want outcome
		for i, c := range []struct{ name, token string }{
			{"nothing that it could be", "x"},
			{"another tenant's access token", others},
			{"another tenant's session", session},
			{"a session that nobody has", h.env.Keys.MintSession(secret.ShapeHex64, h.env.Clock.Now()).Text.Reveal()},
			{"an opaque access token that nobody has", h.env.Keys.MintAccessToken(h.env.Clock.Now()).Text.Reveal()},
			{"an access token with another signature", others[:len(others)-4] + "AAAA"},
			{"an access token of another algorithm", "eyJhbGciOiJub25lIn0." + strings.Split(others, ".")[1] + "."},
			{"sixty thousand characters", strings.Repeat("a", 60_000)},
			{"a login token", h.mint(t, "ada@acme.test", 1)},
		} {
			h.env.Clock.Advance(5 * time.Second) // past what is known of the signing keys
			h.trips.take()
			before := h.work.done.Load()
			got := outcome{Reply: h.send(t, ask(c.token))}
			got.Cost = cost{Hashes: h.work.done.Load() - before, Trips: h.trips.take()}
			if i == 0 {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
		if !strings.Contains(want.Reply.Body, `{"active":false}`) {
			t.Error(want.Reply.Body)
		}
	})
}
