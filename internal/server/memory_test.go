package server_test

import (
	"testing"

	"github.com/doorward/doorward/internal/server"
)

func TestTheCollectorWaitsForEnoughAndForHalfOfWhatItLooksThrough(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		live, scannable uint64
		want            int
	}{
		{0, 0, 1000},
		{mib, mib, 1000},
		{4 * mib, 4 * mib, 800},
		{32 * mib, 32 * mib, 100},
		{64 * mib, 64 * mib, 50},
		{1 << 40, 1 << 40, 50},
		{128 * mib, 16 * mib, 25}, // most of it sessions
		{1 << 30, 64 * mib, 3},
		{1 << 30, 512 * mib, 25},
		{1 << 40, mib, 1},
	} {
		if got := server.PercentFor(c.live, c.scannable); got != c.want {
			t.Errorf("%d bytes live, %d to look through: %d%%, not %d%%", c.live, c.scannable, got, c.want)
		}
	}
}
