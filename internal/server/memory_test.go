package server_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/server"
)

const mib, gib = 1 << 20, 1 << 30

func TestTheCollectorWaitsForEnoughAndForHalfOfWhatItLooksThrough(t *testing.T) {
	for _, c := range []struct {
		live, scannable uint64
		want            int
	}{
		{0, 0, 1000},
		{mib, mib, 1000},
		{32 * mib, 32 * mib, 300},
		{64 * mib, 64 * mib, 150},
		{128 * mib, 16 * mib, 37}, // most of it sessions: 176 MiB together
		{160 * mib, 16 * mib, 20},
		{192 * mib, 16 * mib, 16},
		{192 * mib, 192 * mib, 50},
		{1 << 40, 1 << 40, 50},
		{1 << 30, 64 * mib, 3},
		{1 << 30, 512 * mib, 25},
		{1 << 40, mib, 1},
	} {
		if got := server.Percents(16*gib, server.Collected{Live: c.live, Scannable: c.scannable})[0]; got != c.want {
			t.Errorf("%d bytes live, %d to look through: %d%%, not %d%%", c.live, c.scannable, got, c.want)
		}
	}
	if got := server.Percents(gib, server.Collected{Live: 64 * mib, Scannable: 64 * mib})[0]; got != 100 { // a sixteenth of the memory
		t.Errorf("with little memory: %d%%", got)
	}
}

func TestACollectorThatTakesMuchIsLetWaitForLonger(t *testing.T) {
	at := func(collecting, processor float64) server.Collected {
		return server.Collected{Live: 160 * mib, Scannable: 32 * mib, Collecting: collecting, Processor: processor}
	}
	for name, c := range map[string]struct {
		memory uint64
		after  []server.Collected
		want   []int
	}{
		"much, up to a bound":         {16 * gib, []server.Collected{at(2, 10), at(4, 20), at(6, 30), at(8, 40)}, []int{40, 80, 80, 80}},
		"less memory, a lower one":    {gib, []server.Collected{at(2, 10), at(4, 20), at(6, 30), at(8, 40)}, []int{40, 40, 40, 40}},
		"little memory, none":         {64 * mib, []server.Collected{at(2, 10), at(4, 20), at(6, 30), at(8, 40)}, []int{20, 20, 20, 20}},
		"neither much nor little":     {16 * gib, []server.Collected{at(2, 10), at(2.8, 20), at(3.6, 30)}, []int{40, 40, 40}},
		"little, down to a bound":     {16 * gib, []server.Collected{at(2, 10), at(4, 20), at(4.1, 30), at(4.2, 40), at(4.3, 50)}, []int{40, 80, 40, 20, 20}},
		"nothing is known of no time": {16 * gib, []server.Collected{at(2, 10), at(2, 10), at(2.9, 10.9)}, []int{40, 40, 40}},
		"but of several together":     {16 * gib, []server.Collected{at(2, 10), at(2.3, 10.6), at(2.6, 11.2)}, []int{40, 40, 80}},
	} {
		if got := server.Percents(c.memory, c.after...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestEachCollectionIsToldOf(t *testing.T) {
	collected := make(chan struct{}, 1)
	server.TellOfCollections(t.Context(), collected)
	for range 3 {
		runtime.GC()
		select {
		case <-collected:
		case <-time.After(10 * time.Second):
			t.Fatal("it is not")
		}
	}
}
