package authority

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantChange says what to change of a tenant; nil leaves it as it is.
type TenantChange struct {
	Match   Match // the versions that it was decided by
	Parent  *tenant.ID
	Name    *string
	Status  *Status // Active or Suspended, by the directory: a command's suspension stays beside it
	Portal  *string
	Profile *Profile
}

// ChangeTenant changes a tenant or moves it, with all below it. It needs grant.ManageDirectory at the tenant and, to move
// it, at the new parent. It fails with NotFound, Denied, Malformed, Conflict (portal), and Unmet when the tenant is not
// as it was seen or cannot be there.
func (a *Authority) ChangeTenant(ctx context.Context, by Actor, id tenant.ID, change TenantChange) (Tenant, error) {
	var lineage, parent []*Tenant
	var next Tenant
	err := a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutTenant,
		judge: func(ctx context.Context, v View) (err error) {
			if lineage, err = by.managed(ctx, v, id); err == nil && change.Parent != nil {
				parent, err = by.managed(ctx, v, *change.Parent)
			}
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			have := *lineage[0]
			if err := change.Match.check(have.UpdatedAt); err != nil {
				return err
			}
			var err error
			if next, err = change.of(have); err != nil {
				return err
			}
			names := next.changes(have)
			if len(names) == 0 {
				return nil
			}
			if next.Parent != have.Parent {
				if err := checkMove(ctx, tx, have, pathOf(lineage), pathOf(parent)); err != nil {
					return err
				}
				lineage = append(lineage[:1:1], parent...)
			}
			if err := freePortal(ctx, tx, next); err != nil {
				return err
			}
			next.UpdatedAt = nextUpdatedAt(have.UpdatedAt, a.store.Now())
			tx.PutTenant(next)
			tx.Publish(FeedTenant, string(id))
			record(by.tenantEvent(next, "updated", strings.Join(names, ",")))
			return nil
		},
	})
	if err != nil {
		return Tenant{}, err
	}
	if !by.mayRead(lineage[1:]) {
		next.Parent = ""
	}
	return next, nil
}

// of returns the tenant as it should be.
func (change TenantChange) of(t Tenant) (Tenant, error) {
	if t.ID == tenant.Installation {
		return t, fault.New(fault.Unmet, ReasonNotThere, "The installation itself is not changed.")
	}
	if change.Parent != nil {
		t.Parent = *change.Parent
	}
	if change.Name != nil {
		t.Name = *change.Name
	}
	if change.Status != nil {
		t.Status = *change.Status
	}
	if change.Portal != nil {
		t.Portal = *change.Portal
	}
	if change.Profile != nil {
		t.Profile = *change.Profile
	}
	if t.Status != Active && t.Status != Suspended {
		return t, fault.BadParameter("status", "A tenant is active or suspended.")
	}
	if t.ID.Kind() == tenant.KindOrganisation && t.Name != t.ID.Key() {
		return t, organisationsName()
	}
	err := checkTenantText(&t)
	return t, err
}
