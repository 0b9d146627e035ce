package server

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

const (
	// headroom is how much garbage may collect before it is collected, at least. What lives in a small installation is a
	// few MiB, and as much garbage again is a moment's requests: collecting each time cost a fifth of all work (measured).
	headroom       = 32 << 20
	usualPercent   = 100 // Go's own
	mostPercent    = 1000
	headroomAfter  = time.Second // how often what lives is looked at
	liveMetric     = "/gc/heap/live:bytes"
	scannableMetric = "/gc/scan/heap:bytes" // what of it the collector looks through: sessions are not
)

// keepHeadroomUntil lets the collector wait until there is enough to collect, until ctx ends. Who sets GOGC knows better.
func (s *Server) keepHeadroomUntil(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(usualPercent)) // as it was before
	tick := time.NewTicker(headroomAfter)
	defer tick.Stop()
	sample, now := []runtimemetrics.Sample{{Name: liveMetric}, {Name: scannableMetric}}, 0
	for {
		runtimemetrics.Read(sample)
		// Setting it stops everything for a moment, and so is done only where it makes a difference.
		if next := percentFor(sample[0].Value.Uint64(), sample[1].Value.Uint64()); next > now+now/8 || next < now-now/8 {
			debug.SetGCPercent(next)
			now = next
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// percentFor returns how much may be added to what lives, in percent of it: half of what has to be looked through, or the
// headroom.
func percentFor(live, scannable uint64) int {
	if live == 0 {
		return mostPercent
	}
	return int(min(max(max(headroom, scannable/2)*100/live, 1), mostPercent))
}
