package authority

import (
	"maps"
	"slices"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// history is a store with changes that take their numbers in one order and commit in another, or never.
type history struct {
	entries map[int64]FeedEntry
	number  int64
	change  int64           // the last number of a change
	open    map[int64]int64 // sequence number → the change that holds it
}

func (h *history) begin() {
	h.number++
	h.change++
	h.open[h.number] = h.change
}

func (h *history) end(sequence int64, commit bool) {
	delete(h.open, sequence)
	if commit {
		h.entries[sequence] = FeedEntry{Sequence: sequence, Kind: FeedSession, Key: string(rune('a' + sequence)), At: noon}
	}
}

var noon = time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)

// read is what a store answers, and what Authority.readFeed does with it.
func (h *history) read(m *feedMemory, limit int) {
	page := FeedPage{Settled: h.change + 1}
	for _, change := range h.open {
		page.Settled = min(page.Settled, change)
	}
	numbers := slices.Sorted(maps.Keys(h.entries))
	for _, g := range m.gaps.ranges() {
		for _, n := range numbers {
			if g.From <= n && n <= g.To {
				page.Entries = append(page.Entries, h.entries[n])
			}
		}
	}
	for _, n := range numbers {
		if n > m.high && limit > 0 {
			page.Entries, limit = append(page.Entries, h.entries[n]), limit-1
		}
	}
	m.add(page.Entries, noon, noon.Add(-time.Hour))
	m.gaps.settle(page.Settled)
	h.change++
	m.gaps.marked(h.change)
}

// Whatever the order of the commits, and however often a follower is cut and goes on elsewhere: it misses nothing.
func TestAFollowerThatIsCutAndGoesOnAnywhereMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{entries: map[int64]FeedEntry{}, open: map[int64]int64{}}
		nodes := []*feedMemory{{}, {}, {}}
		got, at, text := map[string]bool{}, 0, feedCursor{}.text()
		read := func(node, limit int) {
			c, known, err := parseCursor(text)
			if err != nil || !known {
				t.Fatalf("its own cursor %q: %v", text, err)
			}
			records, next, reset := nodes[node].collect(c, limit)
			if reset {
				t.Fatalf("reset at %+v with a memory of %+v", c, nodes[node])
			}
			facts, _ := factsOf(c, next, records)
			text = next.text()
			cut := rapid.IntRange(0, len(facts)).Draw(t, "cut")
			for i, f := range facts {
				if i == cut {
					break // the connection broke: the last that came through is the cursor to go on from
				}
				got[f.Fact] = true
				text = f.Cursor
			}
			if cut == len(facts) {
				text = next.text()
			}
			if cut == 0 && len(facts) > 0 {
				text = c.text()
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(*rapid.T) { h.begin() },
			"end": func(t *rapid.T) {
				if open := slices.Sorted(maps.Keys(h.open)); len(open) > 0 {
					h.end(rapid.SampledFrom(open).Draw(t, "sequence"), rapid.Bool().Draw(t, "commit"))
				}
			},
			"node reads": func(t *rapid.T) {
				h.read(nodes[rapid.IntRange(0, 2).Draw(t, "node")], rapid.IntRange(1, 4).Draw(t, "limit"))
			},
			"node restarts": func(t *rapid.T) { nodes[rapid.IntRange(0, 2).Draw(t, "node")] = &feedMemory{} },
			"follower moves": func(t *rapid.T) {
				at = rapid.IntRange(0, 2).Draw(t, "to")
			},
			"follower reads": func(t *rapid.T) { read(at, rapid.IntRange(1, 4).Draw(t, "limit")) },
		})
		for _, sequence := range slices.Sorted(maps.Keys(h.open)) {
			h.end(sequence, true)
		}
		for range len(h.entries) + 2 {
			h.read(nodes[at], 4)
		}
		for range 2*len(h.entries) + 2 {
			c, _, _ := parseCursor(text)
			records, next, _ := nodes[at].collect(c, 3)
			facts, _ := factsOf(c, next, records)
			for _, f := range facts {
				got[f.Fact] = true
			}
			text = next.text()
		}
		for _, e := range h.entries {
			if f := e.fact(); !got[string(f[:])] {
				t.Fatalf("it never heard of %d", e.Sequence)
			}
		}
		if len(nodes[at].gaps) > 0 {
			t.Fatalf("nothing is under way, and there are still gaps: %+v", nodes[at].gaps)
		}
	})
}

func TestACursorHasOneText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")
		text := string(b)
		if rapid.Bool().Draw(t, "shaped") {
			c := feedCursor{high: rapid.Int64Range(0, 1<<40).Draw(t, "high")}
			text = c.text()
		}
		c, known, err := parseCursor(text)
		if err == nil && known && c.text() != text {
			t.Fatalf("%q is read as %q", text, c.text())
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add(feedCursor{high: 300, gaps: []FeedRange{{1, 2}, {100, 299}}}.text())
	f.Add(feedCursor{high: 300}.text() + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, known, err := parseCursor(text)
		if err == nil && known && c.text() != text {
			t.Errorf("%q is read as %q", text, c.text())
		}
	})
}

func TestAnEntryTakes32BytesOfMemory(t *testing.T) {
	if size := unsafe.Sizeof(feedRecord{}); size != 32 {
		t.Errorf("it takes %d", size)
	}
}

// A node that has not heard from the store for longer than its bound says so: it does not know of the latest endings.
func TestANodeIsStaleUntilItHearsAndWhenItHasNotHeardForItsBound(t *testing.T) {
	f := newFeed()
	if s := f.status(noon); !s.Stale || s.Heard {
		t.Errorf("before anything was heard: %+v", s)
	}
	f.heardAt = noon
	for ago, stale := range map[time.Duration]bool{0: false, feedBound: false, feedBound + 1: true, time.Hour: true} {
		if s := f.status(noon.Add(ago)); s.Stale != stale || s.Ago != ago {
			t.Errorf("%s later: %+v", ago, s)
		}
	}
}
