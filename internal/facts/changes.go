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
	copy(f[:], secret.Fact(string(kind), key))
	return f
}

// changesHeld bounds the facts of which it is remembered when they last changed.
const changesHeld = 100_000

// changes is what has been said to have changed, and in which order.
type changes struct {
	said atomic.Uint64 // how much

	mu    sync.RWMutex
	last  map[fact]uint64
	floor uint64 // what was read before so much had been said may have changed
}

func newChanges() *changes { return &changes{last: map[fact]uint64{}} }

// mark says that facts have changed.
func (c *changes) mark(facts ...fact) {
	if len(facts) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.said.Load() + 1
	if len(c.last)+len(facts) > changesHeld {
		clear(c.last)
		c.floor = now
	}
	for _, f := range facts {
		c.last[f] = now
	}
	c.said.Store(now) // last: who sees it sees the facts too
}

// reset says that anything may have changed.
func (c *changes) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.last)
	c.floor = c.said.Load() + 1
	c.said.Store(c.floor)
}

// since reports whether one of these facts has changed since so much had been said.
func (c *changes) since(said uint64, facts []fact) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
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
