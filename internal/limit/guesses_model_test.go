package limit_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/limit"
)

// naive keeps every failure for ever and looks through all of them each time.
type naive struct {
	rule     limit.GuessRule
	failures []time.Time // since the last success
	inFlight int
	lockEnds time.Time
}

func (n *naive) recent(now time.Time) (recent []time.Time) {
	for _, at := range n.failures {
		if at.Add(n.rule.Period).After(now) {
			recent = append(recent, at)
		}
	}
	return recent
}

func (n *naive) fail(now time.Time) {
	n.failures = append(n.failures, now)
	if recent := n.recent(now); len(recent) == n.rule.Failures {
		n.lockEnds = now.Add(n.rule.Lock)
		if opens := recent[0].Add(n.rule.Period); opens.After(n.lockEnds) {
			n.lockEnds = opens
		}
	}
}

func (n *naive) mayTry(now time.Time) (allowed bool, wait time.Duration) {
	if now.Before(n.lockEnds) {
		return false, n.lockEnds.Sub(now)
	}
	return len(n.recent(now))+n.inFlight < n.rule.Failures, 0
}

func TestGuessesBehaveLikeTheNaiveModel(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end() // so that what would wait returns at once
	rapid.Check(t, func(t *rapid.T) {
		rule := limit.GuessRule{
			Failures: rapid.IntRange(1, 4).Draw(t, "failures"),
			Period:   time.Duration(rapid.IntRange(1, 10).Draw(t, "period")) * time.Second,
			Lock:     time.Duration(rapid.IntRange(0, 15).Draw(t, "lock")) * time.Second,
		}
		clock := newClock()
		guesses := limit.NewGuesses(map[string]limit.GuessRule{class: rule}, clock.Now, 0)
		models := map[string]*naive{"ann": {rule: rule}, "bob": {rule: rule}}
		type flight struct {
			model  *naive
			settle func(bool)
		}
		var flights []flight
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "key")
				model := models[key]
				allowed, wantWait := model.mayTry(clock.Now())
				settle, wait, err := guesses.Reserve(ended, class, key)
				if (settle != nil) != allowed || wait != wantWait || (err != nil) != (!allowed && wantWait == 0) {
					t.Fatalf("model: allowed %v, wait %v; got %v, %v, %v", allowed, wantWait, settle != nil, wait, err)
				}
				if allowed {
					model.inFlight++
					flights = append(flights, flight{model, settle})
				}
			},
			"settle": func(t *rapid.T) {
				if len(flights) == 0 {
					t.Skip("nothing in flight")
				}
				at := rapid.IntRange(0, len(flights)-1).Draw(t, "flight")
				failed := rapid.Bool().Draw(t, "failed")
				settled := flights[at]
				flights = append(flights[:at], flights[at+1:]...)
				settled.settle(failed)
				settled.model.inFlight--
				if failed {
					settled.model.fail(clock.Now())
				}
			},
			"advance": func(t *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(0, 8_000).Draw(t, "milliseconds")) * time.Millisecond)
			},
			"": func(t *rapid.T) {
				for _, model := range models {
					if recent := len(model.recent(clock.Now())); recent > rule.Failures {
						t.Fatalf("%d failures within one period, %d allowed", recent, rule.Failures)
					}
				}
			},
		})
	})
}
