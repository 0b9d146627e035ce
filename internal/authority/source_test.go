package authority_test

import (
	"net/netip"
	"testing"

	"github.com/doorward/doorward/internal/authority"
)

func TestSourcePrefix(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":                      "192.0.2.7/32",
		"::ffff:192.0.2.7":               "192.0.2.7/32",
		"2001:db8:1:2:3:4:5:6":           "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff:ffff:ffff:ff": "2001:db8:1:2::/64",
		"fe80::1%eth0":                   "fe80::/64",
		"::1":                            "::/64",
	} {
		if got := authority.SourcePrefix(netip.MustParseAddr(address)); got.String() != want {
			t.Errorf("%s is in %s, not %s", address, got, want)
		}
	}
	if got := authority.SourcePrefix(netip.Addr{}); got.IsValid() {
		t.Errorf("no address is in %s", got)
	}
}
