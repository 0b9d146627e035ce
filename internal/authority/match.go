package authority

import (
	"slices"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// Match says which versions of a thing a change was decided by, each by the time of its last change; nil is whatever it
// is now.
type Match []time.Time

// check fails with Unmet (changed-meanwhile) when a thing that was last changed at a time is none of these versions. It
// is asked in the transaction that changes the thing.
func (m Match) check(updatedAt time.Time) error {
	if m == nil || slices.ContainsFunc(m, updatedAt.Equal) {
		return nil
	}
	return fault.New(fault.Unmet, ReasonChanged, "It is not any more what the request was decided by.")
}

// nextUpdatedAt is when a thing that is changed now is changed: never the very time of its last change, by which its
// versions are told apart.
func nextUpdatedAt(last, now time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Microsecond)
}
