package facts

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
)

func never([]byte) bool { return false }

func numbered(n uint64) (id authority.SessionID) {
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

func (t *table) chunks() (count int) {
	for i := range t.shards {
		for _, of := range t.shards[i].sizes {
			count += len(of.chunks)
		}
	}
	return count
}

func TestATableKeepsWhatWasPutLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, model := newTable(1000, never), map[authority.SessionID][]byte{}
		ids := rapid.Map(rapid.Uint64Range(0, 20), numbered)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id, packed := ids.Draw(t, "id"), rapid.SliceOfN(rapid.Byte(), 1, packedRoom).Draw(t, "packed")
				table.put(id, packed)
				model[id] = packed
			},
			"forget": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				table.forget(id)
				delete(model, id)
			},
			"forget all": func(*rapid.T) {
				table.forgetAll()
				clear(model)
			},
			"": func(t *rapid.T) {
				for n := range uint64(21) {
					got, want := table.get(nil, numbered(n)), model[numbered(n)]
					if !bytes.HasPrefix(got, want) || len(got) >= len(want)+slotStep || (len(got) > 0) != (len(want) > 0) {
						t.Fatalf("%d: %x, not %x", n, got, want)
					}
				}
				if held := table.held.Load(); held != int64(len(model)) {
					t.Fatalf("%d are counted, not %d", held, len(model))
				}
			},
		})
	})
}

func TestATableKeepsNoMoreThanItMay(t *testing.T) {
	const most = 10_000
	table, packed := newTable(most, never), make([]byte, 70)
	for n := range uint64(5 * most) {
		table.put(numbered(n), packed)
		if table.get(nil, numbered(n)) == nil {
			t.Fatalf("%d is not kept, though it was put last", n)
		}
		if held := table.held.Load(); held > most+tableShards { // a shard that has none lets none go
			t.Fatalf("%d are kept", held)
		}
	}
	if held := table.held.Load(); held < most {
		t.Errorf("%d are kept", held)
	}
}

// Sessions that end make room for others: what is kept takes what lives, not what has ever been.
func TestATableTakesWhatTheLivingNeed(t *testing.T) {
	const living, generations = 20_000, 20
	now := time.Now()
	table := newTable(1_000_000, func(packed []byte) bool { return isEnded(packed, now) })
	put := func(n uint64) { // of two sizes
		s := authority.Session{ID: numbered(n), OpenedAt: now, ExpiresAt: now.Add(time.Hour), UsedAt: now}
		if n%2 == 0 {
			s.Parent = numbered(n + 1)
		}
		table.put(s.ID, pack(nil, &s, originID{}))
	}
	for n := range uint64(living) {
		put(n)
	}
	least := table.chunks()
	for generation := range uint64(generations) {
		now = now.Add(2 * time.Hour)
		for n := range uint64(living) {
			put((generation+1)*living + n)
		}
	}
	if held, chunks := table.held.Load(), table.chunks(); held > 3*living || chunks > 3*least {
		t.Errorf("%d sessions live: %d are kept, in %d chunks; one generation takes %d", living, held, chunks, least)
	}
	for n := range uint64(living) {
		if table.get(nil, numbered(generations*living+n)) == nil {
			t.Fatal("one that lives is not kept")
		}
	}
	table.forgetAll()
	if held, chunks := table.held.Load(), table.chunks(); held != 0 || chunks != 0 {
		t.Errorf("when all is forgotten, %d are kept, in %d chunks", held, chunks)
	}
}

func TestOneThatHasEndedGoesFirstFromAFullTable(t *testing.T) {
	const most = 200 * tableShards
	ended := []byte{1}
	table := newTable(most, func(packed []byte) bool { return packed[0] == ended[0] })
	for i := range table.shards {
		table.shards[i].look = most // what is looked at once in a while is not the matter here
	}
	for n := range uint64(most) {
		table.put(numbered(n), []byte{byte(n % 2)}) // every second one has ended
	}
	for n := range uint64(most / 10) {
		table.put(numbered(most+n), []byte{0})
	}
	living := 0
	for n := uint64(0); n < most; n += 2 {
		if table.get(nil, numbered(n)) != nil {
			living++
		}
	}
	if gone := most/2 - living; gone > most/10/20 { // of eight, one in 256 times all live
		t.Errorf("%d of %d that went were alive", gone, most/10)
	}
}

func TestATableIsUsedByManyAtOnce(t *testing.T) {
	const most = 5000
	table := newTable(most, never)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20_000 {
				n := rand.N[uint64](2 * most)
				id := numbered(n)
				switch rand.N(8) {
				case 0:
					table.forget(id)
				case 1, 2, 3:
					table.put(id, bytes.Repeat(id[8:], 1+rand.N(16)))
				default:
					for at, got := 0, table.get(nil, id); at < len(got); at += 8 {
						if !bytes.Equal(got[at:at+8], id[8:]) {
							t.Errorf("%x is kept under %d", got, n)
							return
						}
					}
				}
			}
		})
	}
	all.Wait()
	count := 0
	for n := range uint64(2 * most) {
		if table.get(nil, numbered(n)) != nil {
			count++
		}
	}
	if held := int(table.held.Load()); held != count || held > most+4+tableShards {
		t.Errorf("%d are counted, %d kept of at most %d", held, count, most)
	}
}
