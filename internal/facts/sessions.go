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

// sessions remembers sessions, up to a number of them. They are packed into memory in which the garbage collector finds
// nothing to do: there may be a million, and looking through them would cost more than all verifications. What is here
// holds: what changes is forgotten when it is said to have changed.
type sessions struct {
	packed  *fastcache.Cache
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

func keepSessions(size, origins int) *sessions {
	return &sessions{
		packed:  fastcache.New(size * bytesEach),
		origins: named[uint64, *known](origins), numbers: named[unique.Handle[origin], uint64](origins),
	}
}

// get returns a session if it is remembered, and its origin.
func (m *sessions) get(id authority.SessionID) (s authority.Session, of *known, ok bool) {
	var room [packedRoom]byte
	p := packed(m.packed.Get(room[:0], id[:]))
	if len(p) == 0 {
		return s, nil, false
	}
	has, number := p.head()
	if of, ok = m.origins.GetIfPresent(number); !ok {
		return s, nil, false
	}
	s = of.session
	s.ID = id
	p.rest(has, &s)
	return s, of, true
}

func (m *sessions) put(s *authority.Session) {
	var room [packedRoom]byte
	m.packed.Set(s.ID[:], pack(room[:0], s, m.number(s)))
}

func (m *sessions) forget(id authority.SessionID) { m.packed.Del(id[:]) }

func (m *sessions) forgetAll() { m.packed.Reset() }

// number returns that of a session's origin. Two who give one at a time give two, and both are good.
func (m *sessions) number(s *authority.Session) uint64 {
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
	if s, _, ok := m.get(id); ok && s.UsedAt.Before(at) {
		s.UsedAt = at
		m.put(&s)
	}
}

func factsOf(id authority.SessionID) []fact {
	return []fact{factOf(authority.FeedSession, id.String())}
}
