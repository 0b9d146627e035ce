package authority

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/audit"
)

// Refusals past these budgets a minute are counted instead of recorded one by one,
// so that strangers cannot fill the disk.
const (
	refusalsPerSource = 30
	refusalsPerMinute = 600
	refusalSources    = 10_000
)

// refusals decides which refusals are recorded singly and counts the others.
type refusals struct {
	mu      sync.Mutex
	since   time.Time
	total   int
	sources map[netip.Prefix]int
	counted map[refusalClass]int64
}

type refusalClass struct {
	act     audit.Act
	reason  string
	dialect string
	source  netip.Addr
}

func newRefusals() *refusals {
	return &refusals{sources: map[netip.Prefix]int{}, counted: map[refusalClass]int64{}}
}

// admit reports whether the refusal is to be recorded singly; otherwise it was counted.
func (r *refusals) admit(e audit.Event, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) >= time.Minute || now.Before(r.since) {
		r.since, r.total = now, 0
		clear(r.sources)
	}
	source := SourcePrefix(e.Source)
	if r.total < refusalsPerMinute && r.sources[source] < refusalsPerSource {
		r.total++
		r.sources[source]++
		return true
	}
	r.count(refusalClass{act: e.Act, reason: e.Reason, dialect: e.Dialect, source: source.Addr()}, 1)
	return false
}

// count adds to a class; beyond a number of classes those of all other sources are one.
func (r *refusals) count(class refusalClass, n int64) {
	if _, known := r.counted[class]; !known && len(r.counted) >= refusalSources {
		class.source = netip.Addr{}
	}
	r.counted[class] += n
}

func (r *refusals) take() map[refusalClass]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.counted) == 0 {
		return nil
	}
	taken := r.counted
	r.counted = map[refusalClass]int64{}
	return taken
}

func (r *refusals) putBack(taken map[refusalClass]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for class, n := range taken {
		r.count(class, n)
	}
}

// FlushRefusals records the refusals that were only counted; the server calls it every few seconds and when it stops.
func (a *Authority) FlushRefusals(ctx context.Context) error {
	taken := a.refusals.take()
	if taken == nil {
		return nil
	}
	for batch := range slices.Chunk(slices.Collect(maps.Keys(taken)), flushBatch) {
		err := a.store.Change(ctx, func(_ context.Context, tx Tx) error {
			for _, class := range batch {
				e := Origin{Dialect: class.dialect, Source: class.source}.event(class.act)
				e.Outcome, e.Reason, e.Count = audit.Denied, class.reason, taken[class]
				a.append(tx, e)
			}
			return nil
		})
		if err != nil {
			a.refusals.putBack(taken)
			return err
		}
		for _, class := range batch {
			delete(taken, class)
		}
	}
	return nil
}

// SourcePrefix returns what one party at an address usually controls: the address in IPv4, a /64 in IPv6.
func SourcePrefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
