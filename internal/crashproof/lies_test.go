package crashproof_test

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// lies are planted between the clients and an honest program: each must be seen through, and by what.
var lies = []struct {
	name, caught string
	path         string
	tell         func(honest http.Handler) http.HandlerFunc
	span         int // answers; 0: 300, so that what is rare is tried
}{
	{"a log-in that is not made", "acknowledged and lost: the session of session.open", "/auth/login", say(`{"token":"` + strings.Repeat("0", 64) + `"}`), 0},
	{"a login token that is not minted", "acknowledged and lost: the login token", "/v2/accounts/1000/logintoken", say(`{"Token":"dwl_0"}`), 0},
	{"a release that is not made", "revoked and alive: the session", "/crmapi/rest/v2/authentication/token/release", say(`{"status":{"code":"OK"}}`), 0},
	{"a session that never ends", "revoked and alive: the session", "/v1/session", say(`{}`), 0},
	{"a redemption for everybody", "doubled: a login token is redeemed again and again", "/v1/login-tokens/redeem", sayTheFirst, 0},
	{"another session for who repeats", "repeated and different: ", "/v1/login-tokens/redeem", forgetTheKey, 0},
	{"a log-in made twice", "done more often than asked: ", "/auth/login", askTwice, 0},
	{"success without what it was for", "session.open: success without", "/auth/login", say(`{}`), 80}, // after which no client goes on
	{"a redemption made and denied", "an event without its act: login-token.redeem", "/v1/login-tokens/redeem", deny, 0},
}

func TestALieIsSeenThrough(t *testing.T) {
	rig := newRig(t, "sqlite")
	honest := rig.node
	for i, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			defer func() { rig.node = honest }()
			rig.node = &node{url: between(t, honest.url, lie.path, lie.tell)}
			r := &round{rig: rig, strike: noStrike, seed: uint64(i), span: cmp.Or(lie.span, 300), ledger: newLedger()}
			faults := r.run(t)
			if !slices.ContainsFunc(faults, func(fault string) bool { return strings.HasPrefix(fault, lie.caught) }) {
				t.Errorf("not %q but\n%s", lie.caught, shown(faults))
			}
		})
	}
}

var noStrike = strike{"nothing", func(*rig, *testing.T) {}, func(*rig, *testing.T) {}}

// between serves what the program at a URL serves, but for one path.
func between(t *testing.T, program, path string, tell func(honest http.Handler) http.HandlerFunc) string {
	t.Helper()
	at, err := url.Parse(program)
	if err != nil {
		t.Fatal(err)
	}
	honest := httputil.NewSingleHostReverseProxy(at)
	lying := tell(honest)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			lying(w, r)
		} else {
			honest.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func say(text string) func(http.Handler) http.HandlerFunc {
	return func(http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
}

// ask has an honest answer made to a request.
func ask(honest http.Handler, r *http.Request, body []byte) *httptest.ResponseRecorder {
	r.Body = io.NopCloser(bytes.NewReader(body))
	w := httptest.NewRecorder()
	honest.ServeHTTP(w, r)
	return w
}

func answerWith(w http.ResponseWriter, a *httptest.ResponseRecorder) {
	w.Header().Set("X-Request-Id", a.Header().Get("X-Request-Id"))
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Body.Bytes())
}

// sayTheFirst answers everybody what it answered the first that got what was asked for.
func sayTheFirst(honest http.Handler) http.HandlerFunc {
	var mu sync.Mutex
	said := map[string]*httptest.ResponseRecorder{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		first := said[string(body)]
		if first == nil {
			if first = ask(honest, r, body); first.Code == http.StatusOK {
				said[string(body)] = first
			}
		}
		answerWith(w, first)
	}
}

func forgetTheKey(honest http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Idempotency-Key")
		honest.ServeHTTP(w, r)
	}
}

func askTwice(honest http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		ask(honest, r, body)
		answerWith(w, ask(honest, r, body))
	}
}

func deny(honest http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a := ask(honest, r, body)
		a.Code = http.StatusBadRequest
		answerWith(w, a)
	}
}
