package native

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
)

func TestAnIdempotencyKeyIsOneHeaderOf1To255VisibleCharacters(t *testing.T) {
	longest := strings.Repeat("k", maxIdempotencyKey)
	for _, c := range []struct {
		name  string
		given []string
		key   string
		bad   bool
	}{
		{"absent", nil, "", false},
		{"one character", []string{"k"}, "k", false},
		{"as the IETF draft quotes it", []string{`"8e03978e"`}, `"8e03978e"`, false},
		{"longest", []string{longest}, longest, false},
		{"too long", []string{longest + "k"}, "", true},
		{"empty", []string{""}, "", true},
		{"space", []string{"a b"}, "", true},
		{"outside ASCII", []string{"é"}, "", true},
		{"control character", []string{"a\x7f"}, "", true},
		{"twice", []string{"a", "a"}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, err := parseIdempotencyKey(http.Header{idempotencyHeader: c.given})
			if key != c.key || (err != nil) != c.bad {
				t.Errorf("%q, %v", key, err)
			}
			if c.bad && fault.As(err).Parameter != idempotencyHeader {
				t.Errorf("the fault names %q", fault.As(err).Parameter)
			}
		})
	}
}
