package facts

import (
	"sync"
	"sync/atomic"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// fact is the text of a secret.Fact.
type fact [12]byte

func factOf(kind authority.FeedKind, key string) (f fact) {
	secret.AppendFact(f[:0], string(kind), key)
	return f
}

// changesHeld bounds the facts of which it is remembered when they last changed.
const changesHeld = 100_000

// changed is a fact that has changed.
type changed struct {
	fact
	session authority.SessionID // if it is one
}

func changedOf(kind authority.FeedKind, key string) changed {
	c := changed{fact: factOf(kind, key)}
	if kind == authority.FeedSession {
		id, _ := secret.ParseID(key) // of what is none, none is remembered
		c.session = authority.SessionID(id)
	}
	return c
}

// changes is what has been said to have changed, and in which order.
type changes struct {
	said       atomic.Uint64 // how much
	remembered forgets       // what has changed of it as soon as it is said

	mu    sync.RWMutex
	last  map[fact]uint64
	floor uint64 // what was read before so much had been said may have changed
}

// forgets is what does not look into changes later on: it is told of each before it counts as said.
type forgets interface {
	forget(one changed)
	forgetAll()
}

func newChanges(remembered forgets) *changes {
	return &changes{last: map[fact]uint64{}, remembered: remembered}
}

// mark says that facts have changed.
func (c *changes) mark(all ...changed) {
	if len(all) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.said.Load() + 1
	if len(c.last)+len(all) > changesHeld {
		clear(c.last)
		c.floor = now
	}
	for _, one := range all {
		c.last[one.fact] = now
		c.remembered.forget(one)
	}
	c.said.Store(now) // last: who sees it sees the facts too
}

// reset says that anything may have changed.
func (c *changes) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.last)
	c.remembered.forgetAll()
	c.floor = c.said.Load() + 1
	c.said.Store(c.floor)
}

// meanwhile runs do while nothing changes, and tells it whether one of these facts has since so much had been said.
func (c *changes) meanwhile(said uint64, facts []fact, do func(changed bool)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	do(c.sinceLocked(said, facts))
}

// since reports whether one of these facts has changed since so much had been said.
func (c *changes) since(said uint64, facts []fact) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.sinceLocked(said, facts)
}

func (c *changes) sinceLocked(said uint64, facts []fact) bool {
	if said < c.floor {
		return true
	}
	for _, f := range facts {
		if c.last[f] > said {
			return true
		}
	}
	return false
}
