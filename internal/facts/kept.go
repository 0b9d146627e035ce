package facts

import (
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
)

// fewFacts is how many facts most values depend on at most.
const fewFacts = 5

// dated is part of every remembered value, and of the same piece of memory: the facts that it depends on, and when it was
// known to hold.
type dated struct {
	depends []fact
	few     [fewFacts]fact
	said    atomic.Uint64 // how much had been said then
}

// value is what is remembered.
type value interface {
	facts(to []fact) []fact // appends those that it depends on, some perhaps twice
	date() *dated
}

func (d *dated) date() *dated { return d }

// remember is for a value that was read when so much had been said, and that nobody else has yet.
func remember(v value, said uint64) {
	d := v.date()
	d.depends = d.few[:0]
	for _, f := range v.facts(make([]fact, 0, 2*fewFacts)) {
		if len(d.depends) > fewFacts || !slices.Contains(d.depends, f) { // of many, some may be there twice
			d.depends = append(d.depends, f)
		}
	}
	d.said.Store(said)
}

// holds reports whether nothing that the value depends on has changed. Most of the time nothing at all has.
func (d *dated) holds(changes *changes) bool {
	now, said := changes.said.Load(), d.said.Load()
	if said >= now {
		return true
	}
	if changes.since(said, d.depends) {
		return false
	}
	d.said.CompareAndSwap(said, now) // as of when now was read: before it was looked at what has changed
	return true
}

// kept remembers values of one kind, up to a number of them.
type kept[K comparable, V value] struct {
	values  *otter.Cache[K, V]
	offered *lately[K] // nil where none are offered
	changes *changes
}

func keep[K comparable, V value](size int, c *changes) kept[K, V] {
	return kept[K, V]{otter.Must(&otter.Options[K, V]{MaximumSize: size}), nil, c}
}

// keepOffered is for values that are offered.
func keepOffered[K comparable, V value](size int, c *changes) kept[K, V] {
	k := keep[K, V](size, c)
	k.offered = newLately[K]()
	return k
}

// get returns what is remembered under a key, if it still holds.
func (k kept[K, V]) get(key K) (v V, ok bool) {
	found, ok := k.values.GetIfPresent(key)
	if !ok || !found.date().holds(k.changes) {
		return v, false
	}
	return found, true
}

// put remembers a value that was read when so much had been said.
func (k kept[K, V]) put(key K, v V, said uint64) {
	remember(v, said)
	k.values.Set(key, v)
}

// offer remembers a value that can be put together again, as put does, if it was offered lately.
func (k kept[K, V]) offer(key K, v V, said uint64) {
	if k.offered.again(key) {
		k.put(key, v, said)
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
