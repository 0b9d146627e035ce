package limit

import (
	"context"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

const defaultMaxKeys = 100_000

// MostWaiting is how many tries, of all keys together, wait for others to settle; more are refused.
const MostWaiting = 128

// GuessRule allows Failures failed tries in any Period, and locks a key that reaches them for Lock.
type GuessRule struct {
	Failures     int
	Period, Lock time.Duration
}

// Rules turns rules that somebody else decided on, under a type of their own, into ours.
func Rules[T ~struct {
	Failures     int
	Period, Lock time.Duration
}](decided map[string]T) map[string]GuessRule {
	rules := make(map[string]GuessRule, len(decided))
	for class, rule := range decided {
		rules[class] = GuessRule(rule)
	}
	return rules
}

// Guesses holds the failed-try budgets of many keys in bounded memory, by class of rule.
type Guesses struct {
	rules   map[string]GuessRule
	clock   func() time.Time
	maxKeys int
	onWait  func(context.Context)

	mu      sync.Mutex
	budgets map[budgetKey]*budget
	open    forgettable // failures, but not locked; the first to go under pressure
	locked  forgettable
	waiting int // tries that wait for others to settle
}

// NewGuesses returns empty budgets for the given classes; maxKeys below one means 100,000.
func NewGuesses(rules map[string]GuessRule, clock func() time.Time, maxKeys int) *Guesses {
	if clock == nil {
		clock = time.Now
	}
	if maxKeys < 1 {
		maxKeys = defaultMaxKeys
	}
	return &Guesses{rules: rules, clock: clock, maxKeys: maxKeys, budgets: map[budgetKey]*budget{}, onWait: func(context.Context) {}}
}

// OnWait has f told of everybody who must wait: what it holds otherwise, it need not hold meanwhile. It is for before the
// first try.
func (g *Guesses) OnWait(f func(context.Context)) { g.onWait = f }

// Reserve counts one try of key before its work begins, and returns how to settle it.
//
// A positive wait, with a nil settle, is how long the key stays locked: until
// Lock has passed since the last failure, and until fewer than Failures lie in
// the last Period. While tries in flight could still use the budget up, the
// call waits for one of them, so that correct log-ins at once are not refused. When
// those it waited for lock the key, there is a TooMany fault beside the wait: the
// caller has taken as long as their work, and none is due for it.
//
// Call settle once the outcome is known, also when the work never ran: settle(true)
// keeps the failure, settle(false) forgets the try and nothing else, so that nobody
// clears failures by mixing in successes; only the first call counts. Who reserves in several classes does so in one fixed
// order, or two callers may wait for each other.
//
// The error is Internal for a class without a usable rule, and Unavailable when
// ctx ends while waiting, when MostWaiting others wait, or every budget in memory has a try in flight.
func (g *Guesses) Reserve(ctx context.Context, class, key string) (settle func(failed bool), wait time.Duration, err error) {
	rule := g.rules[class]
	if rule.Failures < 1 {
		return nil, 0, &fault.Error{Kind: fault.Internal, Reason: "guess-rule-unknown", Message: "Something went wrong on our side."}
	}
	for waited := false; ; waited = true {
		b, wait, settled, err := g.try(rule, budgetKey{class, key})
		if b != nil {
			var once sync.Once
			return func(failed bool) { once.Do(func() { g.settle(b, failed) }) }, 0, nil
		}
		if wait > 0 && waited {
			err = lockedMeanwhile(wait)
		}
		if wait > 0 || err != nil {
			return nil, wait, err
		}
		if err := g.await(ctx, settled); err != nil {
			return nil, 0, err
		}
	}
}

// await waits for a settling, as one of those that try has counted.
func (g *Guesses) await(ctx context.Context, settled <-chan struct{}) error {
	defer func() {
		g.mu.Lock()
		g.waiting--
		g.mu.Unlock()
	}()
	g.onWait(ctx)
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

func lockedMeanwhile(wait time.Duration) error {
	return &fault.Error{Kind: fault.TooMany, Reason: "locked-meanwhile", RetryAfter: wait, Message: "Too many failed attempts."}
}

// Len returns how many keys are in memory now.
func (g *Guesses) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.budgets)
}

// try takes a place in the budget, or says how long it is locked, or gives what closes at the next settling.
func (g *Guesses) try(rule GuessRule, key budgetKey) (taken *budget, wait time.Duration, settled <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	g.sweep(now)
	b, err := g.budget(rule, key)
	if err != nil {
		return nil, 0, nil, err
	}
	if wait := b.lockedFor(now); wait > 0 {
		return nil, wait, nil, nil
	}
	if len(b.failures)+b.inFlight >= rule.Failures {
		if g.waiting == MostWaiting {
			return nil, 0, nil, unavailable("guesses-busy", nil)
		}
		g.waiting++
		if b.settled == nil {
			b.settled = make(chan struct{})
		}
		return nil, 0, b.settled, nil
	}
	b.inFlight++
	g.file(b)
	return b, 0, nil, nil
}

func (g *Guesses) settle(b *budget, failed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b.inFlight--
	if failed {
		b.fail(g.clock())
	}
	if b.settled != nil {
		close(b.settled)
		b.settled = nil
	}
	g.file(b)
}
