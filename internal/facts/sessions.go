package facts

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// sessions remembers sessions, up to a number of them. They are packed into memory in which the garbage collector finds
// nothing to do: there may be millions, and looking through them would cost more than all verifications. What is here
// holds: what changes is forgotten when it is said to have changed.
type sessions struct {
	packed *table
	rows   *rows                          // the origins are among them
	atHand *otter.Cache[originID, *known] // those that were asked about last
	lately *lately[originID]
}

// known is an origin with what is known of all its sessions.
type known struct {
	session       authority.Session // as far as all are alike
	atHand        bool              // or it is not worth keeping anything with it
	circumstances atomic.Pointer[circumstances]
}

func keepSessions(size, atHand int, r *rows, now func() time.Time) *sessions {
	return &sessions{
		packed: newTable(size, now), rows: r, atHand: otter.Must(&otter.Options[originID, *known]{MaximumSize: atHand}), lately: newLately[originID](),
	}
}

// get returns a session if it is remembered, and its origin.
func (m *sessions) get(id authority.SessionID) (s authority.Session, of *known, ok bool) {
	var room [packedRoom]byte
	p := packed[[]byte]{m.packed.get(room[:0], id)}
	if len(p.left) == 0 {
		return s, nil, false
	}
	has, origin := p.head()
	if of, ok = m.origin(origin); !ok {
		return s, nil, false
	}
	s = of.session
	s.ID = id
	p.rest(has, &s)
	return s, of, true
}

func (m *sessions) origin(id originID) (of *known, ok bool) {
	if of, ok = m.atHand.GetIfPresent(id); ok {
		return of, true
	}
	row, ok := m.rows.get(name(nameOfOrigin, id[:]))
	if ok {
		of = &known{session: unpackOrigin(&row).session(), atHand: m.lately.again(id)}
		if of.atHand {
			m.atHand.Set(id, of)
		}
	}
	return of, ok
}

func (m *sessions) put(s *authority.Session) {
	var room [packedRoom]byte
	m.packed.put(s.ID, pack(room[:0], s, m.keepOrigin(s)))
}

func (m *sessions) keepOrigin(s *authority.Session) (id originID) {
	var room [roomOfRow]byte
	o := originOf(s)
	row := packOrigin(room[:0], &o)
	id = secret.Digest(row)
	m.rows.put(name(nameOfOrigin, id[:]), row)
	return id
}

func (m *sessions) forget(id authority.SessionID) { m.packed.forget(id) }

func (m *sessions) forgetAll() { m.packed.forgetAll() }

// use moves the last use of a session forward, never back, as the store does.
func (m *sessions) use(id authority.SessionID, at time.Time) {
	m.packed.update(id, func(was []byte) []byte {
		var s authority.Session // what is its own of it
		p := packed[[]byte]{was}
		has, of := p.head()
		if p.rest(has, &s); !s.UsedAt.Before(at) {
			return was
		}
		s.UsedAt = at
		return pack(make([]byte, 0, packedRoom), &s, of)
	})
}

func factsOf(id authority.SessionID) []fact {
	return []fact{factOf(authority.FeedSession, id.String())}
}
