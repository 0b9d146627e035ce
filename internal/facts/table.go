package facts

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

const (
	mostShards   = 1024 // of ten million sessions, each has 10,000, which are put together anew in a millisecond
	leastOfShard = 64   // sessions: a small table has fewer shards

	slotStep    = 8
	slotHead    = 1 + len(authority.SessionID{})
	slotGrowth  = 5 // what a session grows by when it is used for the first time
	leastSlot   = 64
	leastSlots  = 8 * leastSlot
	bytesAPlace = leastSlot * 2 / 3 // so many bytes of slots have a place in the index: a third of all stay free
)

// table keeps packed sessions, up to a number of them, in memory in which the garbage collector finds nothing to do. It
// takes what the sessions that live need, and an eighth more: whenever the memory of a shard is used up, what lives is put
// together anew in as much as it needs, without what was forgotten, has changed its size or has ended. When the table is
// full, the oldest of a shard makes room. (Decision 0038.)
type table struct {
	most   int64
	now    func() time.Time
	seed   maphash.Seed
	held   atomic.Int64
	shards []shard
}

// shard is some of the sessions: slots, one after the other, each with its size, its session's id and the packed session,
// and an index of where they are.
type shard struct {
	mu     sync.RWMutex
	slots  []byte
	index  []uint32 // by hash, where a slot begins, in steps and one more; the next place that is free where another has its own
	oldest int      // before it, none lives
}

// The first byte of a slot is its size in steps, and whether it is kept.
const (
	slotSize = 0x7f
	slotKept = 0x80
)

func newTable(most int, now func() time.Time) *table {
	return &table{most: int64(most), now: now, seed: maphash.MakeSeed(), shards: make([]shard, min(max(most/leastOfShard, 1), mostShards))}
}

// place returns where an id belongs.
func (t *table) place(id authority.SessionID) (s *shard, hash uint32) {
	h := maphash.Comparable(t.seed, id)
	return &t.shards[h%uint64(len(t.shards))], uint32(h >> 32)
}

// get appends what is kept under an id, and up to a slot's rest behind it; nothing where nothing is.
func (t *table) get(room []byte, id authority.SessionID) []byte {
	s, hash := t.place(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if at, _ := s.find(id, hash); at != nil {
		room = append(room, at[slotHead:]...)
	}
	return room
}

// put keeps a packed session.
func (t *table) put(id authority.SessionID, packed []byte) {
	s, hash := t.place(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	t.keep(s, id, hash, packed)
}

// update keeps in place of a packed session what change makes of it, if it is kept. Nothing comes between.
func (t *table) update(id authority.SessionID, change func(packed []byte) []byte) {
	s, hash := t.place(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, _ := s.find(id, hash); at != nil {
		t.keep(s, id, hash, change(at[slotHead:]))
	}
}

func (t *table) forget(id authority.SessionID) {
	s, hash := t.place(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, _ := s.find(id, hash); at != nil {
		t.drop(at)
	}
}

func (t *table) forgetAll() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for at := range s.kept {
			t.drop(at)
		}
		s.slots, s.index, s.oldest = nil, nil, 0
		s.mu.Unlock()
	}
}

func (t *table) keep(s *shard, id authority.SessionID, hash uint32, packed []byte) {
	at, _ := s.find(id, hash)
	if at != nil && len(packed) <= len(at)-slotHead {
		copy(at[slotHead:], packed)
		return
	}
	if at != nil {
		t.drop(at)
	}
	if t.held.Load() >= t.most {
		t.dropOldest(s)
	}
	size := max(leastSlot, (slotHead+len(packed)+slotGrowth+slotStep-1)/slotStep*slotStep)
	if len(s.slots)+size > cap(s.slots) {
		t.renew(s, size)
	}
	slot := s.add(size, id, hash)
	copy(slot[slotHead:], packed)
	t.held.Add(1)
}

func (t *table) drop(slot []byte) {
	slot[0] &^= slotKept
	t.held.Add(-1)
}

func (t *table) dropOldest(s *shard) {
	for s.oldest < len(s.slots) {
		at := s.slot(s.oldest)
		s.oldest += len(at)
		if at[0]&slotKept != 0 {
			t.drop(at)
			return
		}
	}
}

// renew puts a shard together anew, with room for one slot more.
func (t *table) renew(s *shard, size int) {
	living := size
	if len(s.slots) > 0 {
		now := t.now()
		for at := range s.kept {
			if isEnded(at[slotHead:], now) {
				t.drop(at)
			} else {
				living += len(at)
			}
		}
	}
	before := shard{slots: s.slots, oldest: s.oldest}
	room := max(leastSlots, living+living/8)
	s.slots, s.index, s.oldest = make([]byte, 0, room), make([]uint32, room/bytesAPlace), 0
	for at := range before.kept {
		id := authority.SessionID(at[1:slotHead])
		_, hash := t.place(id)
		copy(s.add(len(at), id, hash), at)
	}
}

// kept calls each with the slots that are kept, the oldest first.
func (s *shard) kept(each func(slot []byte) bool) {
	for next := s.oldest; next < len(s.slots); {
		at := s.slot(next)
		next += len(at)
		if at[0]&slotKept != 0 && !each(at) {
			return
		}
	}
}

func (s *shard) slot(at int) []byte {
	size := int(s.slots[at]&slotSize) * slotStep
	return s.slots[at : at+size : at+size]
}

// find returns the slot that is kept under an id, and its index; or the index of the first that is not in use.
func (s *shard) find(id authority.SessionID, hash uint32) (slot []byte, index int) {
	if len(s.index) == 0 {
		return nil, 0
	}
	for i := int(hash % uint32(len(s.index))); ; i = (i + 1) % len(s.index) {
		if s.index[i] == 0 {
			return nil, i
		}
		at := s.slot(int(s.index[i]-1) * slotStep)
		if at[0]&slotKept != 0 && authority.SessionID(at[1:slotHead]) == id {
			return at, i
		}
	}
}

// add appends a slot for an id under which none is kept. There is room for it, and in the index, which has more places
// than there is room for slots.
func (s *shard) add(size int, id authority.SessionID, hash uint32) []byte {
	_, i := s.find(id, hash)
	at := len(s.slots)
	s.index[i] = uint32(at/slotStep) + 1
	s.slots = s.slots[:at+size]
	s.slots[at] = byte(size/slotStep) | slotKept
	copy(s.slots[at+1:], id[:])
	return s.slot(at)
}
