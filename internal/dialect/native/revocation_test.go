package native_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

var commandLine = authority.CommandLine(authority.Origin{})

const revocations = "/v1/revocations"

type polled struct {
	Items    []revoked `json:"items"`
	Cursor   string    `json:"cursor"`
	ResetAt  *string   `json:"reset_at"`
	More     bool      `json:"more"`
	Stale    bool      `json:"stale"`
	HeardAt  string    `json:"heard_at"`
	HeardAgo int64     `json:"heard_ago_ms"`
}

type revoked struct {
	Cursor string    `json:"cursor"`
	Fact   string    `json:"fact"`
	Ended  bool      `json:"ended"`
	At     time.Time `json:"at"`
}

func (w wire) poll(t *testing.T, query string) (p polled) {
	t.Helper()
	got := w.send(t, http.MethodGet, revocations+query, "", nil)
	if err := json.Unmarshal([]byte(got.text), &p, json.RejectUnknownMembers(true)); err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%d %s: %v", got.StatusCode, got.text, err)
	}
	return p
}

// event is one of a stream, as WHATWG HTML §9.2.6 dispatches it.
type event struct{ name, id, data string }

// events opens a stream and sends what comes; the channel is closed when the stream ends.
func (w wire) events(t testing.TB, query string, header http.Header) <-chan event {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+revocations+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + w.key}, "Accept": {"application/json;q=0.1, text/event-stream"}}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	all := make(chan event, 1000)
	go func() {
		defer close(all)
		defer response.Body.Close()
		var e event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				if e.name != "" {
					all <- e
				}
				e = event{}
			}
		}
	}()
	return all
}

// await returns the next event of a name.
func await(t testing.TB, events <-chan event, name string) event {
	t.Helper()
	for limit := time.After(10 * time.Second); ; {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %s", name)
			}
			if e.name == name {
				return e
			}
		case <-limit:
			t.Fatalf("no %s for ten seconds", name)
		}
	}
}

// ended waits until a stream ends.
func ended(t *testing.T, events <-chan event) {
	t.Helper()
	for limit := time.After(10 * time.Second); ; {
		select {
		case _, open := <-events:
			if !open {
				return
			}
		case <-limit:
			t.Fatal("the stream did not end")
		}
	}
}

func suspend(t *testing.T, env *testenv.Env, account int64) string {
	t.Helper()
	if _, _, err := env.Authority.SuspendTenant(t.Context(), commandLine, tenant.Account(account)); err != nil {
		t.Fatal(err)
	}
	return secret.Fact("tenant", string(tenant.Account(account)))
}

func TestWhatEndsOnOneNodeIsHeardOnAnother(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		node := testenv.NewOn(t, env.Engine, env.Store, env.Clock)
		node.Follow(t)
		w := serve(t, node)
		first := w.poll(t, "")
		if first.Stale || first.ResetAt != nil || first.HeardAt == "" || len(first.Items) > 0 {
			t.Errorf("%+v", first)
		}
		stream := w.events(t, "?after="+first.Cursor, nil)
		await(t, stream, "heard")
		waiting := make(chan polled, 1)
		go func() { waiting <- w.poll(t, "?wait=25&after="+first.Cursor) }()
		fact := suspend(t, env, 1200)
		var told revoked
		e := await(t, stream, "revocation")
		if err := json.Unmarshal([]byte(e.data), &told); err != nil || told.Fact != fact || told.Ended || told.Cursor != e.id || !told.At.After(env.Clock.Now()) {
			t.Errorf("%+v %v", e, err)
		}
		if got := <-waiting; len(got.Items) != 1 || got.Items[0] != told || got.Cursor != told.Cursor {
			t.Errorf("%+v", got)
		}
		if heard := await(t, stream, "heard"); heard.id != told.Cursor {
			t.Errorf("%+v", heard)
		}
		again := w.events(t, "?after="+first.Cursor, http.Header{"Last-Event-Id": {told.Cursor}})
		fact = suspend(t, env, 1201)
		if e := await(t, again, "revocation"); !strings.Contains(e.data, fact) {
			t.Errorf("who reconnects goes on from where it was, and got %+v", e)
		}
		if got := w.poll(t, "?after="+first.Cursor); len(got.Items) != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAStreamEndsWithWhatItWasLetInBy(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Follow(t)
	w := serve(t, env)
	by := w.actor(t, "native", authority.ByKey(secret.Of(portalKey)))
	opened, err := env.Authority.IssueCredential(t.Context(), commandLine, authority.IssueRequest{
		Kind: authority.APIKey, Principal: by.Principal().ID, Name: "verifier",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.key = opened.Key.Reveal()
	stream := w.events(t, "", nil)
	await(t, stream, "heard")
	if _, err := env.Authority.RevokeCredential(t.Context(), commandLine, opened.Credential.ID); err != nil {
		t.Fatal(err)
	}
	ended(t, stream)
	if got := w.send(t, http.MethodGet, revocations, "", nil); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
}

// Who starts or was away has heard nothing until it has had everything.
func TestNothingIsHeardBeforeTheEndOfWhatThereIs(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	err := env.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		for range 2500 {
			tx.Publish(authority.FeedSession, "x")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	env.Follow(t)
	n := 0
	for e := range serve(t, env).events(t, "", nil) {
		if e.name == "heard" {
			break
		}
		n++
	}
	if n != 2500 {
		t.Errorf("it has heard after %d of 2500", n)
	}
	if got := serve(t, env).poll(t, ""); len(got.Items) != 1000 || !got.More {
		t.Errorf("%d items, more %t", len(got.Items), got.More)
	}
}

func TestTheFenceResetsWhoFollows(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Follow(t)
	w := serve(t, env)
	cursor := w.poll(t, "").Cursor
	stream := w.events(t, "", nil)
	await(t, stream, "heard")
	if _, err := env.Authority.RaiseFence(t.Context(), commandLine); err != nil {
		t.Fatal(err)
	}
	await(t, stream, "reset")
	if got := w.poll(t, "?after="+cursor); got.ResetAt == nil {
		t.Errorf("%+v", got)
	}
}

func TestWhatCannotBeFollowed(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	for _, c := range []struct {
		query, parameter string
		header           http.Header
	}{
		{"?wait=26", "wait", nil},
		{"?wait=-1", "wait", nil},
		{"?wait=1.5", "wait", nil},
		{"?wait=", "wait", nil},
		{"?after=", "after", nil},
		{"?after=x", "after", nil},
		{"?after=AQAAAAAA&after=AQAAAAAA", "after", nil},
		{"?cursor=AQAAAAAA", "query", nil},
		{"", "Last-Event-ID", http.Header{"Last-Event-Id": {"x"}}},
		{"", "Last-Event-ID", http.Header{"Last-Event-Id": {"AQAAAAAA", "AQAAAAAA"}}},
		{"?after=" + strings.Repeat("A", 3000), "after", nil},
	} {
		got := w.send(t, http.MethodGet, revocations+c.query, "", c.header)
		if got.StatusCode != http.StatusBadRequest || got.problem(t).Parameter != c.parameter {
			t.Errorf("%s %v: %d %s", c.query, c.header, got.StatusCode, got.text)
		}
	}
	w.key = erpKey
	if got := w.send(t, http.MethodGet, revocations, "", nil); !slices.Contains([]int{401, 403}, got.StatusCode) {
		t.Errorf("an integrator's key: %d", got.StatusCode)
	}
}

// The server's own deadline is for answers that end: a stream outlives it.
func TestAStreamOutlivesTheDeadlinesOfAnAnswer(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Follow(t)
	mux := http.NewServeMux()
	dialect.Mount(mux, env.Authority, native.New(env.Authority, native.Options{}))
	s := httptest.NewUnstartedServer(web.Middleware(web.Chain{Log: slog.New(slog.DiscardHandler)}, mux))
	s.Config.ReadTimeout, s.Config.WriteTimeout = time.Second, time.Second
	s.Start()
	t.Cleanup(s.Close)
	stream := wire{env: env, base: s.URL, key: portalKey}.events(t, "", nil)
	for range 2 {
		await(t, stream, "heard")
	}
}
