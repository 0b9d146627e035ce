package crmcom_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	tokenPath   = "/crmapi/rest/v2/authentication/token"
	releasePath = tokenPath + "/release"

	passwordBody = `{"username":"mpadministrator","password":"1234","organisation":"CRMDEMO"}`
	passCodeBody = `{"access_token_identifier":{"identifier":"CARD-1001","pass_code":"9Q4T7Z"},"organisation":"CRMDEMO"}`
	codeBody     = `{"access_token_identifier":{"authentication_code":"5E0D93A1C7B84F62"},"organisation":"CRMDEMO"}`
)

// client speaks to a served dialect over the demo directory.
type client struct {
	base string
	env  *testenv.Env
}

func newClient(t *testing.T, env *testenv.Env, o crmcom.Options) client {
	t.Helper()
	env.Demo(t)
	return client{base: env.Serve(t, crmcom.New(env.Authority, o)), env: env}
}

// answer is a response as a client can see it, without what differs between any two.
type answer struct {
	status int
	header http.Header
	body   string
}

func (c client) call(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Header.Del("Date")
	response.Header.Del("X-Request-Id")
	return answer{response.StatusCode, response.Header, string(read)}
}

func (c client) login(t *testing.T, body string) answer {
	t.Helper()
	return c.call(t, "POST", tokenPath, body)
}

func (c client) whoIs(t *testing.T, token string) answer {
	t.Helper()
	return c.call(t, "GET", tokenPath+"?token="+token, "")
}

func (c client) release(t *testing.T, token string) answer {
	t.Helper()
	return c.call(t, "POST", releasePath, `{"token":"`+token+`"}`)
}

// token returns the token of a log-in that must succeed.
func (c client) token(t *testing.T, body string) string {
	t.Helper()
	a := c.login(t, body)
	said := read(t, a)
	if a.status != http.StatusOK || said.Status.Code != "OK" {
		t.Fatalf("log in: %d %s", a.status, a.body)
	}
	return said.Data.Token
}

// said is what an answer says, as far as tests look at it.
type said struct {
	Status struct {
		Code    string
		Message string
	}
	Data struct {
		Token     string
		Unit      struct{ ID string }
		ExpiresAt string `json:"expires_at"`
	}
}

func read(t *testing.T, a answer) (s said) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &s, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatalf("%v: %d %s", err, a.status, a.body)
	}
	return s
}

func (c client) change(t *testing.T, change func(ctx context.Context, tx authority.Tx) error) {
	t.Helper()
	if err := c.env.Store.Change(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}
