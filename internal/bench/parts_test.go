package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestListsOfCoresAreReadAsTasksetReadsThem(t *testing.T) {
	for list, want := range map[string][]int{"": nil, "0": {0}, "0-2": {0, 1, 2}, "0,2-3": {0, 2, 3}} {
		if got, err := parseCPUs(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
	for _, list := range []string{"x", "-1", "2-1", "0,", "1024", "0-"} {
		if got, err := parseCPUs(list); err == nil {
			t.Errorf("%q is %v", list, got)
		}
	}
}

func TestWhatIsComparedWithComesFirst(t *testing.T) {
	for names, want := range map[string]string{
		"verify":                    "bare-get bare-post verify",
		"mint,bare-get,revoke":      "bare-get bare-post mint",
		"login-password,bare-hash":  "bare-get bare-post bare-hash login-password",
		"bare-hash,login-pair,mint": "bare-get bare-post bare-hash login-pair mint",
	} {
		if got := strings.Join(inOrder(strings.Split(names, ",")), " "); got != want {
			t.Errorf("%s: %s, not %s", names, got, want)
		}
	}
}

func TestTheBareServerHashesForAsManyAtOnceAsItHasCores(t *testing.T) {
	b := newBareServer()
	ask := func(ctx context.Context, path string) int {
		answer := httptest.NewRecorder()
		b.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader("{}")))
		return answer.Code
	}
	if status := ask(t.Context(), hashPath); status != http.StatusOK {
		t.Errorf("a hash: %d", status)
	}
	for range cap(b.hashing) {
		b.hashing <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if status := ask(ctx, hashPath); status != http.StatusInternalServerError {
		t.Errorf("a hash while all cores hash: %d", status)
	}
	if status := ask(t.Context(), "/"); status != http.StatusOK {
		t.Errorf("no hash while all cores hash: %d", status)
	}
}

func TestSessionsOfPeopleAreAskedAboutByNoClient(t *testing.T) {
	o := Options{Tenants: 1, Sessions: 1, Duration: 1, Rounds: 1, Connections: 1, OverloadConnections: 1, OfPeople: true, Workloads: []string{"standard"}}
	if err := o.Check(); err != nil || slices.Contains(o.Workloads, "introspect") || !slices.Contains(o.Workloads, "verify") {
		t.Errorf("%v, %v", o.Workloads, err)
	}
	if o.Workloads = []string{"mix"}; o.Check() == nil {
		t.Error("mix is taken")
	}
}

func TestLinesAreFoundByNumber(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lines")
	write := func(text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("aaa\nbbb\nccc\n")
	l, err := openLines(name)
	if err != nil || l.count() != 3 || l.at(0) != "aaa" || l.at(2) != "ccc" {
		t.Errorf("%d lines: %v", l.count(), err)
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"", "aaa", "aaa\nbb\n"} {
		write(text)
		if _, err := openLines(name); err == nil {
			t.Errorf("%q was opened", text)
		}
	}
}

func TestAPopulationIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	written := newPopulation(Options{Seed: "s", Engine: "sqlite", Tenants: 2, Persons: 3})
	if err := written.write(dir); err != nil {
		t.Fatal(err)
	}
	read, err := readPopulation(filepath.Join(dir, populationFile))
	if err != nil || !slices.Equal(read.Accounts, written.Accounts) || read.Tokens != filepath.Join(dir, sessionsFile) {
		t.Errorf("%+v: %v", read, err)
	}
	if written.Accounts[0].Secret == written.Accounts[1].Secret {
		t.Error("two accounts have the same secret")
	}
}

func TestEveryAccountIsInOneOrganisation(t *testing.T) {
	for _, p := range []Population{{Tenants: 1, Persons: 1}, {Tenants: 7, Persons: 100_000}, {Tenants: 50_000, Persons: 50_000}} {
		var next int64
		for organisation := range p.organisations() {
			first, last := p.accountsOf(organisation)
			if first != next {
				t.Errorf("%+v: organisation %d begins at %d, not %d", p, organisation, first, next)
			}
			if last > first && (p.organisationOf(first) != organisation || p.organisationOf(last-1) != organisation) {
				t.Errorf("%+v: the accounts of organisation %d are not found in it", p, organisation)
			}
			next = last
		}
		if next != int64(p.Tenants) {
			t.Errorf("%+v: %d accounts", p, next)
		}
	}
}

func TestLoginTokensAreTakenOnceTheOldestFirst(t *testing.T) {
	var held loginTokens
	held.put("expired", 0)
	held.put("a", time.Hour)
	held.put("b", time.Hour)
	for _, want := range []string{"a", "b", ""} {
		if got, ok := held.take(); got != want || ok != (want != "") {
			t.Errorf("took %q, not %q", got, want)
		}
	}
}

func TestAConnectionGoesOnAfterOneThatEnded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/refuse":
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/close":
			w.Header().Set("Connection", "close")
		case "/abort":
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	defer s.Close()
	w := (&subject{}).worker(strings.TrimPrefix(s.URL, "http://"))
	defer w.conn.close()
	for _, c := range []struct {
		path, wanted string
		want         outcome
	}{
		{"/", `"ok":true`, outcome{status: 200, good: true}},
		{"/", "something else", outcome{status: 200}},
		{"/refuse", "", outcome{status: 503, retryable: true}},
		{"/close", "", outcome{status: 200, good: true}},
		{"/", "", outcome{status: 200, good: true}},
		{"/abort", "", outcome{}},
		{"/", "", outcome{status: 200, good: true}},
	} {
		got := w.send(ask{path: c.path}, c.wanted)
		broken := got.err != nil
		got.err = nil
		if got != c.want || broken != (c.path == "/abort") {
			t.Errorf("%s: %+v", c.path, got)
		}
	}
}

func TestARequestGoesOverTheWireAsWritten(t *testing.T) {
	got := string(ask{"/p", authorization, "Bearer x", jsonType, "{}"}.appendTo(nil))
	want := "POST /p HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	if got != want {
		t.Errorf("%q", got)
	}
	if got := string(ask{path: "/p"}.appendTo(nil)); got != "GET /p HTTP/1.1\r\nHost: bench\r\n\r\n" {
		t.Errorf("%q", got)
	}
}

// TestNoTwoWorkersDrawTheSame holds what makes each round ask about other sessions than the one before it.
func TestNoTwoWorkersDrawTheSame(t *testing.T) {
	s, drawn := &subject{}, map[uint64]bool{}
	for range 100 {
		drawn[s.worker("").random.Uint64()] = true
	}
	if len(drawn) != 100 {
		t.Errorf("100 workers begin with %d numbers", len(drawn))
	}
}
