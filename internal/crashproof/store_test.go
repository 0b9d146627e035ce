package crashproof_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// slack is how far the store's clock may be from ours.
const slack = 5 * time.Second

// checkStore holds the ledger against the events of the round, and these against the rows they record.
func (r *round) checkStore(t *testing.T, began time.Time) {
	t.Helper()
	r.settle(t)
	store, db := r.open(t), r.openRaw(t)
	defer closing(t, store)
	defer closing(t, db)
	b := books{store: store, keys: r.keys, ledger: r.ledger}
	r.known = b.read(t, began.Add(-slack), r.known)
	b.checkTries()
	r.unsaid = b.checkUnanswered()
	for _, s := range r.ledger.sessions {
		b.checkSession(t, s)
	}
	for _, l := range r.ledger.loginTokens {
		b.checkLoginToken(t, l)
	}
	for what, n := range tally(t, db, began.Add(-slack)) {
		r.ledger.fault("in the store: %d × %s", n, what)
	}
}

// books are the events of the acts that were done in a round, the store they are in, and the ledger to hold against it.
type books struct {
	*ledger
	store        authority.Store
	keys         *secret.Keys
	events       []audit.Event
	byRequest    map[string][]audit.Event
	bySession    map[secret.ID][]audit.Event
	byLoginToken map[secret.ID][]audit.Event
}

// read takes the events that were not known yet and returns those that now are.
func (b *books) read(t *testing.T, since time.Time, known map[secret.ID]bool) map[secret.ID]bool {
	t.Helper()
	b.byRequest, b.bySession, b.byLoginToken = map[string][]audit.Event{}, map[secret.ID][]audit.Event{}, map[secret.ID][]audit.Event{}
	read, after := map[secret.ID]bool{}, secret.NewID(since)
	b.view(t, func(ctx context.Context, v authority.View) error {
		for {
			events, err := v.Events(ctx, authority.EventFilter{After: after, Limit: 1000})
			if err != nil || len(events) == 0 {
				return err
			}
			for _, e := range events {
				after, read[e.ID] = e.ID, true
				if e.Outcome != audit.Done || e.Request == "" || known[e.ID] {
					continue
				}
				b.events = append(b.events, e)
				b.byRequest[e.Request] = append(b.byRequest[e.Request], e)
				b.bySession[e.Session] = append(b.bySession[e.Session], e)
				b.byLoginToken[e.LoginToken] = append(b.byLoginToken[e.LoginToken], e)
			}
		}
	})
	return read
}

func (b *books) view(t *testing.T, read func(ctx context.Context, v authority.View) error) {
	t.Helper()
	if err := b.store.View(t.Context(), read); err != nil {
		t.Fatal(err)
	}
}

// checkTries demands one event for every acknowledged act and none for a refused one.
func (b *books) checkTries() {
	for _, t := range b.tries {
		events := b.byRequest[t.request]
		switch {
		case t.outcome == refused && len(events) > 0:
			b.fault("an event without its act: %s of %s, which was refused", t.act, t.request)
		case t.outcome == done && len(events) == 0 && t.act == audit.RedeemLoginToken && t.key != "":
			// It may have repeated another, whose event its login token must have.
		case t.outcome == done && (len(events) != 1 || events[0].Act != t.act):
			b.fault("an act without its one event: %s of %s has %d", t.act, t.request, len(events))
		}
	}
}

// checkUnanswered demands that no more was done than was asked: what has an event and no answer was asked for by
// somebody who got none. It returns how much that is.
func (b *books) checkUnanswered() (whole int) {
	answered, open, found := map[string]bool{}, map[audit.Act]int{}, map[audit.Act]int{}
	for _, t := range b.tries {
		if t.outcome == unknown {
			open[t.act]++
		} else {
			answered[t.request] = true
		}
	}
	for _, e := range b.events {
		if !answered[e.Request] {
			found[e.Act]++
		}
	}
	for act, n := range found {
		whole += n
		if n > open[act] {
			b.fault("done more often than asked: %d × %s without an answer, of which %d were asked for", n, act, open[act])
		}
	}
	return whole
}

// checkSession demands that a session has one event of its opening and, when it is closed, one of that.
func (b *books) checkSession(t *testing.T, s *session) {
	presented, _ := b.keys.ParseSession(secret.Of(s.text))
	var facts authority.SessionFacts
	b.view(t, func(ctx context.Context, v authority.View) (err error) {
		facts, err = v.SessionFacts(ctx, authority.SessionID(presented.ID))
		return unlessAbsent(err)
	})
	opens := only(b.bySession[presented.ID], audit.OpenSession, audit.RedeemLoginToken)
	closes := only(b.bySession[presented.ID], audit.CloseSession)
	if facts.Session.ID.IsZero() || len(opens) != 1 || s.by.act == audit.OpenSession && opens[0].Request != s.by.request {
		b.fault("booked wrong: a session without its one event: that of %s has %d", s.by.request, len(opens))
	}
	if closed := !facts.Session.ClosedAt.IsZero(); len(closes) > 1 || closed != (len(closes) == 1) {
		b.fault("booked wrong: closed %t with %d events of that: the session of %s", closed, len(closes), s.by.request)
	}
	if ends := slices.DeleteFunc(slices.Clone(s.endings), func(t *try) bool { return t.act != audit.CloseSession || t.outcome != done }); len(ends) > 1 {
		b.fault("doubled: the session of %s was ended by %d", s.by.request, len(ends))
	}
}

// checkLoginToken demands one event of its minting, one of its redemption exactly when it led to a session, and that
// session the one that was told.
func (b *books) checkLoginToken(t *testing.T, l *loginToken) {
	presented, _ := b.keys.ParseLoginToken(secret.Of(l.text))
	var row authority.LoginToken
	var led authority.Session
	b.view(t, func(ctx context.Context, v authority.View) error {
		facts, err := v.LoginTokenFacts(ctx, authority.LoginTokenID(presented.ID))
		if row = facts.LoginToken; err != nil || row.Session.IsZero() {
			return unlessAbsent(err)
		}
		session, err := v.SessionFacts(ctx, row.Session)
		led = session.Session // absent when the login token was spent for nothing
		return unlessAbsent(err)
	})
	mints := only(b.byLoginToken[presented.ID], audit.MintLoginToken)
	redemptions := only(b.byLoginToken[presented.ID], audit.RedeemLoginToken)
	if len(mints) != 1 || mints[0].Request != l.by.request {
		b.fault("booked wrong: a login token without its one event: that of %s has %d", l.by.request, len(mints))
	}
	switch spent := !led.ID.IsZero(); {
	case row.ID.IsZero() && len(l.endings) == 0: // otherwise a newer one may have its row
		b.fault("booked wrong: the login token of %s is not in the store", l.by.request)
	case len(redemptions) > 1 || len(redemptions) == 1 != spent:
		b.fault("booked wrong: the login token of %s has %d redemptions and the session %s", l.by.request, len(redemptions), led.ID)
	case spent && (led.LoginToken != row.ID || redemptions[0].Session != secret.ID(led.ID)):
		b.fault("booked wrong: the login token of %s, its redemption and its session are not of each other", l.by.request)
	}
	for _, told := range l.sessions() {
		if p, _ := b.keys.ParseSession(secret.Of(told)); authority.SessionID(p.ID) != led.ID {
			b.fault("booked wrong: the redemption of the login token of %s told of another session than it has", l.by.request)
		}
	}
}

func unlessAbsent(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func only(events []audit.Event, acts ...audit.Act) []audit.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e audit.Event) bool { return !slices.Contains(acts, e.Act) })
}
