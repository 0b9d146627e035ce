package gateways_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/testenv"
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

// TestApacheByProofOfPossession runs mod_oauth2 as a resource server that is not ours for access tokens bound to a key (RFC 9449).
func TestApacheByProofOfPossession(t *testing.T) {
	r := newRig(t)
	orders := r.as(t, "oauth", "key-of-the-orders")
	p := program{
		"Apache, mod_oauth2 with DPoP", "apache",
		[]string{"dpop.conf"},
		"/usr/sbin/apache2",
		func(dir string) []string { return []string{"-X", "-d", dir, "-f", "dpop.conf"} },
		[]string{"CLIENT_ID", orders.Credential().ID.String(), "CLIENT_SECRET", "key-of-the-orders"},
	}
	g := gateway{r, t, p.start(t, r.doorward, r.application.address)}

	holder, other := testenv.NewHolder(t), testenv.NewHolder(t)
	issued, err := r.here.IssueAccessToken(t.Context(), orders, authority.AccessTokenRequest{
		Resource: "http://" + r.doorward + "/audiences/1", Thumbprint: holder.Thumbprint,
	})
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + g.address + "/orders"
	proved := func(by testenv.Holder, id, method string) sent {
		return sent{path: "/orders", header: http.Header{
			"Authorization": {"DPoP " + issued.Token.Reveal()}, "Dpop": {by.Proof(issued.Token, id, method, url, time.Now()).Reveal()},
		}}
	}
	for name, s := range map[string]sent{
		"no proof":            {path: "/orders", header: http.Header{"Authorization": {"DPoP " + issued.Token.Reveal()}}},
		"as a bearer":         {path: "/orders", header: http.Header{"Authorization": {"Bearer " + issued.Token.Reveal()}}},
		"another key's proof": proved(other, "one", http.MethodGet),
		"another method's":    proved(holder, "two", http.MethodPost),
	} {
		if answer := g.send(s); answer.status != http.StatusUnauthorized || answer.seen != nil {
			t.Errorf("%s: %d, the application saw %+v", name, answer.status, answer.seen)
		}
	}
	once := proved(holder, "three", http.MethodGet)
	if answer := g.send(once); answer.status != http.StatusOK || answer.seen == nil {
		t.Errorf("with its proof: %d, %v", answer.status, answer.header)
	}
	if answer := g.send(once); answer.status != http.StatusUnauthorized {
		t.Errorf("the same proof again: %d", answer.status)
	}
}
