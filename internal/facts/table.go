package facts

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/doorward/doorward/internal/authority"
)

const (
	tableShards = 128
	slotStep    = 8        // a slot is some times as many bytes
	chunkBytes  = 32 << 10 // of slots of one size: memory is taken as it is needed
	lookLeast   = 64       // sessions of a shard, below which it is not worth a look which of them have ended
	lookedAt    = 8        // of a table that is full, before the last of them goes though it lives
)

// table keeps packed sessions, up to a number of them, in memory in which the garbage collector finds nothing to do. It
// takes what the sessions that live need: where one was another is put, and before a shard grows to twice what lived
// in it, those that have ended are dropped. When it is full, one makes room: any, if none is found that has ended.
type table struct {
	most   int64
	ended  func(packed []byte) bool
	seed   maphash.Seed
	held   atomic.Int64
	shards [tableShards]shard
}

type shard struct {
	mu    sync.RWMutex
	where map[authority.SessionID]slot
	sizes [packedRoom/slotStep + 1]slots // in steps
	look  int                            // how many there may be before it is looked which have ended
}

// slots are all of one size: a number of chunks, of which so many have been in use, and some of these are free.
type slots struct {
	chunks [][]byte
	taken  uint32
	free   []uint32
}

// slot is a size in steps, and which of that size.
type slot uint32

const slotBits = 27 // of which

func slotOf(steps, number uint32) slot { return slot(steps<<slotBits | number) }

func (s slot) steps() uint32 { return uint32(s) >> slotBits }

func (s slot) number() uint32 { return uint32(s) & (1<<slotBits - 1) }

func newTable(most int, ended func(packed []byte) bool) *table {
	t := &table{most: int64(most), ended: ended, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].clear()
	}
	return t
}

func (t *table) shardOf(id authority.SessionID) *shard {
	return &t.shards[maphash.Comparable(t.seed, id)%tableShards]
}

// get appends what is kept under an id, and up to a step more behind it; nothing where nothing is.
func (t *table) get(room []byte, id authority.SessionID) []byte {
	s := t.shardOf(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, ok := s.where[id]
	if !ok {
		return room
	}
	return append(room, s.bytes(at)...)
}

// put keeps a packed session.
func (t *table) put(id authority.SessionID, packed []byte) {
	s := t.shardOf(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	steps := uint32(len(packed)+slotStep-1) / slotStep
	at, ok := s.where[id]
	if ok && at.steps() != steps {
		t.drop(s, id, at)
		ok = false
	}
	if !ok {
		t.makeRoom(s)
		at = s.take(steps)
		s.where[id] = at
		t.held.Add(1)
	}
	copy(s.bytes(at), packed)
}

// makeRoom sees to it that one more may be kept.
func (t *table) makeRoom(s *shard) {
	if len(s.where) >= s.look {
		for id, at := range s.where {
			if t.ended(s.bytes(at)) {
				t.drop(s, id, at)
			}
		}
		s.look = max(lookLeast, 2*len(s.where))
	}
	if t.held.Load() < t.most {
		return
	}
	looked := 0
	for id, at := range s.where { // any: a map is begun anywhere
		if looked++; looked == min(lookedAt, len(s.where)) || t.ended(s.bytes(at)) {
			t.drop(s, id, at)
			return
		}
	}
}

func (t *table) forget(id authority.SessionID) {
	s := t.shardOf(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.where[id]; ok {
		t.drop(s, id, at)
	}
}

func (t *table) forgetAll() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		t.held.Add(-int64(len(s.where)))
		s.clear()
		s.mu.Unlock()
	}
}

func (t *table) drop(s *shard, id authority.SessionID, at slot) {
	delete(s.where, id)
	of := &s.sizes[at.steps()]
	of.free = append(of.free, at.number())
	t.held.Add(-1)
}

func (s *shard) clear() {
	s.where = map[authority.SessionID]slot{}
	s.sizes = [len(s.sizes)]slots{}
	s.look = lookLeast
}

func (s *shard) take(steps uint32) slot {
	of := &s.sizes[steps]
	if last := len(of.free) - 1; last >= 0 {
		number := of.free[last]
		of.free = of.free[:last]
		return slotOf(steps, number)
	}
	if of.taken == uint32(len(of.chunks))*slotsEach(steps) {
		of.chunks = append(of.chunks, make([]byte, slotsEach(steps)*steps*slotStep))
	}
	of.taken++
	return slotOf(steps, of.taken-1)
}

// slotsEach is how many slots of so many steps are in a chunk.
func slotsEach(steps uint32) uint32 { return chunkBytes / slotStep / steps }

func (s *shard) bytes(at slot) []byte {
	steps := at.steps()
	chunk, place := at.number()/slotsEach(steps), at.number()%slotsEach(steps)
	size := steps * slotStep
	return s.sizes[steps].chunks[chunk][place*size : (place+1)*size : (place+1)*size]
}
