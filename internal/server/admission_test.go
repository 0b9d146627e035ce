package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/web"
)

// busy is what a surface answers when too many requests are at work.
type busy struct {
	method, path, contentType string
	status                    int
	holds                     []string
}

var busySurfaces = map[string]busy{
	"native":         {"GET", "/v1/session", "application/problem+json", 503, []string{`"code":"unavailable"`, `"request_id":"`}},
	"native unknown": {"GET", "/v1//x", "application/problem+json", 503, []string{`"code":"unavailable"`}},
	"gateway":        {"GET", "/gateway/verify/from=request/a//b", "application/problem+json", 503, []string{`"code":"unavailable"`}},
	"oauth":          {"POST", "/oauth2/introspect", "application/json", 503, []string{`"error":"temporarily_unavailable"`}},
	"pulse":          {"POST", "/auth/login", "application/json", 503, []string{`"error":"Service Unavailable"`}},
	"alephee":        {"GET", "/v2/accounts/1200/logintoken", "application/json; charset=utf-8", 503, []string{`"Status":503`}},
	"activeplatform": {"GET", "/api/v3/resellers/1/user_authentication/token", "application/vnd.api+json", 503, []string{`"status":"503"`}},
	"crmcom":         {"POST", "/crmapi/rest/v2/authentication/token", "application/json", 200, []string{`"code":"INTERNAL_ERROR"`}},
	"handoff":        {"GET", "/", "text/html; charset=utf-8", 503, []string{"We cannot answer right now"}},
}

func TestBeyondTheBoundEverySurfaceRefusesInItsOwnShape(t *testing.T) {
	s, log := overloaded(t)
	h := s.Handler()
	if err := s.Places().Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range busySurfaces {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(want.method, want.path, nil))
		header, body := w.Result().Header, w.Body.String()
		if w.Code != want.status || header.Get("Retry-After") != "1" || header.Get("Content-Type") != want.contentType ||
			header.Get(web.RequestIDHeader) == "" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", name, w.Code, header)
		}
		for _, part := range want.holds {
			if !strings.Contains(body, part) {
				t.Errorf("%s: no %s in %s", name, part, body)
			}
		}
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if !strings.Contains(log.String(), `"route":"/readyz"`) {
		t.Error("whether it is ready was not looked at while it refuses")
	}
	if strings.Contains(log.String(), `"surface":"native"`) {
		t.Errorf("refusals have lines of their own: %s", log)
	}
	s.TellRefused()
	s.TellRefused()
	if text := log.String(); strings.Count(text, `"refused":9`) != 1 || strings.Count(text, "too many were at work") != 1 {
		t.Errorf("they are not told once, as a number: %s", text)
	}
	s.Places().Free()
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/session", nil)); w.Code != http.StatusUnauthorized {
		t.Errorf("once there is a place: %d %s", w.Code, w.Body)
	}
}

func overloaded(t *testing.T) (*server.Server, *bytes.Buffer) {
	t.Helper()
	dir, log := t.TempDir(), &bytes.Buffer{}
	store := config.Store{Data: dir, Keys: filepath.Join(dir, "keys")}
	opened, err := server.Open(t.Context(), store, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Store.Close() })
	c := config.Config{Store: store, Load: config.Load{Requests: 1, Wait: time.Millisecond}}
	return server.New(opened, c, slog.New(slog.NewJSONHandler(io.Writer(log), nil))), log
}

// beginning tells when an answer begins.
type beginning struct {
	http.ResponseWriter
	begins func()
}

func (w beginning) WriteHeader(status int) {
	w.begins()
	w.ResponseWriter.WriteHeader(status)
}

func TestWhoWaitsForAHashIsNotAtWork(t *testing.T) {
	s, _ := overloaded(t)
	h := s.Handler()
	for body, held := range map[string]int{
		`{"apiKey":"nobody","apiSecret":"nothing"}`:    1,
		`{"email":"nobody@x.test","password":"wrong"}`: 0, // which is hashed, so that time does not tell that there is nobody
	} {
		answer := httptest.NewRecorder()
		h.ServeHTTP(beginning{answer, func() {
			if n := s.Places().Taken(); n != held {
				t.Errorf("%s: %d places are held, not %d", body, n, held)
			}
		}}, httptest.NewRequest(http.MethodPost, "/auth/login", strings.NewReader(body)))
		if answer.Code != http.StatusUnauthorized || s.Places().Taken() != 0 {
			t.Errorf("%s: %d, %d places are held afterwards", body, answer.Code, s.Places().Taken())
		}
	}
}

func TestWhoReadsAheadRestsWhileSomebodyAsks(t *testing.T) {
	s, _ := overloaded(t)
	h, rests := s.Handler(), s.RestsUnlessIdle()
	hashed := make(chan struct{})
	ask := func(path string) { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)) }
	for _, step := range []struct {
		name  string
		first func()
		rests bool
	}{
		{"nobody has asked", func() {}, false},
		{"somebody has asked", func() { ask("/v1/session") }, true},
		{"nobody has asked since", func() {}, false},
		{"it was asked whether the node is ready", func() { ask("/readyz") }, false},
		{"a request is at work", func() { _ = s.Places().Take(t.Context()) }, true},
		{"and still is", func() {}, true},
		{"it is answered", s.Places().Free, false},
		{"a password is hashed", func() { startHash(t, s.Hashing(), hashed) }, true},
		{"and still is", func() {}, true},
		{"it is hashed", func() { close(hashed); awaitHash(s.Hashing()) }, false},
	} {
		step.first()
		if got := rests() > 0; got != step.rests {
			t.Errorf("%s: who reads ahead rests: %v", step.name, got)
		}
	}
}

// startHash hashes until it is told that that is done.
func startHash(t *testing.T, pool *limit.Pool, done <-chan struct{}) {
	t.Helper()
	began := make(chan struct{})
	go func() {
		_ = pool.Do(t.Context(), func() {
			close(began)
			<-done
		})
	}()
	<-began
}

func awaitHash(pool *limit.Pool) {
	for pool.Running() > 0 {
		runtime.Gosched()
	}
}
