package native_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// api is a client of /v1 that holds every exchange against openapi.yaml.
type api struct {
	env      *testenv.Env
	base     string
	as       string // the Authorization header
	contract dialecttest.Contract
}

// serveAPI serves /v1 over the demo directory, to an operator's key.
func serveAPI(t *testing.T, env *testenv.Env, o native.Options) api {
	t.Helper()
	contract, err := dialecttest.ReadContract("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a := api{env: env, base: env.Serve(t, native.New(env.Authority, o)), contract: contract}
	return a.with("Bearer " + a.key(t, "operator@doorward.test", authority.Restriction{}))
}

func (a api) with(authorization string) api {
	a.as = authorization
	return a
}

// key is a new API key of somebody.
func (a api) key(t *testing.T, who string, r authority.Restriction) string {
	t.Helper()
	issued, err := a.env.Authority.IssueCredential(t.Context(), authority.CommandLine(authority.Origin{}), authority.IssueRequest{
		Kind: authority.APIKey, Principal: a.person(t, who), Name: "a key of " + who, Restriction: r,
	})
	if err != nil {
		t.Fatal(err)
	}
	return issued.Key.Reveal()
}

func (a api) person(t *testing.T, name string) grant.PrincipalID {
	t.Helper()
	found, err := a.env.Authority.FindPrincipal(t.Context(), authority.CommandLine(authority.Origin{}), name)
	if err != nil {
		t.Fatal(err)
	}
	return found.Principal.ID
}

// reply is an answer whose JSON is read.
type reply struct {
	answer
	JSON map[string]any
}

// do makes a request that openapi.yaml must allow unless it fails, and whose answer openapi.yaml must allow.
func (a api) do(t *testing.T, method, target, body string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.base+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if a.as != "" {
		r.Header.Set("Authorization", a.as)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{answer: answer{response, string(text)}, JSON: map[string]any{}}
	if err := a.contract.Check(r, body, response.StatusCode == http.StatusBadRequest, response, text); err != nil {
		t.Errorf("%s %s: %v\n%s", method, target, err, text)
	}
	if len(text) == 0 && response.StatusCode == http.StatusNoContent {
		return got
	}
	if err := json.Unmarshal(text, &got.JSON); err != nil {
		t.Fatalf("%s %s: %d %s", method, target, response.StatusCode, text)
	}
	return got
}

// ok is do for what succeeds.
func (a api) ok(t *testing.T, status int, method, target, body string, headers ...string) reply {
	t.Helper()
	got := a.do(t, method, target, body, headers...)
	if got.StatusCode != status {
		t.Fatalf("%s %s: %d %s", method, target, got.StatusCode, got.answer.text)
	}
	return got
}

// fails is do for what fails with a code.
func (a api) fails(t *testing.T, code, method, target, body string, headers ...string) reply {
	t.Helper()
	got := a.do(t, method, target, body, headers...)
	if p := got.problem(t); p.Code != code {
		t.Errorf("%s %s: %s, not %s: %s", method, target, p.Code, code, got.answer.text)
	}
	return got
}

// at returns a member by its path.
func (r reply) at(path ...string) any {
	var v any = r.JSON
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func (r reply) text(path ...string) string {
	text, _ := r.at(path...).(string)
	return text
}

func (r reply) items() []any {
	items, _ := r.at("items").([]any)
	return items
}

// session is a session of somebody with a password.
func (a api) session(t *testing.T, email, password string) string {
	t.Helper()
	from := authority.Origin{Dialect: "pulse"}
	by, err := a.env.Authority.Authenticate(t.Context(), from, authority.ByPassword("", email, secret.Of(password)))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := a.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func unmarshal(text string, v any) error { return json.Unmarshal([]byte(text), v) }
