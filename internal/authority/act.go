package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// act is the one door for change. allowed says whether the actor may (nil) or why not;
// the change completes the event, which is appended in the same transaction, so that
// there is no act without its event (promise G6). A denied attempt is recorded too.
func (a *Authority) act(ctx context.Context, by Actor, act audit.Act, allowed error, change func(ctx context.Context, tx Tx, e *audit.Event) error) error {
	return a.actMany(ctx, by, act, allowed, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		e := by.event(act)
		if err := change(ctx, tx, &e); err != nil {
			return err
		}
		record(e)
		return nil
	})
}

// actMany is the same door for one change that is several acts: it records an event for each.
// act names the attempt, for when it is denied.
func (a *Authority) actMany(ctx context.Context, by Actor, act audit.Act, allowed error, change func(ctx context.Context, tx Tx, record func(audit.Event)) error) error {
	if by.IsZero() {
		allowed = fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	}
	if allowed != nil {
		return a.refuse(ctx, by.event(act), allowed)
	}
	return a.store.Change(ctx, func(ctx context.Context, tx Tx) error {
		return change(ctx, tx, func(e audit.Event) { a.append(tx, e) })
	})
}

// append completes an event with its id and time and queues it with the change.
func (a *Authority) append(tx Tx, e audit.Event) {
	e.At = a.store.Now()
	e.ID = secret.NewID(e.At)
	tx.Append(e)
}

// refuse records a refusal, one event each within the source's budget and counted beyond it, and returns why.
func (a *Authority) refuse(ctx context.Context, e audit.Event, why error) error {
	e.Outcome, e.Reason = audit.Denied, fault.ReasonOf(why)
	if !a.refusals.admit(e, a.store.Now()) {
		return why
	}
	err := a.store.Change(ctx, func(_ context.Context, tx Tx) error {
		a.append(tx, e)
		return nil
	})
	if err != nil {
		return fault.As(err)
	}
	return why
}

// RequireAnywhere fails with Denied, and records it, when the actor holds a permission at no tenant at all.
func (a *Authority) RequireAnywhere(ctx context.Context, by Actor, p grant.Permission) error {
	if by.MayAnywhere(p) {
		return nil
	}
	e := by.event(audit.Authenticate)
	e.Detail = detail(nil, "permission", string(p))
	return a.refuse(ctx, e, fault.New(fault.Denied, ReasonNoPermission, "The role does not allow this."))
}
