package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestATokenIsTakenFromOnePlaceThatTheConfigurationNames(t *testing.T) {
	w := serve(t)
	mary, other := w.mary(t), w.mary(t)
	const host = "__Host-doorward-session="
	for _, c := range []struct {
		name, options, target string
		header                http.Header
		status                int
	}{
		{"bearer", "", "", bearer(mary), 200},
		{"scheme in other letter case", "", "", http.Header{"Authorization": {"bEARER " + mary}}, 200},
		{"the default cookie", "", "", http.Header{"Cookie": {host + mary}}, 200},
		{"a cookie among others", "", "", http.Header{"Cookie": {"a=b; " + host + mary + "; c=d"}}, 200},
		{"another cookie", ",cookie=doorward-session", "", http.Header{"Cookie": {"doorward-session=" + mary}}, 200},
		{"the default cookie where another is named", ",cookie=doorward-session", "", http.Header{"Cookie": {host + mary}}, 401},
		{"no cookie", ",cookie=none", "", http.Header{"Cookie": {host + mary}}, 401},
		{"a cookie in other letter case", "", "", http.Header{"Cookie": {"__host-doorward-session=" + mary}}, 401},
		{"query", ",query=token", "/x?token=" + mary, nil, 200},
		{"query among others", ",query=token", "/x?a=1&a=2&token=" + mary + "&%zz=1", nil, 200},
		{"query, escaped", ",query=token", "/x?t%6Fken=%" + hexOf(mary[0]) + mary[1:], nil, 200},
		{"query where none is named", "", "/x?token=" + mary, nil, 401},
		{"another parameter", ",query=token", "/x?session=" + mary, nil, 401},
		{"another letter case", ",query=token", "/x?Token=" + mary, nil, 401},
		{"credentials of another scheme beside", "", "", http.Header{"Authorization": {"Basic eDp5"}, "Cookie": {host + mary}}, 200},

		{"the same twice", "", "", http.Header{"Authorization": {"Bearer " + mary, "Bearer " + mary}}, 401},
		{"two", "", "", http.Header{"Authorization": {"Bearer " + mary, "Bearer " + other}}, 401},
		{"two in one header", "", "", bearer(mary + ", Bearer " + mary), 401},
		{"bearer and cookie", "", "", with(bearer(mary), "Cookie", host+mary), 401},
		{"bearer and an empty cookie", "", "", with(bearer(mary), "Cookie", host), 401},
		{"bearer and query", ",query=token", "/x?token=" + mary, bearer(mary), 401},
		{"bearer and an empty query", ",query=token", "/x?token=", bearer(mary), 401},
		{"two cookies", "", "", http.Header{"Cookie": {host + mary + "; " + host + mary}}, 401},
		{"twice in the query", ",query=token", "/x?token=" + mary + "&token=" + mary, nil, 401},
		{"bearer and a cookie that is not looked at", ",cookie=none", "", with(bearer(mary), "Cookie", host+mary), 200},

		{"none", "", "", nil, 401},
		{"an empty bearer", "", "", bearer(""), 401},
		{"only the scheme", "", "", http.Header{"Authorization": {"Bearer"}}, 401},
		{"two spaces", "", "", bearer(" " + mary), 401},
		{"a space behind", "", "", bearer(mary + " x"), 401},
		{"a tab", "", "", bearer(mary + "\tx"), 401},
		{"outside ASCII", "", "", bearer(mary + "é"), 401},
		{"other letter case", "", "", bearer(strings.ToLower(mary)), 401},
		{"cut", "", "", bearer(mary[1:]), 401},
		{"twice over", "", "", bearer(mary + mary), 401},
		{"one of nobody", "", "", bearer("0123456789ABCDEF0123456789ABCDEF"), 401},
		{"a broken escape in the query", ",query=token", "/x?token=" + mary + "%zz", nil, 401},
		{"16 KiB", "", "", bearer(strings.Repeat("A", 16<<10)), 401},
		{"a key", "", "", bearer("C0FFEE00C0FFEE00C0FFEE00C0FFEE00"), 401},
		{"a manager's key", "", "", bearer("vY5fwetestK3gJXZH5uHCw"), 401},
		{"an audience's key", "", "", bearer("demo-b2b-portal-redeem-key"), 401},
		{"scheme DPoP without a proof", "", "", http.Header{"Authorization": {"DPoP " + mary}}, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := c.target
			if target == "" {
				target = "/x"
			}
			got := w.want(t, c.status, http.MethodGet, verify+"from=request"+c.options+target, c.header)
			if c.status == 401 && !strings.Contains(got.Header.Get("WWW-Authenticate"), `realm="doorward"`) {
				t.Errorf("the challenge is %q", got.Header.Get("WWW-Authenticate"))
			}
		})
	}
	w.want(t, 200, http.MethodGet, verify+"from=forwarded,query=token", http.Header{"X-Forwarded-Method": {"GET"}, "X-Forwarded-Uri": {"/x?token=" + mary}})
	w.want(t, 200, http.MethodGet, verify+"from=original,query=token", http.Header{"X-Original-Method": {"GET"}, "X-Original-Url": {"https://shop.test/x?token=" + mary}})
	w.want(t, 403, http.MethodGet, verify+"from=original,query=token", http.Header{"X-Original-Method": {"GET"}, "X-Original-Url": {"x?token=" + mary}})
	w.want(t, 400, http.MethodGet, verify+"from=original,query=token", http.Header{"X-Original-Method": {"GET"}})
}

func hexOf(c byte) string { return string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]) }

func TestTheChallengeSaysWhatWouldHelp(t *testing.T) {
	w := serve(t)
	mary := w.mary(t)
	const metadata = `resource_metadata="http://doorward.test/.well-known/oauth-protected-resource`
	for _, c := range []struct {
		options string
		header  http.Header
		want    string
	}{
		{"", nil, `Bearer realm="doorward", ` + metadata + `", DPoP algs="ES256 EdDSA RS256"`},
		{",audience=7", nil, `Bearer realm="doorward", ` + metadata + `/audiences/7", DPoP algs="ES256 EdDSA RS256"`},
		{"", bearer("x"), `Bearer realm="doorward", error="invalid_token", ` + metadata + `"`},
		{"", with(bearer("x"), "Authorization", "Bearer y"), `Bearer realm="doorward", error="invalid_request", ` + metadata + `"`},
		{"", http.Header{"Authorization": {"DPoP x"}}, `DPoP realm="doorward", algs="ES256 EdDSA RS256", error="invalid_dpop_proof", ` + metadata + `"`},
		{"", http.Header{"Authorization": {"DPoP x"}, "Dpop": {"x"}, "X-Forwarded-Proto": {"https"}}, `DPoP realm="doorward", algs="ES256 EdDSA RS256", error="invalid_token", ` + metadata + `"`},
		{",permission=a%20b,permission=c%22d%5Ce", bearer(mary), `Bearer realm="doorward", error="insufficient_scope", scope="a%20b c%22d%5Ce", ` + metadata + `"`},
		{",account=required", bearer(mary), `Bearer realm="doorward", error="insufficient_scope", ` + metadata + `"`},
	} {
		got := w.ask(t, http.MethodGet, verify+"from=request"+c.options+"/x", c.header)
		if challenges := got.Header.Values("WWW-Authenticate"); len(challenges) != 1 || challenges[0] != c.want {
			t.Errorf("%s %v: %q, want %q", c.options, c.header, challenges, c.want)
		}
	}
}
