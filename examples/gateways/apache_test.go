package gateways_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// TestApacheByIntrospection runs mod_oauth2, which is a resource server that is not ours, against our endpoint.
func TestApacheByIntrospection(t *testing.T) {
	r := newRig(t)
	client := r.as(t, "oauth", "key-of-the-orders").Credential().ID.String()
	p := program{
		"Apache, mod_oauth2", "apache",
		[]string{"oauth2.conf"},
		"/usr/sbin/apache2",
		func(dir string) []string { return []string{"-X", "-d", dir, "-f", "oauth2.conf"} },
		[]string{"CLIENT_ID", client, "CLIENT_SECRET", "key-of-the-orders"},
	}
	g := gateway{r, t, p.start(t, r.doorward, r.application.address)}

	session := r.member(t, "key-of-the-orders", 1)
	for name, s := range map[string]sent{
		"no token":           {},
		"unknown":            {header: http.Header{"Authorization": {"Bearer x"}}},
		"another audience's": {header: bearer(r.member(t, "key-of-the-invoices", 2))},
		"forged headers":     {header: http.Header{"Doorward-Sub": {"person:3"}, "Doorward-User": {"person:3"}}},
	} {
		if answer := g.send(s); answer.status != http.StatusUnauthorized || answer.seen != nil {
			t.Errorf("%s: %d, the application saw %+v", name, answer.status, answer.seen)
		}
	}
	s := sent{header: with(bearer(session), "Doorward-Sub", "person:1")}
	answer := g.send(s)
	if answer.status != http.StatusOK || answer.seen == nil {
		t.Fatalf("%d, %v", answer.status, answer.header)
	}
	if subject := answer.seen.header.Values("Doorward-Sub"); len(subject) != 1 || subject[0] != "person:3" || answer.seen.header.Get("Authorization") != "" {
		t.Errorf("the application saw %v", answer.seen.header)
	}
	if _, err := r.other.RevokeSessions(t.Context(), operator, authority.SessionFilter{ID: session.Session.ID}); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; {
		if answer := g.send(s); answer.status == http.StatusUnauthorized {
			t.Logf("revoked at another node, refused after %s", time.Since(began))
			return
		}
		if time.Since(began) > time.Second {
			t.Fatal("it still passes after a second")
		}
	}
}
