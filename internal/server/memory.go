package server

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
)

const (
	// leastHeadroom is how much garbage may collect before it is collected, at least. What lives in a small installation is
	// a few MiB, and as much garbage again is a moment's requests: collecting each time cost a fifth of all work (measured).
	leastHeadroom = 32 << 20
	// Up to usualHeap of what lives and garbage together, more may collect: a collection makes everybody wait who comes
	// meanwhile where the processors are busy, and so p99 is a matter of how many there are.
	usualHeap     = 176 << 20
	usualHeadroom = 96 << 20
	// mostHeadroom is for garbage that comes faster than that: each password that is hashed leaves 19 MiB, and a collection
	// for every second one took a quarter of the core. It is never more than a part of the memory.
	mostHeadroom   = 128 << 20
	partOfHeadroom = 16
	usualPercent   = 100 // Go's own
	mostPercent    = 1000
)

// A collector that took more than the first part of all processor time in the last second is let wait twice as long; one
// that took less than the second, half as long.
const (
	muchCollecting   = 1. / 10
	littleCollecting = 1. / 32
	judgedAfter      = 1. // second of processor time
)

// keepHeadroomUntil lets the collector wait until there is enough to collect, until ctx ends. Who sets GOGC knows better.
// What is set is a part of what lives, so that it is looked at after each collection: while passwords are hashed, what
// lives is several times as much from one to the next.
func (s *Server) keepHeadroomUntil(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(usualPercent)) // as it was before
	collected := make(chan struct{}, 1)
	tellOfCollections(ctx, collected)
	h, set := headroomOf(s.config.Memory.OfNode), 0
	for {
		// Setting it stops everything for a moment, and so is done only where it makes a difference.
		if next := h.next(readHeap()); next > set+set/8 || next < set-set/8 {
			debug.SetGCPercent(next)
			set = next
		}
		select {
		case <-collected:
		case <-ctx.Done():
			return
		}
	}
}

// tellOfCollections tells after each collection, until ctx ends: what nobody holds is found by each.
func tellOfCollections(ctx context.Context, collected chan<- struct{}) {
	type unheld [2]uint64 // smaller ones share their memory with others, which may be held
	runtime.AddCleanup(&unheld{}, func(struct{}) {
		select {
		case collected <- struct{}{}:
		default:
		}
		if ctx.Err() == nil {
			tellOfCollections(ctx, collected)
		}
	}, struct{}{})
}

// heap is what the runtime tells.
type heap struct {
	live, scannable       uint64  // bytes after the last collection, and how many the collector looks through: sessions are not
	collecting, processor float64 // seconds until then; what the collector does with processors that are idle does not count
}

func readHeap() heap {
	samples := []runtimemetrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/scan/heap:bytes"}, // and what has come since
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
	}
	runtimemetrics.Read(samples)
	live, seconds := samples[0].Value.Uint64(), func(i int) float64 { return samples[i].Value.Float64() }
	return heap{live, min(samples[1].Value.Uint64(), live), seconds(2) - seconds(3), seconds(4)}
}

// headroom is how much garbage may collect.
type headroom struct {
	bytes, most uint64
	judged      heap
}

func headroomOf(memory uint64) *headroom {
	return &headroom{bytes: leastHeadroom, most: min(max(memory/partOfHeadroom, leastHeadroom), mostHeadroom)}
}

// next returns how much may be added to what lives, in percent of it: half of what has to be looked through, what is usual,
// or the headroom.
func (h *headroom) next(now heap) (percent int) {
	if time := now.processor - h.judged.processor; time >= judgedAfter {
		switch part := (now.collecting - h.judged.collecting) / time; {
		case part > muchCollecting:
			h.bytes = min(2*h.bytes, h.most)
		case part < littleCollecting:
			h.bytes = max(h.bytes/2, leastHeadroom)
		}
		h.judged = now
	}
	if now.live == 0 {
		return mostPercent
	}
	usual := min(usualHeap-min(now.live, usualHeap), usualHeadroom, h.most)
	return int(min(max(max(usual, h.bytes, now.scannable/2)*100/now.live, 1), mostPercent))
}
