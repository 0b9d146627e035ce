package native

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/web"
)

// page asks for a path as the production middleware answers it.
func page(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	mux := http.NewServeMux()
	dialect.Mount(mux, nil, New(nil, Options{}))
	w := httptest.NewRecorder()
	web.WithRecord()(mux).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	answer := w.Result()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestTheTypeOfEveryProblemIsAPageThatExplainsIt(t *testing.T) {
	_, index := page(t, "/docs/problems")
	for _, r := range problems() {
		answer, body := page(t, problemSpace+"/"+r.Code)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", r.Code, answer.StatusCode, answer.Header)
		}
		for _, want := range []string{r.Title, r.Code, "<dd>" + strconv.Itoa(r.Status) + "</dd>", r.Meaning, r.Next} {
			if !strings.Contains(html.UnescapeString(body), want) {
				t.Errorf("%s does not say %q", r.Code, want)
			}
		}
		if !strings.Contains(index, `href="/docs/problems/`+r.Code+`"`) {
			t.Errorf("the index does not lead to %s", r.Code)
		}
	}
}

func TestAProblemPageLetsTheBrowserRunAndLoadNothing(t *testing.T) {
	for _, path := range []string{"/docs/problems", "/docs/problems/denied"} {
		answer, body := page(t, path)
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "script") {
			t.Errorf("%s: %s", path, policy)
		}
		if strings.Contains(body, "<script") || strings.Count(body, "<style>"+problemsCSS+"</style>") != 1 {
			t.Errorf("%s: %s", path, body)
		}
		if answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, answer.Header)
		}
	}
}

func TestAProblemThatDoesNotExistIsAProblemItself(t *testing.T) {
	for _, path := range []string{"/docs/problems/nothing", "/docs/problems/", "/docs/problems/denied/", "/docs/problems/Denied", "/docs/problems/%3Cscript%3E"} {
		answer, body := page(t, path)
		if answer.StatusCode != http.StatusNotFound || answer.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(body, "script") {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}
