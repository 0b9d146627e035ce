package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// MemberPage says which of an account's members to return: in the order of their numbers, or of their names in code
// point order and then their numbers.
type MemberPage struct {
	ByName     bool
	Descending bool
	Offset     int64
	Limit      int
}

// Members returns a page of the people whom the actor may hand over at an account, and how many they are in all. It
// fails with NotFound for an account that is suspended or where the actor may hand nobody over.
func (a *Authority) Members(ctx context.Context, by Actor, account tenant.ID, page MemberPage) (members []Principal, total int64, err error) {
	var lineage []*Tenant
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		if lineage, err = v.Lineage(ctx, account); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		members, total, err = v.Members(ctx, account, page)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if refused := by.refusedMembers(pathOf(lineage)); refused != nil {
		return nil, 0, a.refuseRead(ctx, by, grant.MintLoginToken, account, refused)
	}
	return members, total, nil
}

// refusedMembers returns why the actor may not see whom it could hand over at the account of path, or nil.
func (by Actor) refusedMembers(path tenant.Path) error {
	if by.IsZero() {
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	}
	if refused := by.refusedHandOver(grant.MintLoginToken, path); refused != nil {
		return refused
	}
	if _, suspended := path.Suspended(); suspended {
		return fault.New(fault.NotFound, ReasonTenantSuspended, "There is no such account.")
	}
	return nil
}
