package pulse_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

const (
	keyBody      = `{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"demo-secret-0123456789abcdef"}`
	passwordBody = `{"email":"buyer@acme.test","password":"another-long-demo-password"}`
)

// client speaks to a served dialect over the demo directory.
type client struct {
	base string
	env  *testenv.Env
}

func newClient(t *testing.T, env *testenv.Env, o pulse.Options) client {
	t.Helper()
	env.Demo(t)
	return client{base: env.Serve(t, pulse.New(env.Authority, o)), env: env}
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

func (c client) session(t *testing.T, token string, header ...string) answer {
	t.Helper()
	return c.call(t, "GET", "/auth/session", "", append(header, "Authorization", "Bearer "+token)...)
}

// login returns the token of a log-in that must succeed.
func (c client) login(t *testing.T, body string) string {
	t.Helper()
	a := c.call(t, "POST", "/auth/login", body)
	if a.status != http.StatusOK {
		t.Fatalf("log in: %d %s", a.status, a.body)
	}
	return decode(t, a)["token"].(string)
}

func decode(t *testing.T, a answer) map[string]any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(a.body), &members); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return members
}

func (c client) change(t *testing.T, change func(ctx context.Context, tx authority.Tx) error) {
	t.Helper()
	if err := c.env.Store.Change(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}
