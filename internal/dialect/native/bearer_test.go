package native

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
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
		if len(given) < 7 || given[6:] != " "+got.Reveal() || !dialect.IsScheme(given[:6], dialect.SchemeBearer) {
			t.Fatalf("%q was read as %q", given, got.Reveal())
		}
	})
}

func TestTheChallengeNamesAnErrorOnlyWhenATokenWasPresented(t *testing.T) {
	const plain, invalid = `Bearer realm="doorward"`, `Bearer realm="doorward", error="invalid_token"`
	const proofs = `DPoP realm="doorward", algs="ES256 EdDSA RS256"`
	const unproved = `DPoP realm="doorward", error="invalid_token", algs="ES256 EdDSA RS256"`
	for _, c := range []struct {
		path  string
		given []string
		want  []string
	}{
		{"/v1/limits", nil, []string{plain, proofs}},
		{"/v1/limits", []string{"Basic Zm9v"}, []string{plain, proofs}},
		{"/v1/limits", []string{"Bearer wrong"}, []string{invalid, proofs}},
		{"/v1/limits", []string{"bearer  malformed"}, []string{invalid, proofs}},
		{"/v1/limits", []string{"Bearer a", "Bearer b"}, []string{invalid, proofs}},
		{"/v1/limits", []string{"dpop a"}, []string{unproved}},
		{"/v1/session", nil, []string{plain}},
		{"/v1/session", []string{"Bearer wrong"}, []string{invalid}},
		{"/v1/session", []string{"DPoP wrong"}, []string{plain}},
		{"/v1/login-tokens/redeem", nil, []string{plain}},
	} {
		r := &http.Request{URL: &url.URL{Path: c.path}, Header: http.Header{"Authorization": c.given}}
		if got := challenges(r, fault.New(fault.Unauthenticated, "", "")); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %q, want %q", c.path, c.given, got, c.want)
		}
	}
}
