package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/doorward/doorward/internal/web"
)

func TestTheSourceIsTheRightMostHopThatIsNoTrustedProxy(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ff::/48")}
	for _, c := range []struct {
		peer      string
		forwarded []string
		trusted   []netip.Prefix
		want      string
	}{
		{"192.0.2.1:5", nil, nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9"}, nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9"}, proxies, "192.0.2.1"}, // not from a proxy: the client wrote it
		{"10.0.0.1:5", []string{"203.0.113.9"}, proxies, "203.0.113.9"},
		{"10.0.0.1:5", []string{"1.1.1.1, 203.0.113.9, 10.0.0.7"}, proxies, "203.0.113.9"},
		{"10.0.0.1:5", []string{"1.1.1.1", "203.0.113.9:4711"}, proxies, "203.0.113.9"},
		{"10.0.0.1:5", []string{"203.0.113.9, junk"}, proxies, "10.0.0.1"},
		{"10.0.0.1:5", nil, proxies, "10.0.0.1"},
		{"10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, proxies, "10.0.0.3"},
		{"[2001:db8:ff::1]:5", []string{"[2001:db8::7]:99"}, proxies, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:5", []string{"::ffff:203.0.113.9"}, proxies, "203.0.113.9"},
	} {
		var got netip.Addr
		handler := web.WithRecord(c.trusted...)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = web.RecordOf(r.Context()).Source
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.forwarded
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got.String() != c.want {
			t.Errorf("%s forwarding %q: %s, not %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

// TestNoOtherForwardingHeaderIsBelieved not even from a trusted proxy, which may have passed on what the client wrote.
func TestNoOtherForwardingHeaderIsBelieved(t *testing.T) {
	for _, peer := range []string{"10.0.0.1:5", "192.0.2.1:5"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		for name, value := range map[string]string{
			"Forwarded": "for=203.0.113.9;host=evil.test;proto=https", "X-Real-Ip": "203.0.113.9", "True-Client-Ip": "203.0.113.9",
			"Cf-Connecting-Ip": "203.0.113.9", "X-Client-Ip": "203.0.113.9", "X-Cluster-Client-Ip": "203.0.113.9", "Via": "203.0.113.9",
			"X-Forwarded": "203.0.113.9", "X-Original-Forwarded-For": "203.0.113.9", "X-Forwarded_for": "203.0.113.9",
		} {
			r.Header[name] = []string{value}
		}
		var got netip.Addr
		web.WithRecord(netip.MustParsePrefix("10.0.0.0/8"))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = web.RecordOf(r.Context()).Source
		})).ServeHTTP(httptest.NewRecorder(), r)
		if want := netip.MustParseAddrPort(peer).Addr(); got != want {
			t.Errorf("%s: %s", peer, got)
		}
	}
}
