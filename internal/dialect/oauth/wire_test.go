package oauth_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	tokenURL = testenv.InstallationURL + "/oauth2/token"
	exchange = "urn:ietf:params:oauth:grant-type:token-exchange"

	typeAccess  = "urn:ietf:params:oauth:token-type:access_token"
	typeJWT     = "urn:ietf:params:oauth:token-type:jwt"
	typeSession = "urn:doorward:token-type:session"
	typeLogin   = "urn:doorward:token-type:login-token"
	typeKey     = "urn:doorward:token-type:api-key"

	orders = "https://orders.demo.test/"
	webAPI = testenv.InstallationURL + "/audiences/2"
)

// The demo's clients: a person's key pair, and the back ends of audiences.
var (
	sync       = [2]string{"apiKey-3f9a1c2b7d4e", "demo-secret-0123456789abcdef"}
	portal     = [2]string{"service:audience/1", "demo-b2b-portal-redeem-key"}
	webAPIBack = [2]string{"service:audience/2", "demo-webapi-back-end-key"}
)

// wire is a client of the standards.
type wire struct {
	*testing.T
	env  *testenv.Env
	base string
}

func serve(t *testing.T) wire {
	t.Helper()
	env := testenv.New(t, "sqlite").Demo(t) // the transcripts are played on both
	return wire{t, env, env.Serve(t, speak(env))}
}

// answer is what any endpoint for clients answers.
type answer struct {
	Status int    `json:"-"`
	Error  string `json:"error"`

	AccessToken string `json:"access_token"`
	Type        string `json:"token_type"`
	IssuedType  string `json:"issued_token_type"`
	Scope       string `json:"scope"`

	Active   bool           `json:"active"`
	Subject  string         `json:"sub"`
	Audience string         `json:"aud"`
	ClientID string         `json:"client_id"`
	Actor    map[string]any `json:"act"`
	MayAct   map[string]any `json:"may_act"`
	Bound    map[string]any `json:"cnf"`
}

func (w wire) post(path string, client [2]string, header http.Header, pairs ...string) (a answer) {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		r.Header[name] = values
	}
	if client[0] != "" {
		r.SetBasicAuth(url.QueryEscape(client[0]), url.QueryEscape(client[1]))
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		w.Fatal(err)
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a); err != nil {
			w.Fatalf("%s: %v", text, err)
		}
	}
	a.Status = got.StatusCode
	return a
}

func (w wire) token(client [2]string, header http.Header, pairs ...string) answer {
	w.Helper()
	return w.post("/oauth2/token", client, header, pairs...)
}

// own gets an access token for a client's own credential.
func (w wire) own(client [2]string, resource string) string {
	w.Helper()
	a := w.token(client, nil, "grant_type", "client_credentials", "resource", resource)
	if a.AccessToken == "" {
		w.Fatalf("%+v", a)
	}
	return a.AccessToken
}

func (w wire) exchange(client [2]string, subject, kind string, more ...string) answer {
	w.Helper()
	return w.token(client, nil, append([]string{"grant_type", exchange, "subject_token", subject, "subject_token_type", kind}, more...)...)
}

func (w wire) introspect(client [2]string, token string) answer {
	w.Helper()
	a := w.post("/oauth2/introspect", client, nil, "token", token)
	if a.Status != http.StatusOK {
		w.Fatalf("%+v", a)
	}
	return a
}

func (w wire) want(a answer, status int, code string) {
	w.Helper()
	if a.Status != status || a.Error != code {
		w.Errorf("answered %d %q, not %d %q", a.Status, a.Error, status, code)
	}
}

func (w wire) actor(dialect string, p authority.Proof) authority.Actor {
	w.Helper()
	by, err := w.env.Authority.Authenticate(w.Context(), authority.Origin{Dialect: dialect}, p)
	if err != nil {
		w.Fatal(err)
	}
	return by
}

// session signs somebody in by a key or password.
func (w wire) session(dialect string, p authority.Proof) string {
	w.Helper()
	opened, err := w.env.Authority.OpenSession(w.Context(), w.actor(dialect, p), authority.SessionRequest{
		Lifetime: authority.Lifetimes{Absolute: 1e12 * 3600},
	})
	if err != nil {
		w.Fatal(err)
	}
	return opened.Token.Reveal()
}

// loginToken hands the buyer over to an audience, or North's manager as the owner.
func (w wire) loginToken(audience authority.AudienceID, acting bool) string {
	w.Helper()
	by := w.actor("alephee", authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	r := authority.MintRequest{Account: tenant.Account(1200), Email: "buyer@acme.test", Audience: audience}
	if acting {
		by = w.actor("activeplatform", authority.ByKey(secret.Of("vY5fwetestK3gJXZH5uHCw")))
		r.Email, r.AsOwner = "", true
	}
	minted, err := w.env.Authority.MintLoginToken(w.Context(), by, r)
	if err != nil {
		w.Fatal(err)
	}
	return minted.Text.Reveal()
}

// redeemed is the session of a login token.
func (w wire) redeemed(audience authority.AudienceID, acting bool) string {
	w.Helper()
	by := w.actor("native", authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
	redeemed, err := w.env.Authority.RedeemLoginToken(w.Context(), by, authority.RedeemRequest{Token: secret.Of(w.loginToken(audience, acting))})
	if err != nil {
		w.Fatal(err)
	}
	return redeemed.Token.Reveal()
}

var owner = authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple"))
