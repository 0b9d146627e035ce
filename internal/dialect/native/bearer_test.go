package native

import (
	"net/http"
	"testing"

	"github.com/doorward/doorward/internal/fault"
)

func TestABearerSecretIsReadFromOneExactHeaderOnly(t *testing.T) {
	for _, c := range []struct {
		name   string
		given  []string
		secret string // empty: refused
	}{
		{"as the RFC writes it", []string{"Bearer abc.DEF-123"}, "abc.DEF-123"},
		{"scheme in lower case", []string{"bearer abc"}, "abc"},
		{"scheme in mixed case", []string{"bEaReR abc"}, "abc"},
		{"characters outside b64token", []string{`Bearer k!"#{y`}, `k!"#{y`},
		{"missing", nil, ""},
		{"empty", []string{""}, ""},
		{"scheme alone", []string{"Bearer"}, ""},
		{"scheme and space", []string{"Bearer "}, ""},
		{"two spaces", []string{"Bearer  abc"}, ""},
		{"tab", []string{"Bearer\tabc"}, ""},
		{"space inside", []string{"Bearer a b"}, ""},
		{"space before", []string{" Bearer abc"}, ""},
		{"control character", []string{"Bearer a\x01b"}, ""},
		{"outside ASCII", []string{"Bearer ab\u00e9"}, ""},
		{"not UTF-8", []string{"Bearer ab\xff"}, ""},
		{"another scheme", []string{"Basic abc"}, ""},
		{"a look-alike scheme", []string{"Beare\u0280 abc"}, ""},
		{"twice", []string{"Bearer abc", "Bearer abc"}, ""},
		{"beside another", []string{"Basic abc", "Bearer abc"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseBearer(http.Header{"Authorization": c.given})
			if got.Reveal() != c.secret {
				t.Errorf("secret %q, want %q", got.Reveal(), c.secret)
			}
			if c.secret == "" && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("refused with %v, want unauthenticated", err)
			}
			if c.secret != "" && err != nil {
				t.Error(err)
			}
		})
	}
}

// bearerSeeds is asserted not to be empty, so that the fuzz target cannot silently lose its corpus.
var bearerSeeds = []string{"Bearer abc", "bearer  abc", "BEARER a\x00", "Basic Zm9v", "Bearer", "Bearer é", ""}

func FuzzBearerHasOneSpelling(f *testing.F) {
	if len(bearerSeeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, seed := range bearerSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		got, err := parseBearer(http.Header{"Authorization": {given}})
		if err != nil {
			if !got.IsZero() {
				t.Fatal("a refused header gave a secret")
			}
			return
		}
		if len(given) < 7 || given[6:] != " "+got.Reveal() || !isScheme(given[:6], bearerScheme) {
			t.Fatalf("%q was read as %q", given, got.Reveal())
		}
	})
}

func TestTheChallengeNamesAnErrorOnlyWhenATokenWasPresented(t *testing.T) {
	const plain, invalid = `Bearer realm="doorward"`, `Bearer realm="doorward", error="invalid_token"`
	for _, c := range []struct {
		given []string
		want  string
	}{
		{nil, plain},
		{[]string{"Basic Zm9v"}, plain},
		{[]string{"Bearer wrong"}, invalid},
		{[]string{"bearer  malformed"}, invalid},
		{[]string{"Bearer a", "Bearer b"}, invalid},
	} {
		r := &http.Request{Header: http.Header{"Authorization": c.given}}
		if got := challenge(r); got != c.want {
			t.Errorf("%q: %s, want %s", c.given, got, c.want)
		}
	}
}
