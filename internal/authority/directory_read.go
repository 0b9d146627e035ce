package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// read is the one door to what an actor asks about the directory: look runs when the actor may read the directory at a
// tenant, whose lineage it is given. Everything else is refused with NotFound, in one text for the kind of tenant
// wanted, whether it is outside the actor's reach or absent (promise G8), and recorded.
func (a *Authority) read(ctx context.Context, by Actor, at tenant.ID, wanted tenant.Kind, look func(ctx context.Context, v View, lineage []*Tenant) error) error {
	e := by.event(audit.ReadDirectory)
	e.Tenant = at
	if by.IsZero() {
		return a.refuse(ctx, e, fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required."))
	}
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		lineage, err := v.Lineage(ctx, at)
		if err != nil {
			return err
		}
		if !by.mayRead(lineage) {
			return fault.New(fault.NotFound, ReasonOutside, "")
		}
		return look(ctx, v, lineage)
	})
	if fault.KindOf(err) == fault.NotFound {
		if _, known := parentKinds[wanted]; !known {
			wanted = "tenant" // the kind is of an ID that somebody made up
		}
		return a.refuse(ctx, e, fault.New(fault.NotFound, ReasonOutside, "There is no such "+string(wanted)+"."))
	}
	return err
}

// mayRead reports whether the actor may read the directory at the tenant of a lineage.
func (by Actor) mayRead(lineage []*Tenant) bool { return by.may(grant.ReadDirectory, pathOf(lineage)) }
