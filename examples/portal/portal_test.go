package portal_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
	"github.com/doorward/doorward/examples/portal"
)

const resource = "https://doorward.test/audiences/1"

// serve runs the portal under a name that browsers find on this machine, and returns its URL.
func serve(t *testing.T, d *clienttest.Doorward) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	at := "http://acme.localhost:" + port
	p, err := portal.New(portal.Options{
		Doorward: d.URL, Credential: clienttest.Credential, ClientID: clienttest.ClientID, Resource: resource, PublicURL: at, Name: "ACME portal",
		Log: slog.New(slog.DiscardHandler), Now: d.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: p.Handler(), ReadHeaderTimeout: time.Second}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.Close()
		p.Close()
	})
	return at
}

func TestTheAPITakesAccessTokensAndNothingElse(t *testing.T) {
	d := clienttest.New(t)
	at := strings.Replace(serve(t, d), "acme.localhost", "127.0.0.1", 1)
	actor := &client.Principal{ID: "person:8"}
	of := clienttest.Token{Audience: resource, Account: "account:1200"}
	acting := of
	acting.Actor = actor
	ended := d.AccessToken(t, of)
	d.End(ended)
	for _, c := range []struct {
		name, method, token string
		status              int
		says                string
	}{
		{"an access token", "GET", d.AccessToken(t, of), 200, `"account:1200/1"`},
		{"an opaque one", "GET", d.OpaqueAccessToken(of), 200, `"account:1200/1"`},
		{"somebody acting reads", "GET", d.AccessToken(t, acting), 200, `"by":"person:8"`},
		{"somebody acting orders", "POST", d.AccessToken(t, acting), 403, ""},
		{"an order", "POST", d.AccessToken(t, of), 201, `"ordered_by":"person:3"`},
		{"for another audience", "GET", d.AccessToken(t, clienttest.Token{Audience: "https://other.example"}), 401, ""},
		{"a session", "GET", d.Session(of), 401, ""},
		{"a credential", "GET", clienttest.Credential, 401, ""},
		{"nothing", "GET", "", 401, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, at+"/api/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != c.status || !strings.Contains(string(body), c.says) || (answer.StatusCode == 401) != (answer.Header.Get("WWW-Authenticate") != "" && c.status == 401) {
			t.Errorf("%s: %d %s", c.name, answer.StatusCode, body)
		}
	}
}
