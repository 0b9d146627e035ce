package client

import (
	"context"
	"fmt"
	"time"
)

const (
	answersMax = 10_000
	noMax      = 10_000
	asksAtOnce = 64
	askBound   = 10 * time.Second
	answerAge  = time.Minute
	noAge      = 2 * time.Second
	cutAge     = time.Second            // of an answer while the feed says nothing, or can say nothing of it
	failureAge = 100 * time.Millisecond // so that those who wait for a question that failed do not ask it once more each
	settling   = 3 * time.Second        // after the feed said something, another node may still answer as before
	triesToAsk = 3
)

// answered is what Doorward said of one token, and when. What follows from it is decided anew at every use.
type answered struct {
	claims  claims
	facts   []string // that it depends on
	err     error    // instead of claims: Refused, or why it could not be found out
	ordinal uint64   // what the feed had said when it was asked for
	askedAt time.Time
	until   time.Time
}

// asker finds out by introspection and remembers the facts.
type asker struct {
	client  *Client
	now     func() time.Time
	memory  *memory
	live    func() bool
	age     time.Duration
	yes     *cache[answered]
	no      *cache[answered]
	flights flights
	slots   chan struct{}
}

func newAsker(c *Client, now func() time.Time, m *memory, live func() bool, age time.Duration, most int) *asker {
	return &asker{
		client: c, now: now, memory: m, live: live, age: age,
		yes: newCache[answered](most), no: newCache[answered](noMax), slots: make(chan struct{}, asksAtOnce),
	}
}

// question is one request's: what the feed had said when it came, and when that was.
type question struct {
	key     tokenKey
	token   string
	facts   []string // that the token itself names
	ordinal uint64
	at      time.Time
}

// ask returns what Doorward says of a token, from memory while the feed is followed and has said nothing of it since.
func (a *asker) ask(ctx context.Context, token string, facts []string) (claims, error) {
	q := question{key: keyOf(token), token: token, facts: facts, ordinal: a.memory.count(), at: a.now()}
	for range triesToAsk {
		if known, ok := a.recall(q); ok {
			return known.claims, known.err
		}
		one, err := a.flights.join(ctx, q.key, func(ctx context.Context) answered { return a.load(ctx, q) })
		if err != nil {
			return claims{}, fmt.Errorf("%w: %w", ErrUndecided, err)
		}
		if one = a.judge(one); one.err != nil || a.answers(one, q) {
			return one.claims, one.err
		}
	}
	return claims{}, fmt.Errorf("%w: what it depends on changes all the time", ErrUndecided)
}

// recall returns what is remembered and still counts for a question.
func (a *asker) recall(q question) (answered, bool) {
	if known, ok := a.no.get(q.key); ok && q.at.Before(known.until) {
		return known, true
	}
	known, ok := a.yes.get(q.key)
	if !ok {
		return answered{}, false
	}
	if judged := a.judge(known); judged.err != nil {
		return judged, true // what has ended never counts again, however old the answer is
	}
	return known, q.at.Before(known.until) && a.answers(known, q)
}

// judge turns an answer into a no when the feed says that it is over.
func (a *asker) judge(one answered) answered {
	if one.err == nil && a.memory.of(one.claims.IssuedAt.time(), one.facts).ended {
		return answered{err: refuse(ReasonEnded)}
	}
	return one
}

// answers reports whether an answer is not older than the question allows: nothing it depends on changed between, and
// while the feed says nothing it is at most a second old.
func (a *asker) answers(one answered, q question) bool {
	if !a.live() && q.at.Sub(one.askedAt) >= cutAge {
		return false
	}
	said := a.memory.of(one.claims.IssuedAt.time(), one.facts)
	return said.ordinal <= one.ordinal || said.ordinal > q.ordinal
}

// load asks, and remembers what was answered.
func (a *asker) load(ctx context.Context, q question) answered {
	one := answered{ordinal: a.memory.count(), askedAt: a.now()}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
		one.claims, one.err = a.client.introspect(ctx, q.token)
	case <-ctx.Done():
		one.err = ctx.Err()
	}
	switch {
	case one.err == nil:
		one.facts = append(append([]string{factOf("session", one.claims.ID)}, q.facts...), one.claims.Facts...)
		one.until = a.lasts(one)
		a.yes.put(q.key, one)
		return one
	case ReasonOf(one.err) != "":
		one.until = one.askedAt.Add(noAge)
	default:
		one.err = fmt.Errorf("%w: %w", ErrUndecided, one.err)
		one.until = a.now().Add(failureAge)
	}
	a.no.put(q.key, one)
	return one
}

// lasts says until when an answer may be remembered.
func (a *asker) lasts(one answered) time.Time {
	until := one.askedAt.Add(a.age)
	// What names no facts depends on more than on itself, of which the feed could say nothing here.
	said := a.memory.of(one.claims.IssuedAt.time(), one.facts)
	if len(one.facts) == 1 || said.ordinal > 0 && one.askedAt.Sub(said.here) < settling {
		until = one.askedAt.Add(cutAge)
	}
	if end := one.claims.ExpiresAt.time(); one.claims.ExpiresAt > 0 && end.Before(until) {
		until = end
	}
	return until
}

// forget drops what is remembered of a token, when this module itself has ended it.
func (a *asker) forget(token string) { a.yes.remove(keyOf(token)) }
