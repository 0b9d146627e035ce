package limit_test

import (
	"os"
	"path/filepath"
	"testing"
)

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
