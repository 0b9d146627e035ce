package authority

import (
	"slices"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// holdsAll fails with Unmet for a permission that the actor does not hold.
func (by Actor) holdsAll(permissions []grant.Permission) error {
	for _, p := range permissions {
		if !by.holds(p) {
			return fault.New(fault.Unmet, ReasonNotHeld, "A permission that was asked for is not held.")
		}
	}
	return nil
}

// holds reports whether the actor holds a permission somewhere its credential reaches: what a token for one account says
// that it permits must be permitted there. Where our own permissions count we look ourselves when they are used.
func (by Actor) holds(p grant.Permission) bool {
	if !by.MayAnywhere(p) || p.IsOwn() || by.credential().Tenants == nil {
		return by.MayAnywhere(p)
	}
	for _, at := range by.credential().Tenants {
		if _, ok := grant.Allows(by.held, p, by.standing().Path(at)); ok {
			return true
		}
	}
	return slices.ContainsFunc(by.held, func(h grant.Held) bool {
		return !h.Inactive && slices.Contains(h.RoleOf.Permissions, p) && by.credential().reaches(by.standing().Path(h.Tenant))
	})
}

// permissions returns all that the actor holds, in byte order.
func (by Actor) permissions() (all []grant.Permission) {
	for _, h := range by.held {
		for _, p := range h.RoleOf.Permissions {
			if by.holds(p) {
				all = append(all, p)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
