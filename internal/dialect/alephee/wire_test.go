package alephee_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const demoKey = "6F9619FF-8B86-D011-B42D-00C04FC964FF"

func speak(env *testenv.Env) dialect.Dialect {
	return alephee.New(env.Authority, alephee.Options{})
}

func TestTranscripts(t *testing.T) { dialecttest.Transcripts(t, speak, "testdata") }

// more is put into the demo directory, each text before the line that begins with its name.
var more = map[string]string{
	"      - id: 10\n": `      - {id: 20, email: gone@acme.test, name: Gus Gone, status: deleted}
`,
	"                  - {person: left@acme.test, level: user}\n": `                  - {person: gone@acme.test, level: user}
`,
	"      - name: ERP integration ": `      - {name: Fast, key: fast-key-00000000000000000000000000, accounts: [1200], dialects: [alephee], limits: {logintoken: 60/min}}
      - {name: Second, key: second-key-000000000000000000000000, accounts: [1200, 505], dialects: [alephee], limits: {accounts: 5/min, users: 6/min}}
      - {name: Restricted, key: restricted-key-00000000000000000000, accounts: [1200], dialects: [alephee], permissions: [readApplications]}
      - {name: Elsewhere, key: elsewhere-key-000000000000000000000, accounts: [1200], dialects: [oauth], limits: {logintoken: 60/min}}
      - {name: Disabled, key: disabled-key-0000000000000000000000, accounts: [1200], dialects: [alephee], limits: {logintoken: 60/min}}
      - {name: Expired, key: expired-key-00000000000000000000000, accounts: [1200], dialects: [alephee]}
      - {name: Revoked, key: revoked-key-00000000000000000000000, accounts: [1200], dialects: [alephee]}
`,
}

const fastKey = "fast-key-00000000000000000000000000"

// applyMore applies the demo directory with what is more.
func applyMore(t *testing.T, env *testenv.Env) {
	t.Helper()
	text := string(demo.Directory)
	for before, added := range more {
		if strings.Count(text, before) != 1 {
			t.Fatalf("the demo directory has %q %d times", before, strings.Count(text, before))
		}
		text = strings.Replace(text, before, added+before, 1)
	}
	env.Apply(t, text)
}

// changeKey changes a stored key, as an administrator would.
func changeKey(t *testing.T, env *testenv.Env, key string, change func(c *authority.Credential)) {
	t.Helper()
	lookup := env.Authority.LookupOf(authority.APIKey, secret.Of(key))
	err := env.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		c, _, err := tx.CredentialByLookup(ctx, lookup)
		if err == nil {
			change(c)
			tx.PutCredential(*c)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// answer is one as it came over the wire.
type answer struct {
	status int
	header http.Header
	body   string
}

// mint asks for a login token for account 1200 or another; parameters are name and value in turn.
func mint(t *testing.T, base, account string, parameters ...string) answer {
	t.Helper()
	return get(t, base+"/v2/accounts/"+account+"/logintoken?"+queryOf(parameters))
}

func queryOf(parameters []string) string {
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	return query.Encode()
}

func get(t *testing.T, target string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answerTo(t, r)
}

func answerTo(t *testing.T, r *http.Request) answer {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// rate returns one of the rate headers, which every answer has as an integer.
func (a answer) rate(t *testing.T, name string) int {
	t.Helper()
	n, err := strconv.Atoi(a.header.Get("x-ratelimit-" + name))
	if err != nil {
		t.Errorf("%d: x-ratelimit-%s: %v", a.status, name, err)
	}
	return n
}

func (a answer) check(t *testing.T, status, limit, remaining, retryAfter int) {
	t.Helper()
	got := []int{a.status, a.rate(t, "limit"), a.rate(t, "remaining"), a.rate(t, "retryafter")}
	for i, want := range []int{status, limit, remaining, retryAfter} {
		if got[i] != want {
			t.Fatalf("status, limit, remaining and retryafter are %v, not %v: %s", got, []int{status, limit, remaining, retryAfter}, a.body)
		}
	}
	if a.rate(t, "reset") < 0 {
		t.Errorf("x-ratelimit-reset is negative")
	}
}
