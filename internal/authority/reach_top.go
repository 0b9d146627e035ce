package authority

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// ReachOf returns the tenant below which an actor has a permission, for a list that names none: "" is the whole
// installation. It fails with Malformed for an actor that has it at several, of which it must name one, and with Denied
// for one that has it nowhere.
func (a *Authority) ReachOf(ctx context.Context, by Actor, p grant.Permission) (tenant.ID, error) {
	if by.may(p, root) {
		return "", nil
	}
	tops, err := a.topsOf(ctx, by, p)
	switch {
	case err != nil:
		return "", err
	case len(tops) == 0:
		return "", a.refuseRead(ctx, by, p, "", fault.New(fault.Denied, ReasonNoPermission, "The role does not allow this."))
	case len(tops) > 1:
		return "", fault.BadParameter("tenant", "The credential reaches several tenants: name the one whose subtree is meant.")
	}
	return tops[0].ID(), nil
}

// topsOf returns the tenants where an actor has a permission, without those below another of them.
func (a *Authority) topsOf(ctx context.Context, by Actor, p grant.Permission) (tops []tenant.Path, err error) {
	var candidates []tenant.Path
	at := slices.Clone(by.credential().Tenants)
	for _, h := range by.held {
		at = append(at, h.Tenant)
	}
	slices.Sort(at)
	for _, id := range slices.Compact(at) {
		path, err := a.path(ctx, id)
		if err != nil {
			return nil, err
		}
		if by.may(p, path) {
			candidates = append(candidates, path)
		}
	}
	for i, path := range candidates {
		if !slices.ContainsFunc(slices.Delete(slices.Clone(candidates), i, i+1), func(other tenant.Path) bool { return path.Within(other.ID()) }) {
			tops = append(tops, path)
		}
	}
	return tops, nil
}
