package authority

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// operatorKinds are where there can be operators: of the whole installation, or of a part of it.
var operatorKinds = []tenant.Kind{tenant.KindInstallation, tenant.KindOrganisation, tenant.KindReseller}

// fits reports whether a role can be had by such a principal at such a tenant.
func fits(g grant.Grant) bool {
	kind, person := g.Tenant.Kind(), g.Principal.IsPerson()
	switch {
	case g.Role == grant.Operator:
		return slices.Contains(operatorKinds, kind)
	case isManager(g.Role):
		return person && kind == tenant.KindReseller
	case g.Role.IsLevel(), !g.Role.BuiltIn():
		return person && kind == tenant.KindAccount
	case g.Role == grant.UnitMember:
		return person && kind == tenant.KindUnit
	case g.Role == grant.Integrator:
		return !person && kind == tenant.KindAccount
	}
	return false // an audience's service is made with its audience
}

// refusedGive returns why an actor may not give a role at the tenant of path, or nil. Who manages the directory there
// gives the platform's roles, which are its to manage; of what makes an operator it gives no more than it may itself,
// through the credential that it came with.
func (a *Authority) refusedGive(by Actor, role grant.RoleID, path tenant.Path) error {
	operators := a.roles[grant.Operator].Permissions
	for _, p := range a.roles[role].Permissions {
		if slices.Contains(operators, p) && !by.may(p, path) {
			return fault.New(fault.Denied, ReasonNoPermission, "Nobody gives more than they may themselves.")
		}
	}
	return nil
}

// refusedPrimary returns why an actor may not choose which account or unit is a principal's primary one, or nil: it ends
// that another is, which may be outside the actor's reach.
func (by Actor) refusedPrimary(holder Standing) error {
	if !by.covers(grant.ManageDirectory, holder) {
		return fault.New(fault.Denied, ReasonNoPermission, "This needs an operator of all that the person is in.")
	}
	return nil
}

// checkGrant refuses what no directory could say: a role that is not for such a principal at such a tenant, one of
// another organisation, or one without the level that it comes with.
func (a *Authority) checkGrant(ctx context.Context, v View, g grant.Grant, holder Standing, path tenant.Path) error {
	_, builtIn := a.roles[g.Role]
	if !fits(g) || g.Role.BuiltIn() && !builtIn {
		return wrongGrant("Such a role cannot be given to such a principal at such a tenant.")
	}
	if holder.Principal.Status == Deleted {
		return wrongGrant("The person or service is deleted.")
	}
	organisation, ok := path.Nearest(tenant.KindOrganisation)
	if ok && organisation != holder.Principal.Organisation {
		return wrongGrant("The person or service is of another organisation.")
	}
	if g.Role.BuiltIn() {
		return checkFlags(g)
	}
	if OrganisationOf(g.Role) != organisation {
		return wrongGrant("The role is of another organisation.")
	}
	rows, err := v.Roles(ctx, []grant.RoleID{g.Role})
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.NotFound, ReasonUnknown, "There is no such role.")
	}
	if err != nil {
		return err
	}
	if _, ok := levelAt(holder.Grants, g.Tenant); !ok {
		return wrongGrant("The person is no member of the account; give a level first.")
	}
	return checkFlags(g)
}

// checkFlags refuses what no directory could say of a grant.
func checkFlags(g grant.Grant) error {
	switch {
	case g.Primary && !g.Role.IsLevel() && g.Role != grant.UnitMember:
		return wrongGrant("Only a member's account or unit is the primary one.")
	case g.Inactive && !g.Role.IsLevel() && !isManager(g.Role) && g.Role.BuiltIn():
		return wrongGrant("Only a member of an account and a manager are inactive at one tenant.")
	}
	return nil
}

func wrongGrant(message string) error { return fault.New(fault.Unmet, ReasonNotThere, message) }

// levelAt returns the level among a principal's grants that it has in an account.
func levelAt(grants []grant.Grant, account tenant.ID) (grant.Grant, bool) {
	i := slices.IndexFunc(grants, func(g grant.Grant) bool { return g.Tenant == account && g.Role.IsLevel() })
	if i < 0 {
		return grant.Grant{}, false
	}
	return grants[i], true
}

// at returns those of grants that are at a tenant.
func at(grants []grant.Grant, id tenant.ID) []grant.Grant {
	return slices.DeleteFunc(slices.Clone(grants), func(g grant.Grant) bool { return g.Tenant != id })
}

// keyOf names a grant.
func keyOf(g grant.Grant) GrantKey { return GrantKey{g.Principal, g.Tenant, g.Role} }
