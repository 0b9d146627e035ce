package server_test

import (
	"testing"

	"github.com/doorward/doorward/internal/server"
)

func TestTheCollectorWaitsForEnoughAndNeverForMoreThanLives(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 1000, 1 << 20: 1000, 6 << 20: 800, 12 << 20: 400, 48 << 20: 100, 49 << 20: 100, 1 << 40: 100, 1<<64 - 1: 100,
	} {
		if got := server.PercentFor(live); got != want {
			t.Errorf("%d bytes live: %d%%, not %d%%", live, got, want)
		}
	}
}
