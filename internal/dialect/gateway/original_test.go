package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// nora acts for Ada at audience 3.
func (w wire) nora(t *testing.T) string {
	t.Helper()
	by := w.as(t, "activeplatform", authority.ByKey(secret.Of("vY5fwetestK3gJXZH5uHCw")))
	minted, err := w.env.Authority.MintLoginToken(t.Context(), by, authority.MintRequest{Account: tenant.Account(1200), AsOwner: true, Audience: 3})
	if err != nil {
		t.Fatal(err)
	}
	panel := w.as(t, "native", authority.ByKey(secret.Of("demo-control-panel-redeem-key")))
	redeemed, err := w.env.Authority.RedeemLoginToken(t.Context(), panel, authority.RedeemRequest{Token: minted.Text})
	if err != nil {
		t.Fatal(err)
	}
	return redeemed.Token.Reveal()
}

// TestTheMethodIsWhatTheGatewaySaysItIs is why the configuration says where it stands: a client can write any header that
// its gateway does not set, and a gateway that asks by GET about a POST must not be believed to have said GET.
func TestTheMethodIsWhatTheGatewaySaysItIs(t *testing.T) {
	w := serve(t)
	acts := bearer(w.nora(t))
	for _, c := range []struct {
		from, method string
		header       map[string][]string
		status       int
	}{
		{"request", "GET", nil, 200},
		{"request", "POST", nil, 403},
		{"request", "POST", map[string][]string{"X-Forwarded-Method": {"GET"}, "X-Original-Method": {"GET"}}, 403},
		{"request", "GET", map[string][]string{"X-Forwarded-Method": {"POST"}}, 200},
		{"request", "GET", map[string][]string{"X-HTTP-Method-Override": {"GET"}}, 403},
		{"request", "GET", map[string][]string{"X-Http-Method": {"DELETE"}}, 403},
		{"request", "GET", map[string][]string{"X-Method-Override": {""}}, 403},
		{"request", "GET", map[string][]string{"X_HTTP_Method_Override": {"DELETE"}}, 403},
		{"request", "GET", map[string][]string{"X-HTTP_Method": {"DELETE"}}, 403},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {"HEAD"}}, 200},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {"POST"}}, 403},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {"POST"}, "X-Original-Method": {"GET"}}, 403},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {"GET, POST"}}, 403},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {"GET", "GET"}}, 400},
		{"forwarded", "GET", map[string][]string{"X-Forwarded-Method": {""}}, 400},
		{"forwarded", "GET", map[string][]string{"X-Original-Method": {"GET"}}, 400},
		{"forwarded", "GET", nil, 400},
		{"original", "GET", map[string][]string{"X-Original-Method": {"GET"}}, 200},
		{"original", "GET", map[string][]string{"X-Original-Method": {"DELETE"}, "X-Forwarded-Method": {"GET"}}, 403},
		{"original", "GET", map[string][]string{"X-Forwarded-Method": {"GET"}}, 400},
		{"original", "GET", nil, 400},
	} {
		header := acts.Clone()
		for name, values := range c.header {
			header[http.CanonicalHeaderKey(name)] = values
		}
		w.want(t, c.status, c.method, verify+"from="+c.from+",audience=3", header)
	}
}

func TestTheAccountIsOneNumberInOneHeader(t *testing.T) {
	w := serve(t)
	header := bearer(w.member(t))
	// To many applications it is the same header, and they may believe either.
	w.want(t, 403, http.MethodGet, verify+"from=request,audience=1", with(header, "X_Account_ID", "1201"))
	w.want(t, 403, http.MethodGet, verify+"from=request,audience=1", with(with(header, "X-Account-ID", "1200"), "X_Account_ID", "1200"))
	for value, status := range map[string]int{
		"1200": 200, "1201": 403, "0": 403, "01200": 403, "+1200": 403, "1200,1200": 403, " 1200": 200, "account:1200": 403, "": 403, "9223372036854775808": 403, "-1": 403,
	} {
		got := w.want(t, status, http.MethodGet, verify+"from=request,audience=1", with(header, "X-Account-ID", value))
		if status == 200 && got.Header.Get("X-Doorward-Account") != "account:1200" {
			t.Errorf("%q: %v", value, got.Header)
		}
	}
	w.want(t, 403, http.MethodGet, verify+"from=request,audience=1", with(header, "X-Account-ID", "1200", "1200"))
}

func TestAProofOfPossessionNamesTheURLThatTheClientSees(t *testing.T) {
	w := serve(t)
	w.env.Apply(t, "version: 1\naudiences: [{id: 2, name: WebAPI, kind: api, lifetime: {default: 30s}, access_token: {format: opaque}}]")
	key := testenv.NewHolder(t)
	by := w.as(t, "pulse", authority.ByKeyPair(secret.Of("apiKey-3f9a1c2b7d4e"), secret.Of("demo-secret-0123456789abcdef")))
	issued, err := w.env.Authority.IssueAccessToken(t.Context(), by, authority.AccessTokenRequest{Resource: testenv.InstallationURL + "/audiences/2", Thumbprint: key.Thumbprint})
	if err != nil {
		t.Fatal(err)
	}
	token, now := issued.Token, w.env.Clock.Now()
	const url = "https://shop.test/orders"
	forwarded := http.Header{"X-Forwarded-Method": {"POST"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"shop.test"}, "X-Forwarded-Uri": {"/orders?a=1"}}
	original := http.Header{"X-Original-Method": {"POST"}, "X-Original-Url": {url + "?a=1"}}
	for i, c := range []struct {
		from   string
		header http.Header
		proven string
		status int
	}{
		{"forwarded", forwarded, url, 200},
		{"forwarded", forwarded, "https://shop.test/invoices", 401},
		{"forwarded", forwarded, "http://shop.test/orders", 401},
		{"forwarded", http.Header{"X-Forwarded-Method": {"POST"}, "X-Forwarded-Uri": {"/orders"}}, url, 400},
		{"original", original, url, 200},
		{"original", original, "https://evil.test/orders", 401},
		{"original", http.Header{"X-Original-Method": {"POST"}, "X-Original-Url": {"/orders"}}, url, 400},
		{"original", http.Header{"X-Original-Method": {"POST"}}, url, 400},
	} {
		header := c.header.Clone()
		header.Set("Authorization", "DPoP "+token.Reveal())
		header.Set("DPoP", key.Proof(token, string(rune('a'+i)), "POST", c.proven, now.Add(-time.Second)).Reveal())
		got := w.want(t, c.status, http.MethodGet, verify+"from="+c.from+",audience=2", header)
		if c.status == 401 && got.Header.Get("WWW-Authenticate")[:5] != "DPoP " {
			t.Errorf("the challenge is %q", got.Header.Get("WWW-Authenticate"))
		}
		header.Set("Authorization", "Bearer "+token.Reveal())
		w.want(t, 401, http.MethodGet, verify+"from="+c.from+",audience=2", header)
		header.Set("Authorization", "DPoP "+token.Reveal())
		header.Del("DPoP")
		w.want(t, 401, http.MethodGet, verify+"from="+c.from+",audience=2", header)
	}
}
