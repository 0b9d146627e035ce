package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantReport is a tenant with all that an operator asks about it.
type TenantReport struct {
	Lineage     []*Tenant // the tenant itself first, the installation last
	SuspendedBy tenant.ID // the nearest suspended tenant, itself included; empty: it counts
	Children    map[tenant.Kind]int64
	Owner       Principal   // of an account; zero: it has none
	ManagedBy   []Caretaker // staff of the resellers on the way up, and the installation's operators
	Live        Ends        // what suspending the tenant ends
}

// Caretaker is who manages a tenant, and by which grant.
type Caretaker struct {
	Principal Principal
	Grant     grant.Grant
}

// ShowTenant reports on a tenant. It needs grant.ReadDirectory there and fails with NotFound.
func (a *Authority) ShowTenant(ctx context.Context, by Actor, id tenant.ID) (r TenantReport, err error) {
	if err := a.require(ctx, by, grant.ReadDirectory, id); err != nil {
		return r, err
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) error { return r.read(ctx, v, id) })
	if err != nil {
		return TenantReport{}, err
	}
	r.SuspendedBy, _ = pathOf(r.Lineage).Suspended()
	r.Live, err = a.countLive(ctx, SessionFilter{Tenant: id})
	return r, err
}

func (r *TenantReport) read(ctx context.Context, v View, id tenant.ID) (err error) {
	if r.Lineage, err = v.Lineage(ctx, id); err != nil {
		return err
	}
	if r.Children, err = v.ChildCounts(ctx, id); err != nil {
		return err
	}
	owner, err := v.StandingOfOwner(ctx, id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	r.Owner = owner.Principal
	r.ManagedBy, err = caretakers(ctx, v, r.Lineage)
	return err
}

// caretakers come nearest first, as the tenants they are granted at do.
func caretakers(ctx context.Context, v View, lineage []*Tenant) (found []Caretaker, err error) {
	roles := []grant.RoleID{grant.Operator}
	for _, name := range grant.ManagerNames {
		roles = append(roles, grant.ManagerRole(name))
	}
	grants, err := v.GrantsAt(ctx, keysOf(lineage, func(t *Tenant) tenant.ID { return t.ID }), roles)
	if err != nil {
		return nil, err
	}
	people, err := v.Principals(ctx, keysOf(grants, func(g grant.Grant) grant.PrincipalID { return g.Principal }))
	byID := keyed(people, principalID)
	for _, at := range lineage {
		for _, g := range grants {
			if g.Tenant == at.ID {
				found = append(found, Caretaker{byID[g.Principal], g})
			}
		}
	}
	return found, err
}
