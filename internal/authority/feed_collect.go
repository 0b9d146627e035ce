package authority

import "time"

// RevokedFact is what a follower of the feed is told: of what, and whether it is over or only changed.
type RevokedFact struct {
	Cursor string // to go on after it
	Fact   string // as the tokens have it that depend on it
	Ended  bool   // over for good: whatever depends on it is refused
	At     time.Time
}

// FeedNews is what a follower of the feed gets next.
type FeedNews struct {
	Facts   []RevokedFact
	Cursor  string    // to go on after all of it
	ResetAt time.Time // not zero: everything made until then is to be doubted, whatever it depends on
	More    bool      // there is more already
	Heard   time.Time // on the one clock: nothing committed before is missing; zero: nothing is known
	Ago     time.Duration
	Stale   bool // that was too long ago to be relied on
	Self    bool // it may be about who follows: whether that still counts is to be asked again
}

// collect returns up to limit records that a follower at a cursor has not had, besides all that came late, and where it
// is then. reset says that some of them are not remembered any more.
func (m *feedMemory) collect(c feedCursor, limit int) (records []feedRecord, next feedCursor, reset bool) {
	open := m.gaps.ranges()
	if m.misses(c, open) {
		return nil, cursorAt(m.high, m.highFact, open), true
	}
	for _, g := range c.gaps {
		records = append(records, m.within(g)...)
	}
	missing := append(intersect(c.gaps, open), over(c.gaps, m.high)...) // over it when this node is behind another
	if m.high <= c.high {
		return records, cursorAt(c.high, c.fact, missing), false
	}
	missing = append(missing, over(open, c.high)...)
	rest := m.records[m.after(c.high):]
	if len(rest) > limit {
		last := rest[limit-1]
		return append(records, rest[:limit]...), cursorAt(last.sequence, last.fact, missing), false
	}
	return append(records, rest...), cursorAt(m.high, m.highFact, missing), false
}

// misses reports whether something that a follower at a cursor has not had may be forgotten here.
func (m *feedMemory) misses(c feedCursor, open []FeedRange) bool {
	if c.high < m.floor {
		return c.high > 0 // who has had nothing gets all that is remembered: no token is older
	}
	for _, g := range c.gaps {
		if g.From <= m.floor && len(intersect([]FeedRange{g}, open)) == 0 {
			return true
		}
	}
	return false
}

// over returns the ranges over a number. A range that holds the number ends there: it was not delivered from there.
func over(ranges []FeedRange, high int64) (rest []FeedRange) {
	for _, g := range ranges {
		if g.From = max(g.From, high+1); g.From <= g.To {
			rest = append(rest, g)
		}
	}
	return rest
}

// factsOf returns records as a follower gets them. The cursor of each says that those before it were delivered.
func factsOf(from, to feedCursor, records []feedRecord) (facts []RevokedFact, reset time.Time) {
	before := from.text()
	for _, r := range records {
		at := time.UnixMicro(r.at).UTC()
		if r.reset {
			if at.After(reset) {
				reset = at
			}
			continue
		}
		cursor := before
		if r.sequence > from.high {
			cursor = cursorAt(r.sequence, r.fact, to.gaps).text()
		}
		facts = append(facts, RevokedFact{Cursor: cursor, Fact: string(r.fact[:]), Ended: r.ended, At: at})
	}
	return facts, reset
}
