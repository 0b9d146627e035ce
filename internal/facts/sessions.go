package facts

import (
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"github.com/VictoriaMetrics/fastcache"
	"github.com/maypok86/otter/v2"

	"github.com/doorward/doorward/internal/authority"
)

// bytesEach is what a remembered session takes, with its key: more than most need.
const bytesEach = 96

// sessions remembers sessions. They are packed into memory in which the garbage collector finds nothing to do: there may
// be a million, and looking through them would cost more than all verifications.
type sessions struct {
	packed  *fastcache.Cache
	changes *changes
	origins *otter.Cache[uint64, *known]
	numbers *otter.Cache[unique.Handle[origin], uint64]
	last    atomic.Uint64 // number that was given to an origin

	using sync.Mutex // held while a last use is moved forward
}

// known is an origin with what is known of all its sessions.
type known struct {
	session       authority.Session // as far as all are alike
	circumstances atomic.Pointer[cell[*circumstances]]
}

func keepSessions(size, origins int, c *changes) *sessions {
	return &sessions{
		packed: fastcache.New(size * bytesEach), changes: c,
		origins: named[uint64, *known](origins), numbers: named[unique.Handle[origin], uint64](origins),
	}
}

// get returns a session if it is remembered and holds, and its origin.
func (m *sessions) get(id authority.SessionID) (s authority.Session, of *known, ok bool) {
	var room [packedRoom]byte
	p := packed(m.packed.Get(room[:0], id[:]))
	if len(p) == 0 {
		return s, nil, false
	}
	has, said, number := p.head()
	if said < m.changes.said.Load() && m.changes.since(said, factsOf(id)) {
		return s, nil, false
	}
	if of, ok = m.origins.GetIfPresent(number); !ok {
		return s, nil, false
	}
	s = of.session
	s.ID = id
	p.rest(has, &s)
	return s, of, true
}

// put remembers a session that was read when so much had been said.
func (m *sessions) put(s authority.Session, said uint64) {
	var room [packedRoom]byte
	m.packed.Set(s.ID[:], pack(room[:0], s, m.number(s), said))
}

// number returns that of a session's origin. Two who give one at a time give two, and both are good.
func (m *sessions) number(s authority.Session) uint64 {
	o := originOf(s)
	handle := unique.Make(o)
	number, ok := m.numbers.GetIfPresent(handle)
	if !ok {
		number = m.last.Add(1)
		m.numbers.Set(handle, number)
	}
	if _, ok := m.origins.GetIfPresent(number); !ok {
		m.origins.Set(number, &known{session: o.session()})
	}
	return number
}

// use moves the last use of a session forward, never back, as the store does.
func (m *sessions) use(id authority.SessionID, at time.Time) {
	m.using.Lock()
	defer m.using.Unlock()
	var room [packedRoom]byte
	p := packed(m.packed.Get(room[:0], id[:]))
	if len(p) == 0 {
		return
	}
	_, said, number := p.head()
	if s, _, ok := m.get(id); ok && s.UsedAt.Before(at) {
		s.UsedAt = at
		// As of when it was read: if it has changed meanwhile, this does not hold either.
		m.packed.Set(id[:], pack(nil, s, number, said))
	}
}

func factsOf(id authority.SessionID) []fact {
	return []fact{factOf(authority.FeedSession, id.String())}
}
