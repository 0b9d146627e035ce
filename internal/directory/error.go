package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with a directory file.
type Problem struct {
	Line int
	Text string // what is wrong; what to do about it
}

// Error lists everything wrong with a directory file, in the order of its lines.
type Error struct {
	File     string
	Problems []Problem
}

// Error returns one line for each problem: "file:line: what is wrong; remedy".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d: %s", e.File, p.Line, p.Text)
	}
	return strings.Join(lines, "\n")
}

// problem notes what is wrong at a line; format has the remedy after a semicolon.
func (r *reader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{Line: max(line, 1), Text: fmt.Sprintf(format, args...)})
}

// err returns all that was found, or nil.
func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return &Error{File: r.file, Problems: r.problems}
}
