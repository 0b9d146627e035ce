package authority

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/fault"
)

const (
	cursorVersion = 1
	maxCursor     = 2048
	maxGaps       = 48
)

// feedCursor is how far a follower has come: everything up to a number has been delivered but what is in the gaps.
type feedCursor struct {
	high int64
	fact fact // of that number: another history has another one there
	gaps []FeedRange
}

// text returns the cursor as it goes out: base64url of a version, the number, four characters of its fact, and for each
// gap its distance from the one before and its length. Nobody else reads it, and who forges one harms only itself.
func (c feedCursor) text() string {
	b := append([]byte{cursorVersion}, binary.AppendUvarint(nil, uint64(c.high))...)
	b = append(b, c.fact[:cursorFact]...)
	last := int64(0)
	for _, g := range joined(c.gaps) {
		b = binary.AppendUvarint(b, uint64(g.From-last))
		b = binary.AppendUvarint(b, uint64(g.To-g.From))
		last = g.To
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

const cursorFact = 4

// parseCursor reads a cursor; it fails with Malformed for what no node can have written. ok is false for a cursor of
// another version, which is too old or too new to go on from.
func parseCursor(text string) (c feedCursor, ok bool, err error) {
	malformed := fault.BadParameter("cursor", "The cursor is none that was given out.")
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) == 0 || len(text) > maxCursor || strings.ContainsAny(text, "\r\n") { // which the decoder skips
		return c, false, malformed
	}
	if b[0] != cursorVersion {
		return c, false, nil
	}
	high, n := binary.Uvarint(b[1:])
	if b = b[1:]; n <= 0 || int64(high) < 0 || len(b) < n+cursorFact {
		return c, false, malformed
	}
	c.high = int64(high)
	copy(c.fact[:], b[n:n+cursorFact])
	b = b[n+cursorFact:]
	for last := int64(0); len(b) > 0; {
		from, n := binary.Uvarint(b)
		length, m := binary.Uvarint(b[max(n, 0):])
		if n <= 0 || m <= 0 || from == 0 || from > high || length > high {
			return c, false, malformed
		}
		g := FeedRange{last + int64(from), last + int64(from) + int64(length)}
		if g.To < g.From || g.To >= c.high {
			return c, false, malformed
		}
		c.gaps = append(c.gaps, g)
		last, b = g.To, b[n+m:]
	}
	if c.text() != text {
		return c, false, malformed // one cursor has one text
	}
	return c, true, nil
}

// CheckFeedCursor fails with Malformed for what is no cursor of the feed.
func CheckFeedCursor(text string) error {
	_, _, err := parseCursor(text)
	return err
}

// cursorAt returns a cursor at a number that everything but what is open below it has been delivered up to.
func cursorAt(high int64, f fact, open []FeedRange) feedCursor {
	c := feedCursor{high: high, fact: f}
	for _, g := range open {
		if g.To = min(g.To, high-1); g.From <= g.To {
			c.gaps = append(c.gaps, g)
		}
	}
	return c
}

// joined returns at most maxGaps gaps: beyond them all are one, and what is between them is delivered again.
func joined(gaps []FeedRange) []FeedRange {
	if len(gaps) <= maxGaps {
		return gaps
	}
	return append(slices.Clone(gaps[:maxGaps-1]), FeedRange{gaps[maxGaps-1].From, gaps[len(gaps)-1].To})
}

// intersect returns what is in both of two ascending lists of ranges.
func intersect(a, b []FeedRange) (both []FeedRange) {
	for len(a) > 0 && len(b) > 0 {
		r := FeedRange{max(a[0].From, b[0].From), min(a[0].To, b[0].To)}
		if r.From <= r.To {
			both = append(both, r)
		}
		if a[0].To < b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}
