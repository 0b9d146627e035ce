package authority

import (
	"context"
	"maps"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// TailOverlap is how late an event may become visible after it was made and still be told by an EventTail: twice the
// longest wait for a commit, so that clocks a second apart do not matter. Events are made right before their commit.
const TailOverlap = time.Minute

// tailPage is how many events are read at once.
const tailPage = 500

// EventTail follows the audit log. IDs are in the order of time, but events become visible in the order of their
// commits: it reads the last TailOverlap again each time and remembers what it told of it, so that none is missed and
// none is told twice. It is for one goroutine.
type EventTail struct {
	authority *Authority
	filter    EventFilter
	from      time.Time // all before it is told, or not wanted
	told      map[secret.ID]bool
}

// TailEvents begins to follow the events that a filter selects, from a time on. It needs grant.ReadEvents at the
// filter's tenant, the installation when it has none.
func (a *Authority) TailEvents(ctx context.Context, by Actor, f EventFilter, since time.Time) (*EventTail, error) {
	if err := a.require(ctx, by, grant.ReadEvents, f.Tenant); err != nil {
		return nil, err
	}
	return &EventTail{authority: a, filter: f, from: since, told: map[secret.ID]bool{}}, nil
}

// Last tells the last n events there are, the oldest first; Next then goes on after them.
func (t *EventTail) Last(ctx context.Context, n int, tell func(audit.Event) error) error {
	since := t.from
	if begin := t.authority.store.Now().Add(-TailOverlap); begin.After(t.from) {
		t.from = begin
	}
	// What is visible already is not wanted later; what becomes visible from here on is.
	if err := t.Next(ctx, func(audit.Event) error { return nil }); err != nil {
		return err
	}
	f := t.filter
	f.After, f.Limit, f.Newest = secret.FirstID(since), n, true
	last, err := t.authority.events(ctx, f)
	if err != nil {
		return err
	}
	for _, e := range last {
		if err := tell(e); err != nil {
			return err
		}
		t.told[e.ID] = true
	}
	return nil
}

// Next tells what became visible since the time before. After an error it can be called again: what was told is
// not told again, and nothing is lost.
func (t *EventTail) Next(ctx context.Context, tell func(audit.Event) error) error {
	settled := t.authority.store.Now().Add(-TailOverlap) // all before it is visible by now
	f := t.filter
	f.After, f.Limit = secret.FirstID(t.from), tailPage
	for {
		page, err := t.authority.events(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range page {
			if t.told[e.ID] {
				continue
			}
			if err := tell(e); err != nil {
				return err
			}
			t.told[e.ID] = true
		}
		if len(page) < tailPage {
			t.settle(settled)
			return nil
		}
		f.After = page[len(page)-1].ID
		if last := f.After.Time(); last.Before(settled) {
			t.settle(last)
		}
	}
}

// settle forgets what is before a time: nothing more becomes visible there.
func (t *EventTail) settle(at time.Time) {
	if at = at.Truncate(time.Millisecond); at.After(t.from) {
		t.from = at
		maps.DeleteFunc(t.told, func(id secret.ID, _ bool) bool { return id.Time().Before(at) })
	}
}

func (a *Authority) events(ctx context.Context, f EventFilter) (events []audit.Event, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		events, err = v.Events(ctx, f)
		return err
	})
	return events, err
}
