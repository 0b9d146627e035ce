package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/dialect"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

// route is one line of the list: a method, or "*" for all that is unknown below a space, a path and whose it is.
type route struct{ method, path, surface, access string }

// isSpace reports whether it is all that is unknown below a space, and not a route that takes any method.
func (r route) isSpace() bool {
	return r.method == dialect.AnyMethod && strings.HasSuffix(r.path, "/…")
}

// goldenRoutes reads the list that TestTheRoutesAreThoseOfTheGoldenList keeps true.
func goldenRoutes(t *testing.T) (routes []route) {
	t.Helper()
	list, err := os.ReadFile("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	return parseRoutes(t, strings.Split(strings.TrimSpace(string(list)), "\n"))
}

func parseRoutes(t *testing.T, lines []string) (routes []route) {
	t.Helper()
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			t.Fatalf("%q is no route", line)
		}
		routes = append(routes, route{method: fields[1], path: fields[0], surface: fields[2], access: strings.Join(fields[3:], " ")})
	}
	if len(routes) < 20 {
		t.Fatalf("only %d routes", len(routes))
	}
	return routes
}

// serve starts a server with everything in it over an empty directory.
func serve(t *testing.T) *httptest.Server {
	t.Helper()
	return serveConfigured(t, config.Config{})
}

func serveConfigured(t *testing.T, c config.Config) *httptest.Server {
	t.Helper()
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	c.Store, c.PublicURL = config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}, "http://localhost:8080"
	opened, err := server.Open(t.Context(), c.Store, log)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server.New(opened, c, log).Handler())
	t.Cleanup(func() {
		s.Close()
		_ = opened.Store.Close()
	})
	return s
}

// answer is one with its body.
type answer struct {
	*http.Response
	body string
}

// ask follows nothing and demands what holds for every answer.
func ask(t *testing.T, s *httptest.Server, method, path string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	caching := "^no-store$"
	if public := strings.HasPrefix(path, "/.well-known/") || strings.HasPrefix(path, "/oauth2/jwks"); public && got.StatusCode == http.StatusOK {
		caching = "^public, max-age=[0-9]+$" // it is for anybody, and has no secret
	}
	for name, want := range map[string]string{
		"Cache-Control": caching, "Referrer-Policy": "^no-referrer$", "X-Content-Type-Options": "^nosniff$", "X-Request-Id": "^[0-9a-f]{24}$",
	} {
		if values := got.Header.Values(name); len(values) != 1 || !regexp.MustCompile(want).MatchString(values[0]) {
			t.Errorf("%s %s: %d with %s %q", method, path, got.StatusCode, name, values)
		}
	}
	if got.StatusCode >= 500 || got.StatusCode >= 300 && got.StatusCode < 400 {
		t.Errorf("%s %s: %d %s", method, path, got.StatusCode, body)
	}
	return answer{Response: got, body: string(body)}
}

// mustBe demands a status in a shape of ours: Go's own is one line of plain text.
func (a answer) mustBe(t *testing.T, statuses ...int) {
	t.Helper()
	asked := a.Request.Method + " " + a.Request.URL.Path
	for _, status := range statuses {
		if a.StatusCode != status {
			continue
		}
		if kind := a.Header.Get("Content-Type"); !strings.Contains(kind, "json") && !strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s: %d has Content-Type %q", asked, status, kind)
		}
		if a.Request.Method != http.MethodHead && (len(a.body) < 20 || strings.HasPrefix(a.body, "404 page") || strings.HasPrefix(a.body, "Method Not")) {
			t.Errorf("%s: %d says %q", asked, status, a.body)
		}
		return
	}
	t.Errorf("%s: %d %s, none of %v", asked, a.StatusCode, a.body, statuses)
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

func TestEveryRouteAnswersWithTheHeadersOfAllAndWithoutBreaking(t *testing.T) {
	s := serve(t)
	for _, r := range goldenRoutes(t) {
		if r.isSpace() {
			continue
		}
		if r.method == dialect.AnyMethod {
			r.method = http.MethodGet
		}
		for _, filled := range []string{"1200", "x", "%E2%98%83", "%00"} {
			path := wildcard.ReplaceAllString(r.path, filled)
			ask(t, s, r.method, path)
			ask(t, s, r.method, path+"?token=x&account_id=1&API_KEY=x&userEmail=a@b.test")
			ask(t, s, r.method, path+"?%zz=%00")
		}
	}
}

func TestWhatIsUnknownOrNotAllowedHasAShapeOfOursEverywhere(t *testing.T) {
	s := serve(t)
	allowed := map[string][]string{}
	for _, r := range goldenRoutes(t) {
		allowed[r.path] = append(allowed[r.path], r.method)
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"}
	for path, of := range allowed {
		below, isSpace := strings.CutSuffix(path, "/…")
		for _, method := range methods {
			switch {
			case isSpace:
				for _, unknown := range []string{"/nothing/at/all", "/nothing/", "/", "//nothing", "/../nothing"} {
					ask(t, s, method, below+unknown).mustBe(t, http.StatusNotFound)
				}
			case path == "/readyz" || path == "/{landing}":
				// A path that is no landing's is unknown; /readyz is there for GET, HEAD included.
			case !strings.Contains(strings.Join(of, " "), method) && !slices.Contains(of, dialect.AnyMethod):
				ask(t, s, method, wildcard.ReplaceAllString(path, "1200")).mustBe(t, http.StatusMethodNotAllowed)
			}
		}
	}
	for _, method := range methods {
		for _, unknown := range []string{"/nothing", "/nothing/at/all", "/readyz/", "/v", "/v22", "/doc"} {
			ask(t, s, method, unknown).mustBe(t, http.StatusNotFound)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		ask(t, s, method, "/readyz").mustBe(t, http.StatusNotFound, http.StatusMethodNotAllowed)
	}
}
