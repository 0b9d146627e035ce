package client

import (
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// factBytes are what the feed and the claim "facts" name a fact with: 9 bytes of a SHA-256, 12 characters.
const factBytes = 9

// factOf names something that a token depends on, such as ("session", its ID), as the feed does.
func factOf(kind, key string) string {
	sum := sha256.Sum256([]byte("doorward-fact\x00" + kind + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(sum[:factBytes])
}

// heard is the last that the feed said of one fact.
type heard struct {
	ended   bool
	at      time.Time // by Doorward's clock
	here    time.Time // by ours, when it was heard
	ordinal uint64    // of our own counting, so that it can be compared with when an answer was asked for
}

// memory is what the feed has said within the longest lifetime of an access token. It is bounded: what does not fit
// raises the floor, so that it is asked for and never forgotten.
type memory struct {
	now  func() time.Time
	keep time.Duration
	most int

	mu      sync.RWMutex
	facts   map[string]heard
	floor   heard // everything issued at or before it has to be asked for
	ordinal uint64
	swept   time.Time
}

func newMemory(now func() time.Time, keep time.Duration, most int) *memory {
	return &memory{now: now, keep: keep, most: most, facts: map[string]heard{}}
}

// hear takes an entry of the feed. What has ended stays so, whatever is said later.
func (m *memory) hear(fact string, ended bool, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ordinal++
	before := m.facts[fact]
	if before.at.After(at) {
		at = before.at
	}
	m.facts[fact] = heard{ended: ended || before.ended, at: at, here: m.now(), ordinal: m.ordinal}
	m.sweep()
}

// raise demands that everything issued at or before a moment is asked for.
func (m *memory) raise(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ordinal++
	if at.Before(m.floor.at) {
		at = m.floor.at
	}
	m.floor = heard{at: at, here: m.now(), ordinal: m.ordinal}
}

// sweep forgets what no living token can depend on, and the older half of what does not fit.
func (m *memory) sweep() {
	now := m.now()
	if len(m.facts) <= m.most && now.Before(m.swept.Add(m.keep/8)) {
		return
	}
	m.swept = now
	for fact, h := range m.facts {
		if now.Sub(h.here) > m.keep {
			delete(m.facts, fact)
		}
	}
	if len(m.facts) <= m.most {
		return
	}
	half := m.ordinal - uint64(m.most/2)
	for fact, h := range m.facts {
		if h.ordinal > half {
			continue
		}
		delete(m.facts, fact)
		if h.at.After(m.floor.at) {
			m.floor = heard{at: h.at, here: h.here, ordinal: m.ordinal}
		}
	}
}

// standing is what the feed says of a token: ended, or to be asked for, and since when.
type standing struct {
	ended   bool
	changed bool      // something it depends on changed after it was issued, so far as is known
	ordinal uint64    // an answer asked for before it does not count
	here    time.Time // when it was heard
}

// of says what the feed has said of a token issued at a moment that depends on facts.
func (m *memory) of(issued time.Time, facts []string) standing {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var s standing
	if !issued.After(m.floor.at) {
		s = standing{changed: true, ordinal: m.floor.ordinal, here: m.floor.here}
	}
	for _, fact := range facts {
		h, known := m.facts[fact]
		if !known {
			continue
		}
		s.ended = s.ended || h.ended
		s.changed = s.changed || !issued.After(h.at)
		if h.ordinal > s.ordinal {
			s.ordinal, s.here = h.ordinal, h.here
		}
	}
	return s
}

// count returns how many entries have been heard, for an answer to be marked with when it is asked for.
func (m *memory) count() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.ordinal
}

func (m *memory) size() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.facts)
}
