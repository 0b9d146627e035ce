package sqlstore

import (
	"fmt"
	"slices"
	"strings"
)

// rowSteps are how many rows are written by one statement: few numbers, so that there are few texts to prepare.
var rowSteps = []int{64, 16, 4, 1}

// merge returns what was queued as it is to be sent: rows of one table by one statement, in their order.
func merge(queued []statement) (merged []statement) {
	if len(queued) < rowSteps[len(rowSteps)-2] {
		return queued
	}
	eachInsert(queued, func(rows []statement) bool {
		merged = append(merged, together(rows))
		return true
	})
	return merged
}

// eachInsert hands over what was queued, as many rows at once as one statement writes, until write returns false.
func eachInsert(queued []statement, write func(rows []statement) bool) {
	for len(queued) > 0 {
		rows, rest := nextRows(queued)
		for queued = rest; len(rows) > 0; {
			step := largestStep(len(rows))
			if !write(rows[:step]) {
				return
			}
			rows = rows[step:]
		}
	}
}

// nextRows returns the statements, from the first on, that can be one or more of many rows, and all others in their order.
// New rows may pass each other, but nothing else.
func nextRows(queued []statement) (rows, rest []statement) {
	first := queued[0]
	if first.key != newRow {
		n := sameTable(queued)
		return queued[:n], queued[n:]
	}
	among := queued
	if i := slices.IndexFunc(queued, func(s statement) bool { return s.key != newRow }); i >= 0 {
		among = queued[:i]
	}
	sorted := make([]statement, 0, len(queued))
	for _, s := range among {
		if s.text == first.text {
			sorted = append(sorted, s)
		}
	}
	n := len(sorted)
	slices.SortStableFunc(sorted, byFirst)
	for _, s := range among {
		if s.text != first.text {
			sorted = append(sorted, s)
		}
	}
	sorted = append(sorted, queued[len(among):]...)
	return sorted[:n], sorted[n:]
}

// byFirst orders rows by their first argument, the ID, as they are stored: so that they go to the same page one after the
// other. In another order, each row's page has to be found, and full pages are shared out anew.
func byFirst(a, b statement) int {
	id, _ := a.args[0].([]byte)
	other, _ := b.args[0].([]byte)
	return slices.Compare(id, other)
}

// sameTable returns how many statements from the first on can be one. A statement never has the same row twice, which
// an upsert refuses.
func sameTable(queued []statement) int {
	first := queued[0]
	if first.key <= 0 {
		return 1
	}
	seen := map[string]bool{}
	for i, s := range queued {
		key := fmt.Sprint(s.args[:max(s.key, 0)]...)
		if s.text != first.text || seen[key] {
			return i
		}
		seen[key] = true
	}
	return len(queued)
}

// onlyNewRows reports whether writes are nothing but new rows.
func onlyNewRows(writes []statement) bool {
	return len(writes) > 0 && !slices.ContainsFunc(writes, func(s statement) bool { return s.key != newRow })
}

func largestStep(n int) int {
	for _, step := range rowSteps {
		if step <= n {
			return step
		}
	}
	return 1
}

// together writes rows by one statement.
func together(rows []statement) statement {
	if len(rows) == 1 {
		return rows[0]
	}
	args := make([]any, 0, len(rows)*len(rows[0].args))
	for _, s := range rows {
		args = append(args, s.args...)
	}
	return statement{text: repeated(rows[0].text, len(rows)), args: args}
}

// repeated repeats what stands in brackets after VALUES, once for each row.
func repeated(text string, rows int) string {
	if rows == 1 {
		return text
	}
	before, rest, _ := strings.Cut(text, "VALUES (")
	row, after, _ := strings.Cut(rest, ")")
	return before + "VALUES (" + row + strings.Repeat("), ("+row, rows-1) + ")" + after
}

// tableOf returns the table that an INSERT is into.
func tableOf(insert string) string {
	_, rest, _ := strings.Cut(insert, "INTO ")
	table, _, _ := strings.Cut(rest, " ")
	return table
}
