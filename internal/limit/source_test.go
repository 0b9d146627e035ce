package limit_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/doorward/doorward/internal/limit"
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
		if got := limit.SourcePrefix(netip.MustParseAddr(address)); got.String() != want {
			t.Errorf("%s is in %s, not %s", address, got, want)
		}
	}
	if got := limit.SourcePrefix(netip.Addr{}); got.IsValid() {
		t.Errorf("no address is in %s", got)
	}
}

func TestFuzzCorporaAreNotEmpty(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzParseRateAcceptsOneSpelling", "*"))
	if err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds, %v", len(seeds), err)
	}
	for _, seed := range seeds {
		if info, err := os.Stat(seed); err != nil || info.Size() == 0 {
			t.Errorf("seed %s is empty, or %v", seed, err)
		}
	}
}
