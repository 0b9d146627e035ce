package crashproof_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/doorward/doorward/internal/audit"
)

// client does one act after the other, chosen by its own dice, until it gets no answer.
type client struct {
	number int
	dice   *rand.Rand
	wire   wire
	ledger *ledger
	owner  *loginToken // the last one for its account's owner, which the next one replaces
}

// acts is what clients do, each as often as its weight says. Another kind of revocation is another line: a function
// that makes what it revokes (a credential, and kept sessions and login tokens by it), begins its try in the endings of
// each of these, and says how to make it again.
var acts = []struct {
	weight int
	do     func(c *client, ctx context.Context) outcome
}{
	{2, (*client).loginByKeyPair},
	{3, (*client).loginByCode},
	{3, (*client).mintMember},
	{2, (*client).mintOwner},
	{8, (*client).redeem},
	{3, (*client).release},
	{1, (*client).revokeKey},
	{2, (*client).verify},
}

// run acts until the client learns nothing more, or is told to stop.
func (c *client) run(ctx context.Context, stop <-chan struct{}) {
	whole := 0
	for _, act := range acts {
		whole += act.weight
	}
	for {
		select {
		case <-stop:
			return
		default:
		}
		at := c.dice.IntN(whole)
		for _, act := range acts {
			if at -= act.weight; at >= 0 {
				continue
			}
			if act.do(c, ctx) == unknown {
				return
			}
			break
		}
	}
}

func (c *client) loginByKeyPair(ctx context.Context) outcome {
	return c.login(ctx, c.wire.loginByKeyPair, true)
}

func (c *client) loginByCode(ctx context.Context) outcome {
	return c.login(ctx, c.wire.loginByCode, c.dice.IntN(4) == 0)
}

func (c *client) login(ctx context.Context, send func(context.Context) answer, kept bool) outcome {
	_, a := c.opened(ctx, send, kept)
	return a.outcome
}

func (c *client) opened(ctx context.Context, send func(context.Context) answer, kept bool) (*session, answer) {
	t := c.ledger.begin(audit.OpenSession)
	a := send(ctx)
	s := &session{text: a.text, by: t, kept: kept}
	if a.outcome == done {
		c.ledger.addSession(s)
	}
	c.ledger.end(t, a)
	return s, a
}

func (c *client) mintMember(ctx context.Context) outcome {
	t, began := c.ledger.begin(audit.MintLoginToken), time.Now()
	a := c.wire.mintMember(ctx)
	if a.outcome == done {
		c.ledger.addLoginToken(&loginToken{
			text: a.text, audience: 1, by: t, key: c.sharedKey(), kept: c.dice.IntN(4) == 0, expires: began.Add(time.Minute),
		})
	}
	c.ledger.end(t, a)
	return a.outcome
}

// mintOwner mints for this client's own account, so that it is known which of two replaces the other.
func (c *client) mintOwner(ctx context.Context) outcome {
	var ends []*[]*try
	if c.owner != nil {
		ends = append(ends, &c.owner.endings)
	}
	t, began := c.ledger.begin(audit.MintLoginToken, ends...), time.Now()
	a := c.wire.mintOwner(ctx, owned+c.number)
	if a.outcome == done {
		c.owner = &loginToken{
			text: a.text, audience: 3, by: t, key: c.sharedKey(), kept: c.dice.IntN(4) == 0, expires: began.Add(5 * time.Minute),
		}
		c.ledger.addLoginToken(c.owner)
	}
	c.ledger.end(t, a)
	return a.outcome
}

// sharedKey is an idempotency key for half of the login tokens.
func (c *client) sharedKey() string {
	if c.dice.IntN(2) == 0 {
		return ""
	}
	return fmt.Sprintf("key-%016x", c.dice.Uint64())
}

// redeem reaches for one of the latest login tokens, as the other clients do.
func (c *client) redeem(ctx context.Context) outcome {
	found := latest(c.ledger, &c.ledger.loginTokens, func(l *loginToken) bool { return !l.kept })
	if len(found) == 0 {
		return refused
	}
	l, key := found[c.dice.IntN(len(found))], ""
	if c.dice.IntN(4) > 0 {
		key = l.key
	}
	return redeem(ctx, c.ledger, c.wire, l, key).outcome
}

// redeem makes one try at a login token and notes the session it led to.
func redeem(ctx context.Context, book *ledger, w wire, l *loginToken, key string) *try {
	t := book.begin(audit.RedeemLoginToken, &l.tries)
	t.key = key
	a := w.redeem(ctx, l.audience, l.text, key)
	if a.outcome == done {
		book.addRedeemed(t, a.text)
	}
	book.end(t, a)
	return t
}

// release reaches for one of the latest sessions that can be released, as the other clients do.
func (c *client) release(ctx context.Context) outcome {
	found := latest(c.ledger, &c.ledger.sessions, func(s *session) bool { return !s.kept })
	if len(found) == 0 {
		return refused
	}
	s := found[c.dice.IntN(len(found))]
	return release(ctx, c.ledger, c.wire, s).outcome
}

func release(ctx context.Context, book *ledger, w wire, s *session) *try {
	t := book.begin(audit.CloseSession, &s.endings)
	t.again = func(ctx context.Context, book *ledger, w wire) *try { return release(ctx, book, w, s) }
	book.end(t, w.release(ctx, s.text))
	return t
}

// revokeKey makes a key, logs in by it, and revokes it, which ends the session.
func (c *client) revokeKey(ctx context.Context) outcome {
	by, a := c.opened(ctx, c.wire.loginByKeyPair, true)
	if a.outcome != done {
		return a.outcome
	}
	t := c.ledger.begin(audit.IssueCredential)
	id, pair, a := c.wire.issueKey(ctx, by.text)
	c.ledger.end(t, a)
	if a.outcome != done {
		return a.outcome
	}
	s, a := c.opened(ctx, func(ctx context.Context) answer { return c.wire.loginBy(ctx, pair) }, true)
	if a.outcome != done {
		return a.outcome
	}
	return revokeKey(ctx, c.ledger, c.wire, by.text, id, s).outcome
}

func revokeKey(ctx context.Context, book *ledger, w wire, by, id string, s *session) *try {
	t := book.begin(audit.RevokeCredential, &s.endings)
	t.again = func(ctx context.Context, book *ledger, w wire) *try { return revokeKey(ctx, book, w, by, id, s) }
	book.end(t, w.revokeKey(ctx, by, id))
	return t
}

// verify holds what was acknowledged so far against the node that took it: it counts from then on.
func (c *client) verify(ctx context.Context) outcome {
	found := latest(c.ledger, &c.ledger.sessions, func(*session) bool { return true })
	if len(found) == 0 {
		return refused
	}
	s := found[c.dice.IntN(len(found))]
	ended := c.ledger.any(&s.endings, done)
	a := c.wire.verify(ctx, s.text)
	switch {
	case a.outcome == done && ended:
		c.ledger.fault("before the crash: a session lives on after its end was acknowledged")
	case a.outcome == refused && !c.ledger.begun(s):
		c.ledger.fault("before the crash: a session that nobody ends is refused: %d %s", a.status, a.said)
	}
	return a.outcome
}

// begun reports whether somebody has set out to end a session.
func (l *ledger) begun(s *session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(s.endings) > 0
}
