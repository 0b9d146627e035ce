package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// identity is every header of an identity.
var identity = []string{
	"Subject", "Email", "Name", "Organisation", "Account", "Unit", "Actor", "Audience", "Permissions", "Session", "Identity",
}

func TestEveryHeaderOfAnIdentityIsInEveryAnswerThatLetsThrough(t *testing.T) {
	w := serve(t)
	for _, c := range []struct {
		options, token string
		filled         string
	}{
		{"", w.mary(t), "Subject Email Name Organisation Unit Session Identity"},
		{",audience=1", w.member(t), "Subject Email Name Organisation Account Audience Permissions Session Identity"},
		{",audience=3", w.nora(t), "Subject Email Name Organisation Account Actor Audience Permissions Session Identity"},
	} {
		got := w.want(t, 200, http.MethodGet, verify+"from=request"+c.options, bearer(c.token))
		for _, name := range identity {
			values := got.Header.Values("X-Doorward-" + name)
			if len(values) != 1 || (values[0] != "") != strings.Contains(" "+c.filled+" ", " "+name+" ") {
				t.Errorf("%s: %s is %q", c.options, name, values)
			}
		}
		for name := range got.Header {
			if short, ours := strings.CutPrefix(name, "X-Doorward-"); ours && !strings.Contains(strings.Join(identity, " "), short) {
				t.Errorf("%s is not among those that gateways are told to copy", name)
			}
		}
		if got.Header.Get("Cache-Control") != "no-store" || !strings.Contains(got.Header.Get("Vary"), "Authorization, Cookie") {
			t.Errorf("%v", got.Header)
		}
	}
}

func TestTheSignedIdentitySaysWhatTheHeadersSay(t *testing.T) {
	w := serve(t)
	for _, c := range []struct {
		audience string
		token    string
		account  string
		want     secret.IdentityClaims
	}{
		{"1", w.member(t), "", secret.IdentityClaims{
			Subject: "person:3", Audience: "http://doorward.test/audiences/1", Scope: "readApplications writeApplications readMerchants writeMerchants readApiKeys writeApiKeys",
			Described: secret.Described{Account: "account:1200", Organisation: "organisation:CRMDEMO", Email: "owner@acme.test", Name: "Ada Acme"},
		}},
		{"3", w.nora(t), "", secret.IdentityClaims{
			Subject: "person:3", Audience: "http://doorward.test/audiences/3", Scope: "readApplications writeApplications readMerchants writeMerchants readApiKeys writeApiKeys",
			Actor:     &secret.Acting{Subject: "person:8", Email: "manager@north.test", Name: "Nora North"},
			Described: secret.Described{Account: "account:1200", Organisation: "organisation:CRMDEMO", Email: "owner@acme.test", Name: "Ada Acme"},
		}},
		{"", w.ada(t), "6591739253089529", secret.IdentityClaims{
			Subject: "person:3", Audience: "http://doorward.test", Scope: "readApplications writeApplications readMerchants writeMerchants readApiKeys writeApiKeys",
			Described: secret.Described{Account: "account:6591739253089529", Organisation: "organisation:CRMDEMO", Email: "owner@acme.test", Name: "Ada Acme"},
		}},
	} {
		options, header := "from=request", bearer(c.token)
		if c.audience != "" {
			options += ",audience=" + c.audience
		}
		if c.account != "" {
			header.Set("X-Account-Id", c.account)
		}
		got := w.want(t, 200, http.MethodGet, verify+options, header)
		claims := w.verified(t, got.Header.Get("X-Doorward-Identity"))
		if claims.ExpiresAt-claims.IssuedAt != 60 || claims.SessionID != got.Header.Get("X-Doorward-Session") || claims.Issuer != "http://doorward.test" {
			t.Errorf("%+v", claims)
		}
		claims.ID, claims.IssuedAt, claims.ExpiresAt, claims.SessionID, claims.Issuer = "", 0, 0, "", ""
		if diff := cmp.Diff(c.want, claims); diff != "" {
			t.Error(diff)
		}
	}
}

// verified holds a signed identity against the published keys, by a library that is not ours.
func (w wire) verified(t *testing.T, text string) (claims secret.IdentityClaims) {
	t.Helper()
	var keys jose.JSONWebKeySet
	if err := json.NewDecoder(w.want(t, 200, http.MethodGet, "/oauth2/jwks", nil).Body).Decode(&keys); err != nil {
		t.Fatal(err)
	}
	signed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if typ := signed.Headers[0].ExtraHeaders["typ"]; typ != "identity+jwt" {
		t.Errorf("its typ is %v", typ)
	}
	if err := signed.Claims(&keys, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAnythingThatIsRefusedCarriesNoIdentity(t *testing.T) {
	w := serve(t)
	for _, c := range []struct {
		options string
		header  http.Header
	}{
		{"", nil},
		{",audience=1", bearer(w.mary(t))},
		{",account=required", bearer(w.mary(t))},
		{",acting=refuse,audience=3", bearer(w.nora(t))},
		{",audience=x", bearer(w.mary(t))},
	} {
		got := w.ask(t, http.MethodGet, verify+"from=request"+c.options, c.header)
		for name := range got.Header {
			if got.StatusCode/100 == 2 || strings.HasPrefix(name, "X-Doorward") {
				t.Errorf("%s: %d, %s", c.options, got.StatusCode, name)
			}
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", got.Header)
		}
	}
}

func TestWhatANameHoldsSurvivesAHeaderAndCannotForgeAnother(t *testing.T) {
	w := serve(t)
	for _, name := range []string{"Ada", "Ada Ångström", "50 % off", "a,b;c", "日本", "\"quoted\"", "X: Y", "a%0D%0AX-Doorward-Actor: person:1", "😀", " "} {
		v, err := w.env.Authority.FindPrincipal(t.Context(), authority.CommandLine(authority.Origin{}), "mp@crmdemo.test")
		if err != nil {
			t.Fatal(err)
		}
		mary := v.Principal
		mary.Name = name
		err = w.env.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
			tx.PutPrincipal(mary)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := w.want(t, 200, http.MethodGet, verify+"from=request", bearer(w.mary(t)))
		text := got.Header.Get("X-Doorward-Name")
		if decoded, err := url.PathUnescape(text); err != nil || decoded != name || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == ';' }) {
			t.Errorf("%q is written %q and read %q, %v", name, text, decoded, err)
		}
		if got.Header.Get("X-Doorward-Actor") != "" {
			t.Errorf("%q names an actor", name)
		}
	}
}

func TestABrowserIsSentToSignInOnlyWhereThatIsAskedForAndAllowed(t *testing.T) {
	w := serve(t)
	page := http.Header{"Accept": {"text/html,*/*;q=0.8"}}
	const allowed = ",sign-in=https%3A%2F%2Fsign-in.test%2Fhello%3Fa%3D1"
	for _, c := range []struct {
		name, method, options string
		header                http.Header
		status                int
	}{
		{"a page", "GET", allowed, page, 303},
		{"HEAD of a page", "HEAD", allowed, page, 303},
		{"a navigation", "GET", allowed, http.Header{"Sec-Fetch-Mode": {"navigate"}}, 303},
		{"an old cookie", "GET", allowed, with(page, "Cookie", "__Host-doorward-session=old"), 303},
		{"our own origin", "GET", ",sign-in=http%3A%2F%2Fdoorward.test%2F", page, 303},
		{"our own origin in other letter case", "GET", ",sign-in=HTTP%3A%2F%2FDoorward.TEST", page, 303},
		{"a script's request", "GET", allowed, with(page, "Sec-Fetch-Mode", "cors"), 401},
		{"a form", "POST", allowed, page, 401},
		{"a program", "GET", allowed, nil, 401},
		{"with a bearer", "GET", allowed, with(page, "Authorization", "Bearer x"), 401},
		{"not asked for", "GET", "", page, 401},

		{"another origin", "GET", ",sign-in=https%3A%2F%2Fevil.test%2F", page, 400},
		{"another scheme", "GET", ",sign-in=http%3A%2F%2Fsign-in.test%2F", page, 400},
		{"another port", "GET", ",sign-in=https%3A%2F%2Fsign-in.test%3A8443%2F", page, 400},
		{"a longer host", "GET", ",sign-in=https%3A%2F%2Fsign-in.test.evil.test%2F", page, 400},
		{"a user", "GET", ",sign-in=https%3A%2F%2Fsign-in.test%40evil.test%2F", page, 400},
		{"a user before ours", "GET", ",sign-in=https%3A%2F%2Fevil%40sign-in.test%2F", page, 400},
		{"backslashes", "GET", ",sign-in=https%3A%5C%5Cevil.test%2F", page, 400},
		{"a backslash in ours", "GET", ",sign-in=https%3A%2F%2Fsign-in.test%5C%40evil.test%2F", page, 400},
		{"no scheme", "GET", ",sign-in=%2F%2Fevil.test%2F", page, 400},
		{"a path", "GET", ",sign-in=%2Fsign-in", page, 400},
		{"a script", "GET", ",sign-in=javascript%3Aalert(1)", page, 400},
		{"a line break", "GET", ",sign-in=https%3A%2F%2Fsign-in.test%2F%0D%0ASet-Cookie%3Aa%3Db", page, 400},
		{"a tab", "GET", ",sign-in=ht%09tps%3A%2F%2Fsign-in.test%2F", page, 400},
		{"a fragment", "GET", ",sign-in=https%3A%2F%2Fsign-in.test%2F%23x", page, 400},
		{"twice", "GET", allowed + allowed, page, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.want(t, c.status, c.method, verify+"from=request"+c.options+"/x", c.header)
			at := got.Header.Get("Location")
			if (c.status == 303) != (strings.HasPrefix(at, "https://sign-in.test/hello?a=1") || strings.HasPrefix(at, "http://doorward.test")) || c.status != 303 && at != "" {
				t.Errorf("it leads to %q", at)
			}
		})
	}
	w.want(t, 200, http.MethodGet, verify+"from=request"+allowed, with(page, "Cookie", "__Host-doorward-session="+w.mary(t)))
	w.want(t, 403, http.MethodGet, verify+"from=request,account=required"+allowed, with(page, "Cookie", "__Host-doorward-session="+w.mary(t)))
}
