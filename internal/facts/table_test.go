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
	"github.com/doorward/doorward/internal/secret"
)

var tableNow = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

func numbered(n uint64) (id authority.SessionID) {
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

// packedUntil is a packed session with some of the things that not all have, in 56 to 121 bytes.
func packedUntil(expires time.Time, has int, fingerprint uint64) []byte {
	s := authority.Session{OpenedAt: expires.Add(-time.Hour), ExpiresAt: expires, UsedAt: expires.Add(-time.Hour)}
	binary.BigEndian.PutUint64(s.Fingerprint[:], fingerprint)
	if has&1 != 0 {
		s.UsedAt = expires.Add(-time.Minute)
	}
	if has&2 != 0 {
		s.Parent = numbered(1)
	}
	if has&4 != 0 {
		s.LoginToken = authority.LoginTokenID(numbered(1))
	}
	if has&8 != 0 {
		s.ClosedAt = expires
	}
	return pack(nil, &s, originID{})
}

func living(has int, fingerprint uint64) []byte {
	return packedUntil(tableNow.Add(time.Hour), has, fingerprint)
}

func tableOf(most int) *table { return newTable(most, func() time.Time { return tableNow }) }

// taken is how many bytes a table has taken.
func (t *table) taken() (bytes int) {
	for i := range t.shards {
		bytes += cap(t.shards[i].slots) + 4*cap(t.shards[i].index)
	}
	return bytes
}

func TestATableKeepsWhatWasPutLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, model, n := tableOf(1000), map[authority.SessionID][]byte{}, uint64(0)
		ids := rapid.Map(rapid.Uint64Range(0, 40), numbered)
		row := func(t *rapid.T) []byte {
			n++
			return living(rapid.IntRange(0, 15).Draw(t, "has"), n)
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id, packed := ids.Draw(t, "id"), row(t)
				table.put(id, packed)
				model[id] = packed
			},
			"update": func(t *rapid.T) {
				id, packed := ids.Draw(t, "id"), row(t)
				table.update(id, func(was []byte) []byte {
					if !bytes.HasPrefix(was, model[id]) {
						t.Fatalf("%x was %x, not %x", id, was, model[id])
					}
					return packed
				})
				if model[id] != nil {
					model[id] = packed
				}
			},
			"forget": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				table.forget(id)
				delete(model, id)
			},
			"forget all": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "one in ten") == 0 {
					table.forgetAll()
					clear(model)
				}
			},
			"": func(t *rapid.T) {
				for n := range uint64(41) {
					got, want := table.get(nil, numbered(n)), model[numbered(n)]
					if !bytes.HasPrefix(got, want) || (len(got) > 0) != (len(want) > 0) || len(got) > packedRoom+slotStep {
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

func TestATableKeepsNoMoreThanItMayAndTheNewest(t *testing.T) {
	const most = 10_000
	table := tableOf(most)
	for n := range uint64(5 * most) {
		table.put(numbered(n), living(0, n))
		if table.get(nil, numbered(n)) == nil {
			t.Fatalf("%d is not kept, though it was put last", n)
		}
		if held := table.held.Load(); held > most+int64(len(table.shards)) { // a shard that has none lets none go
			t.Fatalf("%d are kept", held)
		}
	}
	if held := table.held.Load(); held < most {
		t.Errorf("%d are kept", held)
	}
	for n := range uint64(5 * most) {
		is := table.get(nil, numbered(n)) != nil
		if n < 3*most && is || n >= 5*most-most/8 && !is { // a shard has more or less than its part: 64, give or take 30
			t.Fatalf("%d of %d is kept: %v", n, 5*most, is)
		}
	}
}

// What is kept takes what lives, not what has ever been, of whatever size it was.
func TestATableTakesWhatTheLivingNeed(t *testing.T) {
	const many = 20_000
	for name, most := range map[string]int{"with room for more": 1_000_000, "when it is full": many} {
		t.Run(name, func(t *testing.T) {
			now := tableNow
			table := newTable(most, func() time.Time { return now })
			put := func(first uint64, has int) {
				for n := range uint64(many) {
					table.put(numbered(first+n), packedUntil(now.Add(time.Hour), has, n))
				}
			}
			for generation, has := range []int{0, 1, 2, 3, 4, 6, 7, 15, 0, 0, 0} {
				put(uint64(generation*many), has)
				if most > many {
					now = now.Add(2 * time.Hour)
				}
				if taken := table.taken(); taken > 2*200*many {
					t.Fatalf("generation %d: %d sessions take %d bytes", generation, many, taken)
				}
			}
			table.forgetAll()
			if held, taken := table.held.Load(), table.taken(); held != 0 || taken != 0 {
				t.Errorf("when all is forgotten, %d are kept, in %d bytes", held, taken)
			}
		})
	}
}

// Putting a shard together anew is for when it has grown, not for each session.
func TestATableIsSeldomPutTogetherAnew(t *testing.T) {
	const many = 50_000
	asked := 0
	table := newTable(10*many, func() time.Time {
		asked++
		return tableNow
	})
	for n := range uint64(many) {
		table.put(numbered(n), living(0, n))
	}
	per := many / len(table.shards)
	if most := 4 * len(table.shards) * (4 + per/8); asked > most {
		t.Errorf("%d times for %d sessions of %d shards", asked, many, len(table.shards))
	}
	asked = 0
	for range 20 {
		for n := range uint64(1000) {
			table.update(numbered(n), func(was []byte) []byte { return was })
		}
	}
	if asked != 0 {
		t.Errorf("%d times for sessions that stayed as they were", asked)
	}
}

// Who is forgotten while a last use is moved forward stays forgotten.
func TestALastUseBringsNobodyBack(t *testing.T) {
	remembered := keepSessions(1000, 100, keepRows(100), func() time.Time { return tableNow })
	s := authority.Session{ID: numbered(1), OpenedAt: tableNow, ExpiresAt: tableNow.Add(time.Hour), UsedAt: tableNow}
	for i := range 2000 {
		remembered.put(&s)
		var both sync.WaitGroup
		if i%2 == 0 {
			both.Go(func() { remembered.forget(s.ID) })
		}
		both.Go(func() { remembered.use(s.ID, tableNow.Add(time.Duration(i+1)*time.Microsecond)) })
		if i%2 != 0 { // who is started last is likely to be first
			both.Go(func() { remembered.forget(s.ID) })
		}
		both.Wait()
		if _, _, ok := remembered.get(s.ID); ok {
			t.Fatal("it is remembered, though it was forgotten")
		}
	}
}

func TestATableIsUsedByManyAtOnce(t *testing.T) {
	const most = 5000
	table := tableOf(most)
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
					table.put(id, living(rand.N(16), n))
				case 4:
					table.update(id, func(was []byte) []byte { return append([]byte(nil), was...) })
				default:
					if got := table.get(nil, id); len(got) > 0 {
						var s authority.Session
						p := packed[[]byte]{got}
						has, _ := p.head()
						if p.rest(has, &s); s.Fingerprint != fingerprintOf(n) {
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
	if held := int(table.held.Load()); held != count || held > most+4+len(table.shards) {
		t.Errorf("%d are counted, %d kept of at most %d", held, count, most)
	}
}

func fingerprintOf(n uint64) (f secret.Fingerprint) {
	binary.BigEndian.PutUint64(f[:], n)
	return f
}
