package crashproof_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
)

// checkAnswers holds the ledger against what the node answers after the crash. What it does itself goes into the
// ledger too.
func (r *round) checkAnswers(t *testing.T) {
	t.Helper()
	w := newWire(r.node.url)
	defer w.http.CloseIdleConnections()
	c := checker{r.ledger, w}
	each(t.Context(), r.ledger.loginTokens, c.checkLoginToken)
	each(t.Context(), slices.Concat(r.ledger.sessions, r.elders), c.checkSession)
}

// checker is who asks after the crash.
type checker struct {
	*ledger
	wire wire
}

// checkSession verifies a session: it lives unless its end was acknowledged; when that is unknown it is ended again,
// and then it must have.
func (c checker) checkSession(ctx context.Context, s *session) {
	before := c.wire.verify(ctx, s.text)
	ended, maybe := c.any(&s.endings, done), c.any(&s.endings, unknown)
	switch {
	case before.outcome == unknown:
		c.fault("no answer: a session could not be verified: %s", before.said)
	case ended && before.outcome == done:
		c.fault("revoked and alive: the session of %s", s.by.request)
	case !ended && !maybe && before.outcome == refused:
		c.fault("acknowledged and lost: the session of %s of %s (%d %s)", s.by.act, s.by.request, before.status, before.said)
	}
	if !ended && !maybe {
		return
	}
	for _, t := range slices.Clone(s.endings) {
		if t.outcome == refused || t.again == nil {
			continue
		}
		if again := t.again(ctx, c.ledger, c.wire); again.act == audit.CloseSession && again.outcome == done && (ended || before.outcome == refused) {
			c.fault("doubled: the session of %s was ended twice", s.by.request)
		}
	}
	if after := c.wire.verify(ctx, s.text); after.outcome != refused {
		c.fault("revoked and alive: the session of %s, ended after the crash", s.by.request)
	}
}

// checkLoginToken repeats every redemption that has an idempotency key, then redeems without one, twice: in all that
// must lead to one session at most, and to one where nothing else can have taken the login token.
func (c checker) checkLoginToken(ctx context.Context, l *loginToken) {
	tries := slices.Clone(l.tries)
	spent := slices.ContainsFunc(tries, func(t *try) bool { return t.outcome == done })
	told := slices.ContainsFunc(tries, func(t *try) bool { return t.outcome == refused })
	silent := slices.ContainsFunc(tries, func(t *try) bool { return t.outcome == unknown && t.key == "" })
	ended, maybe := c.any(&l.endings, done), c.any(&l.endings, unknown)
	if slices.ContainsFunc(tries, func(t *try) bool { return t.key != "" }) {
		c.repeat(ctx, l, tries)
	}
	fresh := redeem(ctx, c.ledger, c.wire, l, "")
	repeated := slices.ContainsFunc(l.tries[len(tries):len(l.tries)-1], func(t *try) bool { return t.outcome == done })
	switch expired := time.Now().After(l.expires); {
	case fresh.outcome == unknown:
		c.fault("no answer: a login token could not be redeemed after the crash")
	case fresh.outcome == refused && !spent && !repeated && !silent && !ended && !maybe && !expired:
		c.fault("acknowledged and lost: the login token of %s", l.by.request)
	case fresh.outcome == done && ended:
		c.fault("revoked and alive: the login token of %s", l.by.request)
	case fresh.outcome == done && told:
		c.fault("acknowledged and lost: the login token of %s was refused as spent before the crash and is not", l.by.request)
	}
	if redeem(ctx, c.ledger, c.wire, l, "").outcome != refused {
		c.fault("doubled: a login token is redeemed again and again, that of %s", l.by.request)
	}
	if led := l.sessions(); len(led) > 1 {
		c.fault("doubled: the login token of %s led to %d sessions", l.by.request, len(led))
	}
}

// repeat tries a login token again with the key that it was tried with.
func (c checker) repeat(ctx context.Context, l *loginToken, before []*try) {
	again := redeem(ctx, c.ledger, c.wire, l, l.key)
	for _, t := range before {
		if t.outcome != done || t.key == "" {
			continue
		}
		if again.outcome != done || again.session != t.session {
			c.fault("repeated and different: the redemption %s with an idempotency key (%s)", t.request, again.outcome)
		}
	}
}

// sessions returns the different sessions that a login token led to.
func (l *loginToken) sessions() []string {
	var led []string
	for _, t := range l.tries {
		if t.outcome == done && t.act == audit.RedeemLoginToken && !slices.Contains(led, t.session) {
			led = append(led, t.session)
		}
	}
	return led
}
