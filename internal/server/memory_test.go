package server_test

import (
	"testing"

	"github.com/doorward/doorward/internal/server"
)

func TestTheCollectorWaitsForEnoughAndForLessOfMuch(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 1000, 1 << 20: 1000, 4 << 20: 800, 8 << 20: 400, 32 << 20: 100, 64 << 20: 50, 65 << 20: 50, 1 << 40: 50, 1<<64 - 1: 50,
	} {
		if got := server.PercentFor(live); got != want {
			t.Errorf("%d bytes live: %d%%, not %d%%", live, got, want)
		}
	}
}
