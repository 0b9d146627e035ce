package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

// scripted answers one request after the other as it is told, and remembers them.
type scripted struct {
	mu     sync.Mutex
	seen   []*http.Request
	bodies []string
	steps  []func(w http.ResponseWriter)
}

func serveScript(t *testing.T, o client.Options, steps ...func(w http.ResponseWriter)) (*scripted, *client.Client) {
	t.Helper()
	s := &scripted{steps: steps}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := len(s.seen)
	s.seen, s.bodies = append(s.seen, r.Clone(r.Context())), append(s.bodies, string(body))
	s.mu.Unlock()
	s.steps[min(n, len(s.steps)-1)](w)
}

func (s *scripted) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func answer(status int, body string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func lost(http.ResponseWriter) { panic(http.ErrAbortHandler) }

const redeemed = `{"session_token":"dws_x","expires_at":"2030-05-17T13:00:00Z","audience":1,"subject":{"id":4,"email":"buyer@acme.test","name":"Ben Buyer"},"account":null,"actor":null}`

func TestARedemptionIsRepeatedWithItsKeyWhenTheAnswerIsLost(t *testing.T) {
	s, c := serveScript(t, client.Options{Credential: "k"}, lost, answer(503, `{"code":"unknown-outcome"}`, "Content-Type", "application/problem+json"), answer(200, redeemed))
	r, err := c.RedeemLoginToken(t.Context(), client.Redemption{LoginToken: "dwl_x"})
	if err != nil || r.SessionToken != "dws_x" || *r.Subject.ID != 4 || r.Actor != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	keys := map[string]bool{}
	for _, one := range s.requests() {
		keys[one.Header.Get("Idempotency-Key")] = true
	}
	if len(s.requests()) != 3 || len(keys) != 1 || keys[""] {
		t.Errorf("%d tries with the keys %v", len(s.requests()), keys)
	}
}

func TestWhatIsNotSafeToRepeatIsTriedOnce(t *testing.T) {
	s, c := serveScript(t, client.Options{}, lost)
	if _, _, err := client.Change[map[string]any](t.Context(), c, "/v1/credentials/x", map[string]string{"name": "y"}, `"1"`); err == nil {
		t.Error("it succeeded")
	}
	if len(s.requests()) != 1 || s.requests()[0].Header.Get("If-Match") != `"1"` || s.requests()[0].Method != http.MethodPatch {
		t.Errorf("%d tries", len(s.requests()))
	}
}

func TestWhatWasShedIsTriedAgainWhateverItIs(t *testing.T) {
	s, c := serveScript(t, client.Options{}, answer(429, `{"code":"too-many-requests"}`), answer(200, `{"dry_run":false,"sessions":2,"login_tokens":0}`))
	ends, err := c.EndSession(t.Context(), "0123", false)
	if err != nil || ends.Sessions != 2 || len(s.requests()) != 2 {
		t.Errorf("%+v, %v after %d tries", ends, err, len(s.requests()))
	}
}

func TestRetryAfterIsWaitedForUpToABound(t *testing.T) {
	_, c := serveScript(t, client.Options{MaxWait: time.Minute}, answer(503, "", "Retry-After", "7"), answer(200, `{"items":[],"next_cursor":null}`))
	var waited []time.Duration
	c = client.Waiting(c, func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil })
	for _, err := range c.Credentials(t.Context(), client.CredentialFilter{}) {
		t.Fatal(err)
	}
	if len(waited) != 1 || waited[0] != 7*time.Second {
		t.Errorf("it waited %v", waited)
	}
	s, c := serveScript(t, client.Options{MaxWait: time.Second}, answer(429, "", "Retry-After", "7"))
	_, _, err := c.Credential(t.Context(), "x")
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.RetryAfter != 7*time.Second || len(s.requests()) != 1 {
		t.Errorf("%v after %d tries", err, len(s.requests()))
	}
}

func TestAProblemSaysWhatItIsAndQuotesNothingThatWasSent(t *testing.T) {
	_, c := serveScript(t, client.Options{Credential: "the-credential"}, answer(400, `{"type":"/docs/problems/login-token-refused","title":"Refused","status":400,"detail":"It does not count.","code":"login-token-refused","request_id":"abc","parameter":"login_token"}`, "Content-Type", "application/problem+json"))
	_, err := c.RedeemLoginToken(t.Context(), client.Redemption{LoginToken: "dwl_secret"})
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != 400 || p.Code != "login-token-refused" || p.RequestID != "abc" || p.Parameter != "login_token" || !client.IsProblem(err, "login-token-refused") {
		t.Fatalf("%#v", err)
	}
	if strings.Contains(err.Error(), "dwl_secret") || strings.Contains(err.Error(), "the-credential") {
		t.Errorf("it is %q", err)
	}
}

func TestAnOAuthErrorIsAProblemToo(t *testing.T) {
	_, c := serveScript(t, client.Options{}, answer(400, `{"error":"invalid_target","error_description":"There is no such audience."}`))
	if _, err := c.AccessToken(t.Context(), client.AccessTokenRequest{Resource: "https://x"}); !client.IsProblem(err, "invalid_target") {
		t.Errorf("it is %v", err)
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	for name, step := range map[string]func(http.ResponseWriter){
		"HTML":              answer(200, "<html>hello</html>"),
		"duplicates":        answer(200, `{"session_token":"a","session_token":"b"}`),
		"a proxy's page":    answer(502, "<html>bad gateway</html>", "Content-Type", "text/html"),
		"too much":          answer(200, `{"session_token":"`+strings.Repeat("a", 9<<20)+`"}`),
		"another type":      answer(200, `{"session_token":1}`),
		"cut in the middle": func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100"); _, _ = io.WriteString(w, "{") },
	} {
		_, c := serveScript(t, client.Options{Tries: 1}, step)
		if _, err := c.RedeemLoginToken(t.Context(), client.Redemption{LoginToken: "dwl_x"}); err == nil {
			t.Errorf("%s: it succeeded", name)
		}
	}
}

func TestAListIsReadPartByPart(t *testing.T) {
	s, c := serveScript(t, client.Options{}, answer(200, `{"items":[{"id":"1"},{"id":"2"}],"next_cursor":"c1"}`), answer(200, `{"items":[{"id":"3"}],"next_cursor":null}`))
	var ids []string
	for one, err := range c.Events(t.Context(), client.EventFilter{Act: "session.open"}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, one.ID)
	}
	if strings.Join(ids, "") != "123" || s.requests()[1].URL.Query().Get("cursor") != "c1" || s.requests()[1].URL.Query().Get("act") != "session.open" {
		t.Errorf("%v by %s", ids, s.requests()[1].URL)
	}
}

func TestAListThatGoesInCirclesEnds(t *testing.T) {
	_, c := serveScript(t, client.Options{}, answer(200, `{"items":[{"id":"1"}],"next_cursor":"c1"}`))
	n, failed := 0, false
	for _, err := range c.Sessions(t.Context(), client.SessionFilter{}, true) {
		if n++; err != nil {
			failed = true
		}
	}
	if !failed || n != 3 {
		t.Errorf("%d steps, failed %v", n, failed)
	}
}

func TestHowItSaysWhoItIs(t *testing.T) {
	s, c := serveScript(t, client.Options{Key: "apiKey-1", Secret: "a:b/c"}, answer(200, `{"active":false}`))
	_, _ = c.Introspect(t.Context(), "x")
	_ = c.Revoke(t.Context(), "x")
	_, _, _ = c.Credential(t.Context(), "x")
	for i, want := range []string{"a%3Ab%2Fc", "a%3Ab%2Fc", "a:b/c"} {
		if user, password, ok := s.requests()[i].BasicAuth(); !ok || user != "apiKey-1" || password != want {
			t.Errorf("%s: %q and %q", s.requests()[i].URL.Path, user, password)
		}
	}
	s, c = serveScript(t, client.Options{Token: func(context.Context) (string, error) { return "dwt_1", nil }}, answer(200, `{}`))
	_, _, _ = c.Credential(t.Context(), "x")
	if got := s.requests()[0].Header.Get("Authorization"); got != "Bearer dwt_1" {
		t.Errorf("it is %q", got)
	}
}

func TestOnlyTheURLOfAnInstallationIsOne(t *testing.T) {
	for _, bad := range []string{"", "doorward.example", "ftp://x", "https://", "https://a:b@x", "https://x?y", "https://x#y", ":"} {
		if _, err := client.New(bad, client.Options{}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	c, err := client.New("https://doorward.example/", client.Options{})
	if err != nil || c.URL() != "https://doorward.example" {
		t.Errorf("%v, %v", c, err)
	}
}

func TestASessionIsShownToWhoHasIt(t *testing.T) {
	d := clienttest.New(t)
	shown, err := d.Client(t).ShowSession(t.Context(), d.Session(clienttest.Token{Email: "owner@acme.test", Account: "account:1200"}))
	if err != nil || shown.Subject.Email != "owner@acme.test" || shown.Account.ID != 1200 {
		t.Errorf("%+v, %v", shown, err)
	}
	if _, err := d.Client(t).ShowSession(t.Context(), "dws_x"); !client.IsProblem(err, "unauthenticated") {
		t.Errorf("nobody's: %v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	s, c := serveScript(t, client.Options{Credential: "k"}, answer(307, "", "Location", "/elsewhere"), answer(200, redeemed))
	if r, err := c.RedeemLoginToken(t.Context(), client.Redemption{LoginToken: "dwl_x"}); err == nil || len(s.requests()) != 1 {
		t.Errorf("%+v, %v after %d requests", r, err, len(s.requests()))
	}
}
