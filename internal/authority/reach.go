package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// refusedAt returns why an actor may not do something at a tenant, or nil; "" is the whole installation. A tenant
// outside the actor's reach is told apart from none by nothing (promise G8). err says that it could not be decided.
func (a *Authority) refusedAt(ctx context.Context, by Actor, p grant.Permission, at tenant.ID) (refused, err error) {
	path := root
	if at != "" {
		if path, err = a.path(ctx, at); err != nil {
			return nil, err
		}
	}
	switch {
	case by.IsZero():
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required."), nil
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot do this."), nil
	case by.may(p, path):
		return nil, nil
	case at == "":
		return needsOperator(), nil
	}
	return fault.New(fault.NotFound, ReasonOutside, "There is no such tenant."), nil
}

// path returns a tenant and all above it, empty when there is no such tenant.
func (a *Authority) path(ctx context.Context, id tenant.ID) (path tenant.Path, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		lineage, err := v.Lineage(ctx, id)
		path = pathOf(lineage)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return path, err
}

// require fails when an actor may not read something at a tenant, and records that it tried.
func (a *Authority) require(ctx context.Context, by Actor, p grant.Permission, at tenant.ID) error {
	refused, err := a.refusedAt(ctx, by, p, at)
	if err != nil || refused == nil {
		return err
	}
	return a.refuseRead(ctx, by, p, at, refused)
}

// refuseRead records that an actor tried to read what it may not. To Doorward's own command line nothing is denied:
// what it does not find is not there.
func (a *Authority) refuseRead(ctx context.Context, by Actor, p grant.Permission, at tenant.ID, why error) error {
	if by.own {
		return why
	}
	e := by.event(audit.ReadDirectory)
	e.Tenant, e.Detail = at, detail(nil, "permission", string(p))
	return a.refuse(ctx, e, why)
}
