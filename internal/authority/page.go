package authority

import (
	"math"

	"github.com/doorward/doorward/internal/fault"
)

// MaxPageSize bounds how many entries one page has.
const MaxPageSize = 1000

// Page says which part of a list is wanted: how many entries, from 1 to MaxPageSize, and which page of that size, from 1.
type Page struct{ Size, Number int64 }

// Window is the part of an ordered list that begins after Offset entries and has Limit at most.
type Window struct{ Offset, Limit int64 }

// window returns where a page lies in its list. One whose beginning no number tells is beyond the end of every list.
func (p Page) window() (Window, error) {
	switch {
	case p.Size < 1 || p.Size > MaxPageSize:
		return Window{}, fault.BadParameter("size", "A page has from 1 to 1000 entries.")
	case p.Number < 1:
		return Window{}, fault.BadParameter("number", "Pages are numbered from 1.")
	case p.Number-1 > math.MaxInt64/p.Size:
		return Window{Offset: math.MaxInt64, Limit: p.Size}, nil
	}
	return Window{Offset: (p.Number - 1) * p.Size, Limit: p.Size}, nil
}

// Last returns the number of the last page of a list of so many entries; an empty list has one page.
func (p Page) Last(total int64) int64 { return max(1, (total+p.Size-1)/p.Size) }
