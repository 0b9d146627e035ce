package gateways_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/doorward/doorward/internal/authority"
)

// identity are the headers of an identity, which no client can write.
var identity = []string{
	"Subject", "Email", "Name", "Organisation", "Account", "Unit", "Actor", "Audience", "Permissions", "Session", "Identity",
}

// gateway is one that runs.
type gateway struct {
	*rig
	t       *testing.T
	address string
}

// sent is a request to a gateway.
type sent struct {
	method, path, body string
	header             http.Header
}

// got is what came of it: the answer, and what the application saw.
type got struct {
	status int
	header http.Header
	seen   *seen
}

func (g gateway) send(s sent) got {
	g.t.Helper()
	if s.method == "" {
		s.method = http.MethodGet
	}
	if s.path == "" {
		s.path = "/orders?status=open"
	}
	r, err := http.NewRequestWithContext(g.t.Context(), s.method, "http://"+g.address+s.path, strings.NewReader(s.body))
	if err != nil {
		g.t.Fatal(err)
	}
	maps.Copy(r.Header, s.header)
	g.application.take()
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		g.t.Fatal(err)
	}
	return got{answer.StatusCode, answer.Header, g.application.take()}
}

func bearer(redeemed authority.RedeemedLoginToken) http.Header {
	return http.Header{"Authorization": {"Bearer " + redeemed.Token.Reveal()}}
}

func with(header http.Header, name string, values ...string) http.Header {
	header = header.Clone()
	header[name] = append(header[name], values...)
	return header
}

// matrixCase is one thing that every gateway must do; it returns what was observed.
type matrixCase struct {
	name string
	play func(g gateway) string
}

var matrix = []matrixCase{
	{"no token", func(g gateway) string { return g.refused(sent{}, 401) }},
	{"good token", func(g gateway) string {
		return g.passed(sent{header: bearer(g.member(g.t, "key-of-the-orders", 1))}, ada) + ", identity seen, its signature verified"
	}},
	{"forged identity headers", func(g gateway) string {
		return g.passed(sent{header: forged(bearer(g.member(g.t, "key-of-the-orders", 1)))}, ada) + ", all stripped"
	}},
	{"forged identity headers, no token", func(g gateway) string { return g.refused(sent{header: forged(http.Header{})}, 401) }},
	{"revoked", func(g gateway) string { return g.revoked() }},
	{"another audience's token", func(g gateway) string {
		return g.refused(sent{header: bearer(g.member(g.t, "key-of-the-invoices", 2))}, 401)
	}},
	{"acting, GET", func(g gateway) string {
		want := maps.Clone(ada)
		want["Actor"] = "person:5"
		return g.passed(sent{header: bearer(g.acting(g.t))}, want) + ", actor seen"
	}},
	{"acting, POST", func(g gateway) string {
		return g.refused(sent{method: "POST", body: "x=1", header: bearer(g.acting(g.t))}, 403)
	}},
	{"acting, POST said to be GET", func(g gateway) string {
		header := bearer(g.acting(g.t))
		for _, name := range []string{"X-Original-Method", "X-Forwarded-Method"} {
			header = with(header, name, "GET")
		}
		return g.refused(sent{method: "POST", body: "x=1", header: header}, 403)
	}},
	{"acting, GET meant as DELETE", func(g gateway) string {
		return g.refused(sent{header: with(bearer(g.acting(g.t)), "X-Http-Method-Override", "DELETE")}, 403)
	}},
	{"acting, GET meant as X_HTTP_METHOD_OVERRIDE says", func(g gateway) string { return g.notOverridden("X_HTTP_METHOD_OVERRIDE") }},
	{"own account", func(g gateway) string {
		return g.passed(sent{header: with(bearer(g.member(g.t, "key-of-the-orders", 1)), "X-Account-Id", "1200")}, ada)
	}},
	{"another account", func(g gateway) string {
		return g.refused(sent{header: with(bearer(g.member(g.t, "key-of-the-orders", 1)), "X-Account-Id", "1201")}, 403)
	}},
	{"cookie", func(g gateway) string {
		token := g.member(g.t, "key-of-the-orders", 1).Token.Reveal()
		return g.passed(sent{header: http.Header{"Cookie": {"theme=dark; __Host-doorward-session=" + token}}}, ada)
	}},
	{"two tokens", func(g gateway) string {
		header := bearer(g.member(g.t, "key-of-the-orders", 1))
		token := g.member(g.t, "key-of-the-orders", 1).Token.Reveal()
		return g.refused(sent{header: with(header, "Cookie", "__Host-doorward-session="+token)}, 401)
	}},
	{"POST of 300 KiB", func(g gateway) string {
		body := string(bytes.Repeat([]byte("0123456789abcdef\r\n\x00\xff"), 15<<10))
		s := sent{method: "POST", body: body, header: bearer(g.member(g.t, "key-of-the-orders", 1))}
		answer := g.send(s)
		if answer.seen == nil || answer.seen.method != "POST" || answer.seen.body != sumOf([]byte(body)) {
			g.t.Errorf("%d, the application saw %+v", answer.status, answer.seen)
			return "the body was changed"
		}
		return "body unchanged"
	}},
	{"PROPFIND", func(g gateway) string {
		answer := g.send(sent{method: "PROPFIND", header: bearer(g.member(g.t, "key-of-the-orders", 1))})
		if answer.status != 200 || answer.seen == nil || answer.seen.method != "PROPFIND" {
			g.t.Errorf("%d, %+v", answer.status, answer.seen)
		}
		return "passes as PROPFIND"
	}},
}

var ada = map[string]string{
	"Subject": "person:3", "Email": "ada@acme.test", "Name": "Ada%20%C3%85ngstr%C3%B6m%2C%20100%20%25", "Organisation": "organisation:ORG",
	"Account": "account:1200", "Audience": "1", "Permissions": "readOrders writeOrders",
}

// forged adds every identity header, in every spelling that an application might read as one.
func forged(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range identity {
		header["X-Doorward-"+name] = []string{"forged", "forged"}
		for _, spelling := range []string{"x-doorward-" + strings.ToLower(name), "X_Doorward_" + name, "X-Doorward_" + name, "X_DOORWARD-" + name} {
			header[spelling] = []string{"forged"}
		}
	}
	return header
}

func (g gateway) refused(s sent, status int) string {
	g.t.Helper()
	answer := g.send(s)
	if answer.status != status || answer.seen != nil {
		g.t.Errorf("it is answered %d, not %d; the application saw %+v", answer.status, status, answer.seen)
	}
	if challenge := answer.header.Get("WWW-Authenticate"); status == 401 &&
		(!strings.HasPrefix(challenge, `Bearer realm="doorward"`) || !strings.Contains(challenge, "resource_metadata=")) {
		g.t.Errorf("the challenge is %q", challenge)
	}
	return "refused"
}

// notOverridden demands that the application is not told by a header in another spelling to take a GET for something else.
func (g gateway) notOverridden(spelling string) string {
	g.t.Helper()
	answer := g.send(sent{header: with(bearer(g.acting(g.t)), spelling, "DELETE")})
	if answer.seen == nil && answer.status == 403 {
		return "refused"
	}
	if answer.seen != nil {
		for name := range answer.seen.header {
			if strings.EqualFold(name, spelling) {
				g.t.Errorf("the application saw %s", name)
			}
		}
	}
	return "passes, stripped"
}

// passed demands that the application saw the identity and nothing that the client wrote in its place.
func (g gateway) passed(s sent, want map[string]string) string {
	g.t.Helper()
	answer := g.send(s)
	if answer.status != 200 || answer.seen == nil {
		g.t.Errorf("it is answered %d", answer.status)
		return "refused"
	}
	seen := answer.seen
	for _, name := range identity {
		values := seen.header.Values("X-Doorward-" + name)
		value := strings.Join(values, " and ")
		if expected, said := want[name]; said && value != expected || len(values) > 1 || strings.Contains(value, "forged") ||
			!said && !slices.Contains([]string{"Session", "Identity"}, name) && value != "" {
			g.t.Errorf("%s is %q, not %q", name, value, expected)
		}
	}
	for name, values := range seen.header {
		if slices.Contains(values, "forged") {
			g.t.Errorf("%s is what the client wrote", name)
		}
	}
	if _, said := want["Account"]; said {
		g.verify(seen.header.Get("X-Doorward-Identity"), want)
	}
	if seen.header.Get("Authorization") != "" || seen.target != "/orders?status=open" {
		g.t.Errorf("the application saw %s with %q", seen.target, seen.header.Get("Authorization"))
	}
	return "passes"
}

// verify holds the signed identity that the application saw against the published keys, as an application does.
func (g gateway) verify(text string, want map[string]string) {
	g.t.Helper()
	signed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		g.t.Errorf("the identity: %v", err)
		return
	}
	var claims struct {
		jwt.Claims
		Account string `json:"account"`
	}
	if err := signed.Claims(g.published(), &claims); err != nil {
		g.t.Errorf("the identity: %v", err)
	}
	expected := jwt.Expected{Issuer: "http://" + g.doorward, Subject: want["Subject"], AnyAudience: jwt.Audience{"http://" + g.doorward + "/audiences/1"}}
	if err := claims.Validate(expected); err != nil || claims.Account != want["Account"] {
		g.t.Errorf("the identity says %+v: %v", claims, err)
	}
}

// published returns the keys that Doorward publishes, fetched as an application does that knows its address alone.
func (g gateway) published() (keys *jose.JSONWebKeySet) {
	g.t.Helper()
	var server struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	g.fetch("http://"+g.doorward+"/.well-known/oauth-authorization-server", &server)
	if server.Issuer != "http://"+g.doorward {
		g.t.Errorf("the issuer is %s", server.Issuer)
	}
	g.fetch(server.Keys, &keys)
	return keys
}

func (g gateway) fetch(url string, into any) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		g.t.Fatalf("%s: %d, %v", url, answer.StatusCode, err)
	}
}

// revoked closes a session at another node and asks until it is refused.
func (g gateway) revoked() string {
	session := g.member(g.t, "key-of-the-orders", 1)
	s := sent{header: bearer(session)}
	g.passed(s, ada)
	if _, err := g.other.RevokeSessions(g.t.Context(), operator, authority.SessionFilter{ID: session.Session.ID}); err != nil {
		g.t.Fatal(err)
	}
	began := time.Now()
	for time.Since(began) < 5*time.Second {
		if answer := g.send(s); answer.status == 401 && answer.seen == nil {
			took := time.Since(began)
			g.t.Logf("revoked at another node, refused after %s", took)
			if took > time.Second {
				g.t.Errorf("that is too late")
			}
			return "refused within 1 s"
		}
	}
	g.t.Error("it still passes after 5 s")
	return "passes"
}
