package limit

import (
	"sync"
	"sync/atomic"
	"time"
)

// paceOver is over how many of those who learned it the pace is taken.
const paceOver = 16

// pace is how fast turns come to those who wait.
type pace struct {
	turns atomic.Int64 // that have come so far

	mu      sync.Mutex
	turn    time.Duration // from one to the next, of late
	learned time.Time
}

// learn is told by one who has waited how many turns have come meanwhile, the own one included: what everybody ahead was
// given, not how many there were, since who waits in vain leaves. What was learned too long ago does not count any more.
func (p *pace) learn(waited time.Duration, turns int64, old time.Duration) {
	turn := waited / time.Duration(max(1, turns))
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.learned) > old {
		p.turn, p.learned = turn, now
	} else {
		p.turn, p.learned = p.turn+(turn-p.turn)/paceOver, now
	}
}

// wait is how long so many turns take; 0 when that is not known of late.
func (p *pace) wait(turns int, old time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.learned) > old {
		return 0
	}
	return time.Duration(turns) * p.turn
}
