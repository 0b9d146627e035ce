package limit_test

import (
	"testing"

	"github.com/doorward/doorward/internal/limit"
)

// BenchmarkTake is what keeping a key to its rate costs a request.
func BenchmarkTake(b *testing.B) {
	meter, err := limit.NewMeter(0, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := meter.Take(b.Context(), "v1 0123456789abcdef0123456789abcdef", 9_999_999); err != nil {
			b.Fatal(err)
		}
	}
}
