package facts

import (
	"sync/atomic"

	"github.com/maypok86/otter/v2"
)

// dependent is what knows the facts that it depends on.
type dependent interface{ facts() []fact }

// cell is one remembered value.
type cell[V dependent] struct {
	value V
	said  atomic.Uint64 // how much had been said when the value was known to hold
}

// newCell is for a value that was read when so much had been said.
func newCell[V dependent](value V, said uint64) *cell[V] {
	c := &cell[V]{value: value}
	c.said.Store(said)
	return c
}

// holds reports whether nothing that the value depends on has changed. Most of the time nothing at all has.
func (c *cell[V]) holds(changes *changes) bool {
	now, said := changes.said.Load(), c.said.Load()
	if said >= now {
		return true
	}
	if changes.since(said, c.value.facts()) {
		return false
	}
	c.said.CompareAndSwap(said, now) // as of when now was read: before it was looked at what has changed
	return true
}

// kept remembers values of one kind, up to a number of them.
type kept[K comparable, V dependent] struct {
	cells   *otter.Cache[K, *cell[V]]
	changes *changes
}

func keep[K comparable, V dependent](size int, c *changes) kept[K, V] {
	return kept[K, V]{otter.Must(&otter.Options[K, *cell[V]]{MaximumSize: size}), c}
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
