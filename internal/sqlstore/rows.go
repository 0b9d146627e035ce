package sqlstore

import (
	"fmt"
	"strings"
)

// rowSteps are how many rows are written by one statement: few numbers, so that there are few texts to prepare.
var rowSteps = []int{64, 8, 1}

// merge writes rows that were queued one after the other into the same table together, in their order. A statement
// never has the same row twice, which an upsert refuses.
func merge(queued []statement) []statement {
	if len(queued) < rowSteps[1] {
		return queued
	}
	var merged []statement
	for len(queued) > 0 {
		n := sameTable(queued)
		for rows := queued[:n]; len(rows) > 0; {
			step := largestStep(len(rows))
			merged = append(merged, together(rows[:step]))
			rows = rows[step:]
		}
		queued = queued[n:]
	}
	return merged
}

// sameTable returns how many statements from the first on can be one.
func sameTable(queued []statement) int {
	first := queued[0]
	if first.key == 0 {
		return 1
	}
	seen := map[string]bool{}
	for i, s := range queued {
		key := fmt.Sprint(s.args[:s.key]...)
		if s.text != first.text || seen[key] {
			return i
		}
		seen[key] = true
	}
	return len(queued)
}

func largestStep(n int) int {
	for _, step := range rowSteps {
		if step <= n {
			return step
		}
	}
	return 1
}

// together repeats what stands in brackets after VALUES, once for each row.
func together(rows []statement) statement {
	if len(rows) == 1 {
		return rows[0]
	}
	before, rest, _ := strings.Cut(rows[0].text, "VALUES (")
	row, after, _ := strings.Cut(rest, ")")
	args := make([]any, 0, len(rows)*len(rows[0].args))
	for _, s := range rows {
		args = append(args, s.args...)
	}
	return statement{
		text: before + "VALUES (" + row + strings.Repeat("), ("+row, len(rows)-1) + ")" + after,
		args: args,
	}
}
