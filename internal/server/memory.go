package server

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

const (
	// leastHeadroom is how much garbage may collect before it is collected, at least. What lives in a small installation is
	// a few MiB, and as much garbage again is a moment's requests: collecting each time cost a fifth of all work (measured).
	leastHeadroom = 32 << 20
	// mostHeadroom is for garbage that comes faster than that: each password that is hashed leaves 19 MiB, and a collection
	// for every second one took a quarter of the core.
	mostHeadroom  = 128 << 20
	usualPercent  = 100 // Go's own
	mostPercent   = 1000
	headroomAfter = time.Second // how often it is looked at
)

// A collector that takes more than the first part of all processor time is let wait twice as long; one that takes less than
// the second, half as long.
const (
	muchCollecting   = 1. / 8
	littleCollecting = 1. / 32
)

// keepHeadroomUntil lets the collector wait until there is enough to collect, until ctx ends. Who sets GOGC knows better.
func (s *Server) keepHeadroomUntil(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(usualPercent)) // as it was before
	tick := time.NewTicker(headroomAfter)
	defer tick.Stop()
	h := headroom{bytes: leastHeadroom}
	before, now := readHeap(), 0
	for {
		heap := readHeap()
		// Setting it stops everything for a moment, and so is done only where it makes a difference.
		if next := h.next(before, heap); next > now+now/8 || next < now-now/8 {
			debug.SetGCPercent(next)
			now = next
		}
		before = heap
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// heap is what the runtime tells as of the last collection.
type heap struct {
	live, scannable       uint64  // bytes, and how many of them the collector looks through: sessions are not
	collecting, processor float64 // seconds until then; what the collector does with processors that are idle does not count
}

func readHeap() heap {
	samples := []runtimemetrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/scan/heap:bytes"},
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
	}
	runtimemetrics.Read(samples)
	seconds := func(i int) float64 { return samples[i].Value.Float64() }
	return heap{samples[0].Value.Uint64(), samples[1].Value.Uint64(), seconds(2) - seconds(3), seconds(4)}
}

// headroom is how much garbage may collect.
type headroom struct{ bytes uint64 }

// next returns how much may be added to what lives, in percent of it: half of what has to be looked through, or the headroom.
func (h *headroom) next(before, now heap) (percent int) {
	if time := now.processor - before.processor; time > 0 { // or nothing was collected meanwhile
		switch part := (now.collecting - before.collecting) / time; {
		case part > muchCollecting:
			h.bytes = min(2*h.bytes, mostHeadroom)
		case part < littleCollecting:
			h.bytes = max(h.bytes/2, leastHeadroom)
		}
	}
	if now.live == 0 {
		return mostPercent
	}
	return int(min(max(max(h.bytes, now.scannable/2)*100/now.live, 1), mostPercent))
}
