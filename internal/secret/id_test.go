package secret_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/secret"
)

func TestIDsSortByTimeAndKeepIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "first"))
		later := first.Add(time.Duration(rapid.IntRange(1, 1<<40).Draw(t, "milliseconds")) * time.Millisecond)
		a, b := secret.NewID(first), secret.NewID(later)
		if bytes.Compare(a[:], b[:]) >= 0 {
			t.Fatalf("%s is not before %s", a, b)
		}
		if !a.Time().Equal(first) {
			t.Fatalf("time is %v, not %v", a.Time(), first)
		}
	})
}

func TestIDsOfOneMomentDiffer(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	seen := map[secret.ID]bool{}
	for range 10_000 {
		seen[secret.NewID(now)] = true
	}
	if len(seen) != 10_000 {
		t.Errorf("10000 identifiers, %d different", len(seen))
	}
}

func FuzzParseIDAcceptsOneSpelling(f *testing.F) {
	f.Add("0192f0c1a2b3000102030405060708ff")
	f.Add("0192F0C1A2B3000102030405060708FF")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := secret.ParseID(text)
		if err == nil && id.String() != text {
			t.Errorf("%q is accepted and written as %q", text, id)
		}
		if err != nil && !id.IsZero() {
			t.Errorf("%q is refused with an identifier", text)
		}
	})
}

func TestParseIDReadsWhatStringWrites(t *testing.T) {
	id := secret.NewID(time.UnixMilli(1_700_000_000_000))
	if got, err := secret.ParseID(id.String()); got != id || err != nil {
		t.Errorf("ParseID gave %s, %v for %s", got, err, id)
	}
	text := id.String()
	for _, bad := range []string{"", text[1:], text + "0", " " + text[1:], text[:31] + "G", text[:31] + "\n", "A" + text[1:]} {
		if _, err := secret.ParseID(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
