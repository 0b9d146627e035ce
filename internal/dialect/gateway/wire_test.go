package gateway_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/gateway"
	"github.com/doorward/doorward/internal/dialect/oauth"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// wire is a gateway that asks.
type wire struct {
	env  *testenv.Env
	base string
}

// serve runs the dialect over the demo directory, once for all cases of a test, beside the one that publishes the keys.
func serve(t *testing.T) wire {
	t.Helper()
	env := testenv.New(t, "sqlite").Demo(t)
	return wire{env, env.Serve(t, gateway.New(env.Authority, options), oauth.New(env.Authority, oauth.Options{PublicURL: options.PublicURL}))}
}

// ask sends a request with its target exactly as given.
func (w wire) ask(t *testing.T, method, target string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.base, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = &url.URL{Scheme: "http", Host: r.URL.Host, Opaque: target}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body = io.NopCloser(strings.NewReader(string(body)))
	return answer
}

// want demands a status, whatever else.
func (w wire) want(t *testing.T, status int, method, target string, header http.Header) *http.Response {
	t.Helper()
	got := w.ask(t, method, target, header)
	if got.StatusCode != status {
		body, _ := io.ReadAll(got.Body)
		t.Errorf("%s %s %v: %d %s, want %d", method, target, header, got.StatusCode, body, status)
	}
	return got
}

// member is a session of Ada's at account 1200, made for audience 1.
func (w wire) member(t *testing.T) string {
	t.Helper()
	by := w.as(t, "alephee", authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	minted, err := w.env.Authority.MintLoginToken(t.Context(), by, authority.MintRequest{Account: tenant.Account(1200), Email: "owner@acme.test", Audience: 1})
	if err != nil {
		t.Fatal(err)
	}
	portal := w.as(t, "native", authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
	redeemed, err := w.env.Authority.RedeemLoginToken(t.Context(), portal, authority.RedeemRequest{Token: minted.Text})
	if err != nil {
		t.Fatal(err)
	}
	return redeemed.Token.Reveal()
}

// mary is a CRM.COM session, made for no audience, in a unit and no account.
func (w wire) mary(t *testing.T) string {
	t.Helper()
	by := w.as(t, "crmcom", authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00")))
	opened, err := w.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeUpperHex32, Lifetime: authority.Lifetimes{Absolute: time.Hour}, InUnit: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}

// ada is signed in by a password, for no audience and in no account.
func (w wire) ada(t *testing.T) string {
	t.Helper()
	by := w.as(t, "pulse", authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple")))
	opened, err := w.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}

func (w wire) as(t *testing.T, dialect string, proof authority.Proof) authority.Actor {
	t.Helper()
	by, err := w.env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: dialect}, proof)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// with returns a header with one more field.
func with(header http.Header, name string, values ...string) http.Header {
	header = header.Clone()
	header[http.CanonicalHeaderKey(name)] = append(header[http.CanonicalHeaderKey(name)], values...)
	return header
}
