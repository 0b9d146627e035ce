package facts

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
)

// dependent is what knows the facts that it depends on.
type dependent interface{ facts() []fact }

// cell is one remembered value.
type cell[V dependent] struct {
	value   V
	depends []fact
	said    atomic.Uint64 // how much had been said when the value was known to hold
}

// newCell is for a value that was read when so much had been said.
func newCell[V dependent](value V, said uint64) *cell[V] {
	c := &cell[V]{value: value, depends: value.facts()}
	c.said.Store(said)
	return c
}

// holds reports whether nothing that the value depends on has changed. Most of the time nothing at all has.
func (c *cell[V]) holds(changes *changes) bool {
	now, said := changes.said.Load(), c.said.Load()
	if said >= now {
		return true
	}
	if changes.since(said, c.depends) {
		return false
	}
	c.said.CompareAndSwap(said, now) // as of when now was read: before it was looked at what has changed
	return true
}

// kept remembers values of one kind, up to a number of them.
type kept[K comparable, V dependent] struct {
	cells   *otter.Cache[K, *cell[V]]
	offered *lately[K] // nil where none are offered
	changes *changes
}

func keep[K comparable, V dependent](size int, c *changes) kept[K, V] {
	return kept[K, V]{otter.Must(&otter.Options[K, *cell[V]]{MaximumSize: size}), nil, c}
}

// keepOffered is for values that are offered.
func keepOffered[K comparable, V dependent](size int, c *changes) kept[K, V] {
	k := keep[K, V](size, c)
	k.offered = newLately[K]()
	return k
}

// get returns what is remembered under a key, if it still holds.
func (k kept[K, V]) get(key K) (value V, ok bool) {
	c, ok := k.cells.GetIfPresent(key)
	if !ok || !c.holds(k.changes) {
		return value, false
	}
	return c.value, true
}

// put remembers a value that was read when so much had been said.
func (k kept[K, V]) put(key K, value V, said uint64) *cell[V] {
	c := newCell(value, said)
	k.cells.Set(key, c)
	return c
}

// offer remembers a value that can be put together again, as put does, if it was offered lately.
func (k kept[K, V]) offer(key K, value V, said uint64) {
	if k.offered.again(key) {
		k.put(key, value, said)
	}
}

// lately knows roughly which keys it was asked for lately. A key whose place another has taken since counts as new, and one
// in four thousand million is taken for another.
type lately[K comparable] struct {
	seed maphash.Seed
	last [atHand]atomic.Uint32
}

func newLately[K comparable]() *lately[K] { return &lately[K]{seed: maphash.MakeSeed()} }

// again reports whether a key was asked for lately.
func (l *lately[K]) again(key K) bool {
	hash := maphash.Comparable(l.seed, key)
	mark := uint32(hash >> 32)
	return l.last[hash%atHand].Swap(mark) == mark
}
