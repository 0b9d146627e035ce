package authority_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/doorward/doorward/internal/authority"
)

func TestNamesAreComparedByAsciiCaseAndNFCOnly(t *testing.T) {
	for name, want := range map[string]string{
		"Owner@ACME.test":        "owner@acme.test",
		"Zoe\u0301@acme.test":    "zo\u00e9@acme.test",
		"ZO\u00c9@acme.test":     "zo\u00c9@acme.test", // a letter outside ASCII keeps its case
		"\u0130stanbul":          "\u0130stanbul",      // strings.ToLower gives an ASCII i
		"\u0131":                 "\u0131",
		"\uff21\uff22\uff23":     "\uff21\uff22\uff23", // fullwidth ABC
		"stra\u00dfe":            "stra\u00dfe",
		"\u017f":                 "\u017f", // strings.EqualFold matches the long s with s
		"two words":              "two words",
		strings.Repeat("A", 254): strings.Repeat("a", 254),
	} {
		if got, ok := authority.Canonical(name); !ok || got != want {
			t.Errorf("%q: %q, %t; want %q", name, got, ok, want)
		}
	}
}

func TestSomeNamesNobodyCanHave(t *testing.T) {
	for what, name := range map[string]string{
		"empty":                        "",
		"NUL":                          "nul\x00@acme.test",
		"a line break":                 "a\nb",
		"DEL":                          "a\x7f",
		"a C1 control":                 "a\u0085b",
		"right-to-left override":       "user\u202etset.emca@",
		"zero width space":             "us\u200ber",
		"byte order mark":              "\ufeffuser",
		"soft hyphen":                  "us\u00ader",
		"private use":                  "us\ue000er",
		"trailing space":               "user ",
		"leading space":                " user",
		"trailing no-break space":      "user\u00a0",
		"trailing ideographic space":   "user\u3000",
		"not UTF-8":                    "us\xffer",
		"an overlong encoding":         "us\xc0\xafer",
		"a surrogate":                  "us\xed\xa0\x80er",
		"the Kelvin sign":              "\u212aelvin", // NFC makes it an ASCII K
		"a Greek question mark":        "user\u037e",  // NFC makes it a semicolon
		"255 bytes":                    strings.Repeat("a", 255),
		"longer than 254 bytes in NFC": strings.Repeat("\U0001d160", 63),
	} {
		if got, ok := authority.Canonical(name); ok || got != "" {
			t.Errorf("%s: %q is %q", what, name, got)
		}
	}
}

func FuzzACanonicalNameIsItsOwnCanonicalForm(f *testing.F) {
	for _, seed := range []string{"Owner@ACME.test", "Zoe\u0301", "\u212a", "a\u200b", strings.Repeat("\U0001d160", 63), "\u0130", " x", "\xff", "T\u0308\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		canonical, ok := authority.Canonical(name)
		if !ok {
			if canonical != "" {
				t.Fatalf("%q is refused and yet %q", name, canonical)
			}
			return
		}
		if again, ok := authority.Canonical(canonical); !ok || again != canonical {
			t.Fatalf("%q is %q, which is %q, %t", name, canonical, again, ok)
		}
		if canonical == "" || len(canonical) > authority.MaxNameLength || !utf8.ValidString(canonical) || !norm.NFC.IsNormalString(canonical) {
			t.Fatalf("%q is %q", name, canonical)
		}
		if strings.ContainsFunc(canonical, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || 'A' <= r && r <= 'Z' }) {
			t.Fatalf("%q is %q", name, canonical)
		}
		if ascii(canonical) != ascii(norm.NFC.String(name)) || ascii(canonical) && !ascii(name) {
			t.Fatalf("%q looks like %q and is not", name, canonical)
		}
		if spelled, ok := authority.Canonical(norm.NFD.String(name)); ok && spelled != canonical {
			t.Fatalf("%q is %q, decomposed it is %q", name, canonical, spelled)
		}
	})
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
