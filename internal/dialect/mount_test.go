package dialect_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

// sample is a dialect whose every phase leaves its name, and whose failures are "kind reason" as text.
func sample(phases *[]string, failAt string) dialect.Dialect {
	phase := func(name string) func(*dialect.Call) error {
		return func(*dialect.Call) error {
			*phases = append(*phases, name)
			if name == failAt {
				return fault.New(fault.Denied, name, "")
			}
			return nil
		}
	}
	open := func(method, path string) dialect.Route {
		return dialect.Route{Method: method, Path: path, Access: dialect.Open("a test"), Handle: func(c *dialect.Call) error {
			_, err := c.ResponseWriter.Write(c.Body)
			return err
		}}
	}
	return dialect.Dialect{
		Name: "sample", Spaces: []string{"/s"},
		Routes: []dialect.Route{
			{
				Method: "GET", Path: "/s/phases", Check: phase("check"), Limit: phase("limit"), Handle: phase("handle"),
				Access: dialect.ByCredential("a test", "", func(c *dialect.Call) (authority.Proof, error) {
					return authority.ByKey(secret.Of("key-of-the-portal")), phase("access")(c)
				}),
			},
			open("GET", "/s/things/{id}"), open("POST", "/s/things/{id}"), open("POST", "/s/echo"),
		},
		Fail: func(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "sample: "+f.Kind.String()+" "+f.Reason)
		},
	}
}

const portalDirectory = `
version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/?t={token}", lifetime: {default: 30s}, credential: key-of-the-portal}
`

func serve(t *testing.T, phases *[]string, failAt string) *httptest.Server {
	t.Helper()
	env := testenv.New(t, "sqlite")
	env.Apply(t, portalDirectory)
	mux := http.NewServeMux()
	d := sample(phases, failAt)
	dialect.Mount(mux, env.Authority, d)
	elsewhere := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "elsewhere") })
	s := httptest.NewServer(web.WithRecord()(dialect.Unclean(mux, elsewhere, d)))
	t.Cleanup(s.Close)
	return s
}

// ask sends a request with its target exactly as given and returns the answer and its body.
func ask(t *testing.T, s *httptest.Server, method, target, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	r.URL.Opaque, r.URL.RawQuery = strings.TrimPrefix(s.URL, "http:")+path, query
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(got)
}

func TestARouteThatIsAMistakeIsNotMounted(t *testing.T) {
	handle := func(*dialect.Call) error { return nil }
	whole := dialect.Route{Method: "GET", Path: "/s", Access: dialect.Open("a test"), Handle: handle}
	other := whole
	other.Method = "POST"
	for name, c := range map[string]struct {
		routes []dialect.Route
		want   string
	}{
		"without an access rule": {[]dialect.Route{{Method: "GET", Path: "/s", Handle: handle}}, "dialect d: route GET /s has no access rule"},
		"without a handler":      {[]dialect.Route{{Method: "GET", Path: "/s", Access: whole.Access}}, "dialect d: route GET /s has no handler"},
		"twice":                  {[]dialect.Route{whole, other, whole}, "dialect d: route GET /s is there twice"},
		"as it should be":        {[]dialect.Route{whole, other}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); said != c.want {
					t.Errorf("it panics with %q, not %q", said, c.want)
				}
			}()
			dialect.Mount(http.NewServeMux(), nil, dialect.Dialect{Name: "d", Routes: c.routes})
		})
	}
}

func TestTheReasonOfEveryFailureIsKeptAndTheCauseOfOurs(t *testing.T) {
	broke := errors.New("a cause")
	for _, c := range []struct {
		target, reason string
		failure, cause error
	}{
		{"/s/x", "denied-here", fault.New(fault.Denied, "denied-here", ""), nil},
		{"/s/x", "known-first", &fault.Error{Kind: fault.Unmet, Reason: "named-here", Cause: fault.New(fault.Unmet, "known-first", "")}, nil},
		{"/s/x", "internal", broke, broke},
		{"/s/x", fault.ReasonUnknownOutcome, fault.UnknownOutcome(broke), broke},
		{"/s/x", "", nil, nil},
		{"/s/unknown", "unknown-path", nil, nil},
	} {
		mux, record := http.NewServeMux(), &web.Record{}
		dialect.Mount(mux, nil, dialect.Dialect{
			Name: "d", Spaces: []string{"/s"}, Fail: func(http.ResponseWriter, *http.Request, *fault.Error) {},
			Routes: []dialect.Route{{
				Method: "GET", Path: "/s/x", Access: dialect.Open("a test"), Handle: func(*dialect.Call) error { return c.failure },
			}},
		})
		web.WithRecord()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			record = web.RecordOf(r.Context())
			mux.ServeHTTP(w, r)
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", c.target, nil))
		if record.Reason != c.reason || !errors.Is(record.Cause, c.cause) {
			t.Errorf("%s failing with %v: reason %q, cause %v", c.target, c.failure, record.Reason, record.Cause)
		}
	}
}

func TestThePhasesRunInOrderUntilOneRefuses(t *testing.T) {
	all := []string{"check", "limit", "access", "handle"}
	for i, failAt := range append(all, "") {
		var phases []string
		_, body := ask(t, serve(t, &phases, failAt), "GET", "/s/phases", "")
		want := all[:min(i+1, len(all))]
		if !slices.Equal(phases, want) {
			t.Errorf("failing at %q: %v", failAt, phases)
		}
		if failAt != "" && body != "sample: denied "+failAt {
			t.Errorf("failing at %q: %s", failAt, body)
		}
	}
}

func TestOnlyTheExactMethodsOfARouteAreAnswered(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "get", "BREW"} {
		answer, body := ask(t, s, method, "/s/phases", "")
		if answer.Header.Get("Allow") != "GET" || method != "HEAD" && body != "sample: unsupported method-not-allowed" || answer.StatusCode != 418 {
			t.Errorf("%s: %d, Allow %q, %q", method, answer.StatusCode, answer.Header.Get("Allow"), body)
		}
	}
	if len(phases) > 0 {
		t.Errorf("a method that is not the route's ran %v", phases)
	}
	if answer, _ := ask(t, s, "PUT", "/s/things/1", ""); answer.Header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow %q", answer.Header.Get("Allow"))
	}
}

func TestWhatIsUnknownWithinASpaceHasTheDialectsShapeAndNothingElseHas(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	const unknown = "sample: not-found unknown-path"
	for target, want := range map[string]string{
		"/s": unknown, "/s/": unknown, "/s/other": unknown, "/s/phases/": unknown, "/s/things": unknown, "/s/things/": unknown,
		"/s/things/1/2": unknown, "/S/phases": "", "/space": "", "/": "", "/sx/..": "elsewhere",
	} {
		if _, body := ask(t, s, "GET", target, ""); want != "" && body != want || want == "" && strings.HasPrefix(body, "sample") {
			t.Errorf("%s: %q", target, body)
		}
	}
}

func TestAPathThatIsNotCanonicalIsUnknownAndNeverRedirected(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	for _, target := range []string{
		"//s/phases", "/s//phases", "/s/./phases", "/s/x/../phases", "/s/phases/.", "/s/phases//", "/x/../s/phases",
		"/s/%2e/phases", "/s/x/%2e%2e/phases", "/s%2F%2Fphases", "/s/things/%2e%2e",
	} {
		answer, body := ask(t, s, "GET", target+"?API_KEY=canary", "")
		if answer.Header.Get("Location") != "" || body != "sample: not-found unknown-path" {
			t.Errorf("%s: %d %q, Location %q", target, answer.StatusCode, body, answer.Header.Get("Location"))
		}
	}
	if len(phases) > 0 {
		t.Errorf("a path that is not canonical ran %v", phases)
	}
}

func TestAPathThatNoStoreShouldSeeIsMalformed(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	for _, target := range []string{"/s/things/%00", "/s/things/%ff", "/s/things/a%0Ab", "/s/things/%7f"} {
		if _, body := ask(t, s, "GET", target, ""); body != "sample: malformed bad-parameter" {
			t.Errorf("%s: %q", target, body)
		}
	}
}

func TestABodyBeyondItsLimitIsRefusedBeforeAnyPhase(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	if _, body := ask(t, s, "POST", "/s/echo", strings.Repeat("x", web.MaxBody)); len(body) != web.MaxBody {
		t.Errorf("%d bytes came through", len(body))
	}
	for _, target := range []string{"/s/echo", "/s/phases"} {
		method := map[string]string{"/s/echo": "POST", "/s/phases": "GET"}[target]
		if _, body := ask(t, s, method, target, strings.Repeat("x", web.MaxBody+1)); body != "sample: too-large body-too-large" {
			t.Errorf("%s: %.60q", target, body)
		}
	}
	if len(phases) > 0 {
		t.Errorf("ran %v", phases)
	}
}

func TestEveryAnswerOfADialectIsKeptByNobody(t *testing.T) {
	var phases []string
	s := serve(t, &phases, "")
	for _, target := range []string{"/s/phases", "/s/other", "/s//phases", "/s/things/%00"} {
		answer, _ := ask(t, s, "GET", target, "")
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
	}
}
