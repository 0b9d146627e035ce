package authority

import (
	"cmp"
	"slices"
	"time"
)

// feedRecord is an entry as a node remembers it: 32 bytes, because there may be a hundred thousand.
type feedRecord struct {
	sequence int64
	at       int64 // microseconds: what was made until then may have been made without knowing of it
	fact     fact
	ended    bool
	reset    bool
}

// feedMemory is what a node has seen of the feed, by sequence number.
type feedMemory struct {
	records   []feedRecord
	gaps      gaps
	high      int64 // the highest number seen
	highFact  fact  // what it was of
	floor     int64 // the highest number that was seen and is not remembered any more
	floorFact fact
}

// add remembers entries and returns those that it had not seen. at is when they were seen, and before that the oldest
// worth to be remembered.
func (m *feedMemory) add(entries []FeedEntry, at, oldest time.Time) (fresh []FeedEntry) {
	late := false
	for _, e := range entries {
		switch {
		case e.Sequence > m.high:
			m.gaps.note(m.high+1, e.Sequence-1)
			m.high, m.highFact = e.Sequence, e.fact()
		case m.gaps.fill(e.Sequence):
			late = true
		default:
			continue
		}
		fresh = append(fresh, e)
		m.remember(e, at, oldest)
	}
	if late {
		slices.SortFunc(m.records, func(a, b feedRecord) int { return cmp.Compare(a.sequence, b.sequence) })
	}
	return fresh
}

func (m *feedMemory) remember(e FeedEntry, at, oldest time.Time) {
	if e.At.Before(oldest) {
		m.drop(e.Sequence, e.fact())
		return
	}
	m.records = append(m.records, feedRecord{
		sequence: e.Sequence, at: at.Add(feedMargin).UnixMicro(), fact: e.fact(), ended: e.Kind.Ends(), reset: e.Kind == FeedEverything,
	})
}

func (m *feedMemory) drop(sequence int64, f fact) {
	if sequence > m.floor {
		m.floor, m.floorFact = sequence, f
	}
}

// forget drops what was seen before a time, an eighth of all at once. What came late holds back those behind it for as
// long as it is worth itself.
func (m *feedMemory) forget(before time.Time) {
	n, until := 0, before.Add(feedMargin).UnixMicro()
	for n < len(m.records) && m.records[n].at < until {
		n++
	}
	if n == 0 || n < len(m.records)/8 {
		return
	}
	for _, r := range m.records[:n] {
		m.drop(r.sequence, r.fact)
	}
	m.records = slices.Clone(m.records[n:]) // a slice of the old ones would keep all of them
}

// after returns the index of the first record over a number.
func (m *feedMemory) after(sequence int64) int {
	i, _ := slices.BinarySearchFunc(m.records, sequence+1, func(r feedRecord, s int64) int { return cmp.Compare(r.sequence, s) })
	return i
}

// within returns the records of a range of numbers.
func (m *feedMemory) within(r FeedRange) []feedRecord {
	return m.records[m.after(r.From-1):m.after(r.To)]
}

// factAt returns what the entry with a number was of; ok is false when it has not been seen or is not remembered.
func (m *feedMemory) factAt(sequence int64) (f fact, ok bool) {
	switch sequence {
	case m.high:
		return m.highFact, true
	case m.floor:
		return m.floorFact, true
	}
	if found := m.within(FeedRange{sequence, sequence}); len(found) == 1 {
		return found[0].fact, true
	}
	return fact{}, false
}
