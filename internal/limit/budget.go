package limit

import "time"

type budgetKey struct{ class, key string }

// budget is the state of one key. Failures and tries in flight together never exceed the rule's Failures.
type budget struct {
	rule        GuessRule
	key         budgetKey
	failures    []time.Time // within the last Period, oldest first
	inFlight    int
	lockedUntil time.Time
	settled     chan struct{} // closed when a try settles; nil while nobody waits

	forgetAt time.Time    // from when on this budget says nothing
	in       *forgettable // the heap it is in, or nil while a try is in flight
	index    int
}

// fail counts a failure at the time it is known: in any Period at most Failures are.
func (b *budget) fail(now time.Time) {
	b.prune(now)
	b.failures = append(b.failures, now)
	b.forgetAt = now.Add(b.rule.Period)
	if len(b.failures) < b.rule.Failures {
		return
	}
	// A Lock shorter than the Period must not open before the window does.
	b.lockedUntil = now.Add(b.rule.Lock)
	if windowOpens := b.failures[0].Add(b.rule.Period); windowOpens.After(b.lockedUntil) {
		b.lockedUntil = windowOpens
	}
	if b.lockedUntil.After(b.forgetAt) {
		b.forgetAt = b.lockedUntil
	}
}

// lockedFor returns how long the key stays locked, and drops what has left the window.
func (b *budget) lockedFor(now time.Time) time.Duration {
	if wait := b.lockedUntil.Sub(now); wait > 0 {
		return wait
	}
	b.lockedUntil = time.Time{}
	b.prune(now)
	return 0
}

func (b *budget) prune(now time.Time) {
	for len(b.failures) > 0 && now.Sub(b.failures[0]) >= b.rule.Period {
		b.failures = b.failures[1:]
	}
}

func (b *budget) isLocked() bool { return !b.lockedUntil.IsZero() }
