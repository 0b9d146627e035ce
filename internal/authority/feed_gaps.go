package authority

import "slices"

// gap is a run of sequence numbers that were taken and not seen.
type gap struct {
	FeedRange
	mark int64 // once everything below it has ended they never come
}

const noMark = -1

// gaps are the runs of numbers that may still come, ascending.
type gaps []gap

// note adds a run behind all others.
func (g *gaps) note(from, to int64) {
	if from <= to {
		*g = append(*g, gap{FeedRange{from, to}, noMark})
	}
}

// fill takes a number out; ok is false when it was not missing.
func (g *gaps) fill(sequence int64) (ok bool) {
	i := slices.IndexFunc(*g, func(r gap) bool { return r.From <= sequence && sequence <= r.To })
	if i < 0 {
		return false
	}
	var rest []gap
	was := (*g)[i]
	if was.From < sequence {
		rest = append(rest, gap{FeedRange{was.From, sequence - 1}, was.mark})
	}
	if sequence < was.To {
		rest = append(rest, gap{FeedRange{sequence + 1, was.To}, was.mark})
	}
	*g = slices.Replace(*g, i, i+1, rest...)
	return true
}

// ranges returns the runs themselves.
func (g gaps) ranges() []FeedRange {
	ranges := make([]FeedRange, len(g))
	for i, r := range g {
		ranges[i] = r.FeedRange
	}
	return ranges
}

// settle drops the runs that a reading has looked into after every change that could fill them had ended.
func (g *gaps) settle(settled int64) {
	*g = slices.DeleteFunc(*g, func(r gap) bool { return r.mark != noMark && r.mark <= settled })
}

// unmarked reports whether it is not known yet for some runs when they never come.
func (g gaps) unmarked() bool {
	return slices.ContainsFunc(g, func(r gap) bool { return r.mark == noMark })
}

func (g gaps) marked(mark int64) {
	for i := range g {
		if g[i].mark == noMark {
			g[i].mark = mark
		}
	}
}
