package server_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// kindOfToken is one kind of what can be presented, made anew for each use.
type kindOfToken struct {
	name string
	make func(t *testing.T, h *house) string
}

// placeOfToken is where one kind is expected.
type placeOfToken struct {
	name    string
	ask     func(t *testing.T, h *house, token string) request
	accepts []string // kinds; no other is taken
}

const kindsPage = "../../docs/kinds-and-places.md"

// TestEveryKindIsTakenAtItsPlaceAlone presents every kind of token and credential at every place where one is expected.
func TestEveryKindIsTakenAtItsPlaceAlone(t *testing.T) {
	h := newHouse(t, "sqlite") // what is taken where does not depend on the store
	h.furnish(t)
	holder := testenv.NewHolder(t)
	var page strings.Builder
	page.WriteString(kindsHead)
	for _, p := range tokenPlaces(holder) {
		var taken []string
		for _, k := range tokenKinds(holder) {
			h.env.Clock.Advance(20 * time.Minute) // past the budgets of failed tries
			got := h.send(t, p.ask(t, h, k.make(t, h)))
			if got.Status >= 500 || got.Status == http.StatusTooManyRequests {
				t.Errorf("%s at %s: %d %s", k.name, p.name, got.Status, got.Body)
			}
			if isTaken(got) {
				taken = append(taken, k.name)
			}
		}
		if diff := cmp.Diff(p.accepts, taken); diff != "" {
			t.Errorf("%s (-expected +taken):\n%s", p.name, diff)
		}
		page.WriteString("| " + p.name + " | " + strings.Join(taken, ", ") + " |\n")
	}
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile(kindsPage, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if written, err := os.ReadFile(kindsPage); err != nil || string(written) != page.String() {
		t.Errorf("%s is not what is so; DOORWARD_UPDATE=1 writes it: %v", kindsPage, err)
	}
}

const kindsHead = `# Which kind of token is taken where

Every kind of token and credential was presented at every place where one is expected; this is what was taken, and all else was refused. The page is
written by the test that holds it (` + "`internal/server/kinds_test.go`" + `).

| place | takes |
|---|---|
`

// isTaken reports whether an answer says that what was presented counted.
func isTaken(r response) bool {
	for _, no := range []string{`"active":false`, "INVALID"} {
		if strings.Contains(r.Body, no) {
			return false
		}
	}
	return r.Status/100 == 2
}

// furnish adds what the house's directory has not: keys of their own kind, an operator, and opaque access tokens.
func (h *house) furnish(t *testing.T) {
	t.Helper()
	now := h.env.Clock.Now()
	operator := grant.Service("operator")
	h.change(t, func(ctx context.Context, tx authority.Tx) error {
		tx.PutPrincipal(authority.Principal{ID: operator, Name: "operator", Status: authority.Active, CreatedAt: now, UpdatedAt: now})
		tx.PutGrant(grant.Grant{Principal: operator, Tenant: tenant.Installation, Role: grant.Operator})
		api, err := tx.Audience(ctx, 2)
		api.Access.Format = authority.Opaque
		tx.PutAudience(api)
		return err
	})
	for _, r := range []authority.IssueRequest{
		{Kind: authority.APIKey, Principal: operator, Name: "operator", Import: authority.Import{Key: secret.Of("key-of-the-operator")}},
		{Kind: authority.APIKey, Principal: "person:1", Name: "one string", Import: authority.Import{Key: secret.Of("the-api-key-of-ada")}},
		{Kind: authority.KeyPair, Principal: "person:1", Name: "two strings", Import: authority.Import{Key: secret.Of("pair-for-all"), Secret: secret.Of("the-secret-for-all")}},
		{Kind: authority.PublicKey, Principal: "person:1", Name: "signs", Import: authority.Import{Key: secret.Of("signed-reports"), PublicKeys: testenv.ClientKeys(t)}},
	} {
		if _, err := h.env.Authority.IssueCredential(t.Context(), authority.CommandLine(authority.Origin{}), r); err != nil {
			t.Fatal(err)
		}
	}
}

func tokenKinds(holder testenv.Holder) []kindOfToken {
	text := func(s string) func(*testing.T, *house) string { return func(*testing.T, *house) string { return s } }
	access := func(resource, thumbprint string) func(t *testing.T, h *house) string {
		return func(t *testing.T, h *house) string {
			issued, err := h.env.Authority.IssueAccessToken(t.Context(), h.as(t, authority.ByKey(secret.Of("the-api-key-of-ada"))),
				authority.AccessTokenRequest{Resource: resource, Thumbprint: thumbprint})
			if err != nil {
				t.Fatal(err)
			}
			return issued.Token.Reveal()
		}
	}
	session := func(shape secret.Shape) func(t *testing.T, h *house) string {
		return func(t *testing.T, h *house) string {
			dialect := map[secret.Shape]string{secret.ShapeHex64: "pulse", secret.ShapeUpperHex32: "crmcom"}[shape]
			by, err := h.env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, authority.ByKey(secret.Of("the-api-key-of-ada")))
			if err != nil {
				t.Fatal(err)
			}
			opened, err := h.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Shape: shape, Lifetime: authority.Lifetimes{Absolute: time.Hour}})
			if err != nil {
				t.Fatal(err)
			}
			return opened.Token.Reveal()
		}
	}
	return []kindOfToken{
		{"API key", text("the-api-key-of-ada")},
		{"key pair", text("pair-for-all:the-secret-for-all")},
		{"manager key", text("the-manager-key-of-ada")},
		{"audience's API key", text("key-of-the-portal")},
		{"authentication code", text("CODE-ada")},
		{"password", text("right")},
		{"PulseCRM session", session(secret.ShapeHex64)},
		{"CRM.COM session", session(secret.ShapeUpperHex32)},
		{"redeemed session", func(t *testing.T, h *house) string { return h.redeemed(t, "key-of-the-portal", 1) }},
		{"login token", func(t *testing.T, h *house) string { return h.mint(t, "ada@acme.test", 1) }},
		{"validation token", func(t *testing.T, h *house) string { return h.validationToken(t, "key-of-the-integrator") }},
		{"JWT for this installation", access("", "")},
		{"JWT for an audience", access(testenv.InstallationURL+"/audiences/1", "")},
		{"opaque access token", access(testenv.InstallationURL+"/audiences/2", "")},
		{"JWT bound to a key", access(testenv.InstallationURL+"/audiences/1", strings.Repeat("A", 43))},
		{"JWT for this installation, bound to a key", func(t *testing.T, h *house) string { return access("", holder.Thumbprint)(t, h) }},
		{"identity of a gateway", func(t *testing.T, h *house) string {
			got := h.send(t, get("/gateway/verify/from=request,audience=1", "Authorization: Bearer "+h.redeemed(t, "key-of-the-portal", 1)))
			return got.Header.Get("X-Doorward-Identity")
		}},
		{"DPoP proof", func(t *testing.T, h *house) string {
			return testenv.NewHolder(t).Proof(secret.Text{}, "1", "POST", testenv.InstallationURL+"/oauth2/token", h.env.Clock.Now()).Reveal()
		}},
		{"client assertion", func(t *testing.T, h *house) string {
			now := h.env.Clock.Now()
			return testenv.Assertion(t, map[string]any{
				"iss": "signed-reports", "sub": "signed-reports", "aud": testenv.InstallationURL, "jti": now.String(), "exp": now.Add(time.Minute).Unix(),
			})
		}},
	}
}

var (
	someKeys     = []string{"API key", "key pair", "manager key"}
	allKeys      = append(slices.Clone(someKeys), "audience's API key")
	someSessions = []string{"PulseCRM session", "CRM.COM session", "redeemed session"}
	accessTokens = []string{"JWT for this installation", "JWT for an audience", "opaque access token", "JWT bound to a key", "JWT for this installation, bound to a key"}
)

func get(target, header string) request {
	return request{method: "GET", target: target, header: header}
}

func tokenPlaces(holder testenv.Holder) []placeOfToken {
	with := func(ask func(token string) request) func(*testing.T, *house, string) request {
		return func(_ *testing.T, _ *house, token string) request { return ask(token) }
	}
	subject := func(kind, client, clientSecret string) func(*testing.T, *house, string) request {
		return with(func(token string) request {
			q := exchanging(url.QueryEscape(token), "session")
			q = asClient(q.target, client, clientSecret, strings.Replace(q.body, "urn:doorward:token-type:session", kind, 1))
			return q
		})
	}
	const operator, standard, own = "key-of-the-operator", "urn:ietf:params:oauth:token-type:", "urn:doorward:token-type:"
	return []placeOfToken{
		{"Alephee: `API_KEY`", with(func(token string) request { return get("/v2/accounts?API_KEY="+url.QueryEscape(token), "") }), allKeys},
		{"Alephee: `token`", with(func(token string) request {
			return get("/v2/accounts/1200/users?API_KEY=key-of-the-integrator&token="+url.QueryEscape(token), "")
		}), []string{"validation token"}},
		{"PulseCRM: `apiKey` and `apiSecret`", with(func(token string) request {
			key, pairSecret, pair := strings.Cut(token, ":")
			if !pair {
				pairSecret = token
			}
			return pulsePair(key, pairSecret)
		}), someKeys},
		{"PulseCRM: `password`", with(func(token string) request { return pulsePassword("ada@acme.test", token) }), []string{"password"}},
		{"PulseCRM: `Bearer`", with(func(token string) request { return get("/auth/session", "Authorization: Bearer "+token) }), []string{"PulseCRM session"}},
		{"ActivePlatform: `X-Api-Token`", with(func(token string) request { return get("/api/v3/resellers/1/accounts/1200", "X-Api-Token: "+token) }), someKeys},
		{"CRM.COM: user name of Basic", with(crmKey), someKeys},
		{"CRM.COM: `authentication_code`", with(func(token string) request { return crmCode(token, "ORG") }), []string{"authentication code"}},
		{"CRM.COM: `token`", with(func(token string) request {
			return get("/crmapi/rest/v2/authentication/token?token="+url.QueryEscape(token), "")
		}), []string{"CRM.COM session"}},
		{"our own API: `Bearer` of a redemption", func(t *testing.T, h *house, token string) request {
			return redeem(token, h.mint(t, "ada@acme.test", 1), "")
		}, []string{"audience's API key"}},
		{"our own API: `login_token`", with(func(token string) request { return redeem("key-of-the-portal", token, "") }), []string{"login token"}},
		{"our own API: `Bearer` of `/v1/session`", with(func(token string) request { return get("/v1/session", "Authorization: Bearer "+token) }), someSessions},
		{
			"our own API: `Bearer` elsewhere", with(func(token string) request { return get("/v1/limits", "Authorization: Bearer "+token) }),
			slices.Concat(allKeys, someSessions, []string{"JWT for this installation"}),
		},
		{
			"our own API: `DPoP`, with a proof of its holder", func(t *testing.T, h *house, token string) request {
				id := h.env.Clock.Now().String()
				proof := holder.Proof(secret.Of(token), id, "GET", testenv.InstallationURL+"/v1/limits", h.env.Clock.Now())
				return get("/v1/limits", "Authorization: DPoP "+token+"\nDPoP: "+proof.Reveal())
			}, []string{"JWT for this installation, bound to a key"},
		},
		{"the standards: `client_secret`", with(func(token string) request {
			id, clientSecret := clientOf(token)
			if token == "key-of-the-portal" {
				id = "service:audience/1"
			}
			return asClient("/oauth2/token", id, clientSecret, "grant_type=client_credentials")
		}), allKeys},
		{"the standards: `client_assertion`", with(func(token string) request {
			return request{method: "POST", target: "/oauth2/token", header: "Content-Type: application/x-www-form-urlencoded", body: "grant_type=client_credentials" +
				"&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=" + url.QueryEscape(token)}
		}), []string{"client assertion"}},
		{"the standards: `DPoP`", with(func(token string) request {
			q := asClient("/oauth2/token", "pair-of-ada", "the-secret-of-ada", "grant_type=client_credentials")
			q.header += "\nDPoP: " + token
			return q
		}), []string{"DPoP proof"}},
		{"the standards: `subject_token`, a session", subject(own+"session", "service:operator", operator), someSessions},
		{"the standards: `subject_token`, an access token", subject(standard+"access_token", "service:operator", operator), accessTokens[:3]},
		{"the standards: `subject_token`, a JWT", subject(standard+"jwt", "service:operator", operator), accessTokens[:2]},
		{"the standards: `subject_token`, a key", subject(own+"api-key", "service:operator", operator), allKeys},
		{"the standards: `subject_token`, a login token", subject(own+"login-token", "service:audience/1", "key-of-the-portal"), []string{"login token"}},
		{"the standards: `token` of introspection", with(func(token string) request {
			return asClient("/oauth2/introspect", "service:operator", operator, "token="+url.QueryEscape(token))
		}), slices.Concat(someSessions, accessTokens)},
		{"gateway: `Bearer` for an audience", with(func(token string) request {
			return get("/gateway/verify/from=request,audience=1", "Authorization: Bearer "+token)
		}), []string{"redeemed session", "JWT for an audience"}},
	}
}
