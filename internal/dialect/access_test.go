package dialect_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const memberDirectory = portalDirectory + `
organisations:
  - name: ORG
    people: [{id: 1, name: Ann, email: ann@org.test}]
    api_keys: [{name: own, key: key-of-ann, person: ann@org.test}]
`

// accessed mounts one route with a rule and says how a request with a header "Proof" fared: "in", or kind and reason.
func accessed(t *testing.T, env *testenv.Env, name string, rule dialect.Access, proof string) string {
	t.Helper()
	mux, result := http.NewServeMux(), ""
	dialect.Mount(mux, env.Authority, dialect.Dialect{
		Name: name, Spaces: []string{"/d"},
		Routes: []dialect.Route{{Method: "GET", Path: "/d", Access: rule, Handle: func(c *dialect.Call) error {
			result = "in"
			return nil
		}}},
		Fail: func(_ http.ResponseWriter, _ *http.Request, f *fault.Error) {
			result = f.Kind.String() + " " + f.Reason
		},
	})
	r := httptest.NewRequest("GET", "/d", nil)
	r.Header.Set("Proof", proof)
	mux.ServeHTTP(httptest.NewRecorder(), r)
	return result
}

func byKey(permission grant.Permission) dialect.Access {
	return dialect.ByCredential("a header", permission, func(c *dialect.Call) (authority.Proof, error) {
		return authority.ByKey(secret.Of(c.Request.Header.Get("Proof"))), nil
	})
}

func sessionIn(c *dialect.Call) (secret.Text, error) {
	return secret.Of(c.Request.Header.Get("Proof")), nil
}

func TestARuleLetsInWhoItSaysAndNobodyElse(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, memberDirectory)
		own := sessionOf(t, env, "d")
		others := sessionOf(t, env, "other")
		for _, c := range []struct {
			name  string
			rule  dialect.Access
			proof string
			want  string
		}{
			{"a key", byKey(""), "key-of-ann", "in"},
			{"an unknown key", byKey(""), "no such key", "unauthenticated unknown"},
			{"a key with the permission", byKey(grant.RedeemLoginToken), "key-of-the-portal", "in"},
			{"a key without it", byKey(grant.RedeemLoginToken), "key-of-ann", "denied no-permission"},
			{"a session", dialect.OfSession("", sessionIn), own, "in"},
			{"another dialect's session", dialect.OfSession("", sessionIn), others, "in"},
			{"no session", dialect.OfSession("", sessionIn), "x", "unauthenticated unknown"},
			{"an own session", dialect.ByOwnSession("", sessionIn), own, "in"},
			{"another dialect's as an own one", dialect.ByOwnSession("", sessionIn), others, "unauthenticated dialect-not-allowed"},
			{"nobody, where it is open", dialect.Open("a test"), "", "in"},
		} {
			if got := accessed(t, env, "d", c.rule, c.proof); got != c.want {
				t.Errorf("%s: %q, not %q", c.name, got, c.want)
			}
		}
	})
}

func sessionOf(t *testing.T, env *testenv.Env, name string) string {
	t.Helper()
	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: name}, authority.ByKey(secret.Of("key-of-ann")))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}
