package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// SuspendPrincipal deactivates a person or service at once, whatever a directory file says, until ResumePrincipal; the
// name is one that FindPrincipal knows. changed is false when it was so already. It returns what does not count any
// more: it counts again when the principal is resumed in its lifetime. It needs grant.ManageDirectory at the
// principal's organisation.
func (a *Authority) SuspendPrincipal(ctx context.Context, by Actor, name string) (changed bool, ends Ends, err error) {
	return a.holdPrincipal(ctx, by, name, true)
}

// ResumePrincipal ends what SuspendPrincipal began and returns what may count again; what the directory's own status
// says of the principal stays.
func (a *Authority) ResumePrincipal(ctx context.Context, by Actor, name string) (changed bool, ends Ends, err error) {
	return a.holdPrincipal(ctx, by, name, false)
}

func (a *Authority) holdPrincipal(ctx context.Context, by Actor, name string, hold bool) (changed bool, ends Ends, err error) {
	found, err := a.seenPrincipal(ctx, by, name)
	if err == nil {
		err = by.refusedHold(found.home())
	}
	id := found.Principal.ID
	err = a.actMany(ctx, by, audit.PutPrincipal, err, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		p, err := lockedPrincipal(ctx, tx, id)
		if changed = p.HeldAt.IsZero() == hold; err != nil || !changed {
			return err
		}
		p.HeldAt, p.UpdatedAt, p.UpdatedBy = a.heldSince(hold), nextUpdatedAt(p.UpdatedAt, a.store.Now()), by.Principal().ID
		tx.PutPrincipal(p)
		tx.Publish(FeedPrincipal, string(id))
		e := by.event(audit.PutPrincipal)
		e.Subject, e.Tenant, e.Detail = id, p.Organisation, heldDetail(hold, p.Status)
		record(e)
		return nil
	})
	if err != nil {
		return false, Ends{}, err
	}
	ends, err = a.countLive(ctx, SessionFilter{Principal: id})
	return changed, ends, err
}

// lockedPrincipal reads a principal that no apply changes meanwhile.
func lockedPrincipal(ctx context.Context, tx Tx, id grant.PrincipalID) (Principal, error) {
	if err := tx.LockDirectory(ctx); err != nil {
		return Principal{}, err
	}
	rows, err := tx.Principals(ctx, []grant.PrincipalID{id})
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.NotFound, ReasonUnknown, "There is no such person or service.")
	}
	if err != nil {
		return Principal{}, err
	}
	return rows[0], nil
}

// SuspendTenant suspends a tenant and all below it at once, whatever a directory file says, until ResumeTenant. changed
// is false when it was so already. It returns what does not count any more: it counts again when the tenant is resumed
// in its lifetime. It needs grant.ManageDirectory at the tenant.
func (a *Authority) SuspendTenant(ctx context.Context, by Actor, id tenant.ID) (changed bool, ends Ends, err error) {
	return a.holdTenant(ctx, by, id, true)
}

// ResumeTenant ends what SuspendTenant began and returns what may count again; what the directory's own status says of
// the tenant, and what is suspended above it, stays.
func (a *Authority) ResumeTenant(ctx context.Context, by Actor, id tenant.ID) (changed bool, ends Ends, err error) {
	return a.holdTenant(ctx, by, id, false)
}

func (a *Authority) holdTenant(ctx context.Context, by Actor, id tenant.ID, hold bool) (changed bool, ends Ends, err error) {
	refused, err := a.refusedAt(ctx, by, grant.ManageDirectory, id)
	if err != nil {
		return false, Ends{}, err
	}
	err = a.actMany(ctx, by, audit.PutTenant, refused, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		t, err := lockedTenant(ctx, tx, id)
		if changed = t.HeldAt.IsZero() == hold; err != nil || !changed {
			return err
		}
		t.HeldAt, t.UpdatedAt = a.heldSince(hold), nextUpdatedAt(t.UpdatedAt, a.store.Now())
		tx.PutTenant(t)
		tx.Publish(FeedTenant, string(id))
		e := by.event(audit.PutTenant)
		e.Tenant, e.Detail = id, heldDetail(hold, t.Status)
		record(e)
		return nil
	})
	if err != nil {
		return false, Ends{}, err
	}
	ends, err = a.countLive(ctx, SessionFilter{Tenant: id})
	return changed, ends, err
}

// lockedTenant reads a tenant that no apply changes meanwhile.
func lockedTenant(ctx context.Context, tx Tx, id tenant.ID) (Tenant, error) {
	if err := tx.LockDirectory(ctx); err != nil {
		return Tenant{}, err
	}
	lineage, err := tx.Lineage(ctx, id)
	if err != nil {
		return Tenant{}, err
	}
	return *lineage[0], nil
}

func (a *Authority) heldSince(hold bool) time.Time {
	if hold {
		return a.store.Now()
	}
	return time.Time{}
}

func heldDetail(hold bool, status Status) map[string]string {
	change := "resumed"
	if hold {
		change = "suspended"
	}
	return detail(nil, "change", change, "status", string(status))
}

// refusedHold returns why an actor may not suspend and resume a principal at home at path, or nil.
func (by Actor) refusedHold(path tenant.Path) error {
	switch {
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot suspend or resume.")
	case !by.may(grant.ManageDirectory, path):
		return fault.New(fault.Denied, ReasonNoPermission, "This needs an operator of the organisation.")
	}
	return nil
}
