package authority

import (
	"context"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// ListTenants returns up to limit tenants after one that are below tenants where the actor reads the directory:
// f.Below and f.Parent. It fails with NotFound for one outside as for one that does not exist.
func (a *Authority) ListTenants(ctx context.Context, by Actor, f TenantFilter, after tenant.ID, limit int) (page []Tenant, err error) {
	within := []tenant.ID{f.Below, f.Parent}
	if f.Below == "" && f.Parent == "" {
		within = []tenant.ID{tenant.Installation}
	}
	for _, at := range within {
		if at == "" {
			continue
		}
		if err := a.require(ctx, by, grant.ReadDirectory, at); err != nil {
			return nil, err
		}
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		page, err = v.TenantPage(ctx, f, after, limit)
		return err
	})
	return page, err
}

// ListPrincipals returns up to limit people or services after one, of an organisation where the actor reads the
// directory; without one that is the installation.
func (a *Authority) ListPrincipals(ctx context.Context, by Actor, f PrincipalFilter, after grant.PrincipalID, limit int) (page []Principal, err error) {
	if err := a.require(ctx, by, grant.ReadDirectory, f.Organisation); err != nil {
		return nil, err
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		page, err = v.PrincipalPage(ctx, f, after, limit)
		return err
	})
	return page, err
}

// ListGrants returns up to limit grants after one: those at a tenant where the actor reads the directory, or of a
// principal that it may know of, of which it sees those where it reads the directory. last is the last grant that was
// looked at, seen or not; more says whether there are any after it.
func (a *Authority) ListGrants(ctx context.Context, by Actor, f GrantFilter, after GrantKey, limit int) (page []grant.Grant, last GrantKey, more bool, err error) {
	err = a.requireGrants(ctx, by, f)
	if err != nil {
		return nil, after, false, err
	}
	last = after
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		rows, err := v.GrantPage(ctx, f, after, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		last, more = keyOf(rows[len(rows)-1]), len(rows) == limit
		page, err = by.visible(ctx, v, f, rows)
		return err
	})
	return page, last, more, err
}

func (a *Authority) requireGrants(ctx context.Context, by Actor, f GrantFilter) error {
	if f.Tenant != "" || f.Principal == "" {
		return a.require(ctx, by, grant.ReadDirectory, f.Tenant)
	}
	_, err := a.ReadPrincipal(ctx, by, f.Principal)
	return err
}

// visible returns those grants that are where the actor reads the directory.
func (by Actor) visible(ctx context.Context, v View, f GrantFilter, rows []grant.Grant) ([]grant.Grant, error) {
	if f.Tenant != "" || by.may(grant.ReadDirectory, root) {
		return rows, nil
	}
	holder, err := v.Standing(ctx, f.Principal)
	return slices.DeleteFunc(rows, func(g grant.Grant) bool {
		return !by.may(grant.ReadDirectory, holder.Path(g.Tenant))
	}), err
}

// ListRoles returns up to limit roles after one, in byte order of their IDs: the built-in ones and those of an
// organisation where the actor reads the directory; without one that is the installation, and all roles.
func (a *Authority) ListRoles(ctx context.Context, by Actor, organisation tenant.ID, after grant.RoleID, limit int) (page []grant.Role, err error) {
	if err := a.require(ctx, by, grant.ReadDirectory, organisation); err != nil {
		return nil, err
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		ids, err := v.RoleIDs(ctx)
		if err != nil {
			return err
		}
		for id := range a.roles {
			ids = append(ids, id)
		}
		ids = slices.DeleteFunc(ids, func(id grant.RoleID) bool {
			return id <= after || !id.BuiltIn() && organisation != "" && OrganisationOf(id) != organisation
		})
		slices.Sort(ids)
		page, err = a.rolesOf(ctx, v, ids[:min(limit, len(ids))])
		return err
	})
	return page, err
}

func (a *Authority) rolesOf(ctx context.Context, v View, ids []grant.RoleID) ([]grant.Role, error) {
	roles, err := v.Roles(ctx, ids)
	for _, id := range ids {
		if role, ok := a.roles[id]; ok {
			roles = append(roles, role)
		}
	}
	slices.SortFunc(roles, func(a, b grant.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return roles, err
}

// ListAudiences returns up to limit audiences after one. It needs grant.ReadDirectory at the installation.
func (a *Authority) ListAudiences(ctx context.Context, by Actor, after AudienceID, limit int) (page []Audience, err error) {
	if err := a.require(ctx, by, grant.ReadDirectory, ""); err != nil {
		return nil, err
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		all, err := v.Audiences(ctx)
		from, _ := slices.BinarySearchFunc(all, after+1, func(a Audience, id AudienceID) int { return int(min(max(a.ID-id, -1), 1)) })
		page = all[from:min(from+limit, len(all))]
		return err
	})
	return page, err
}

// ReadPrincipal returns a principal that the actor may know of: it reads the directory at its organisation, or wherever
// it is granted something. It fails with NotFound for anybody else.
func (a *Authority) ReadPrincipal(ctx context.Context, by Actor, id grant.PrincipalID) (found Standing, err error) {
	err = a.readOne(ctx, by, func(ctx context.Context, v View) (err error) {
		found, err = by.knownPrincipal(ctx, v, id)
		return err
	})
	return found, err
}

// ReadRole returns a built-in role, or one of an organisation where the actor reads the directory.
func (a *Authority) ReadRole(ctx context.Context, by Actor, id grant.RoleID) (found grant.Role, err error) {
	err = a.readOne(ctx, by, func(ctx context.Context, v View) (err error) {
		found, err = a.knownRole(ctx, by, v, id)
		return err
	})
	return found, err
}

// ReadGrant returns a grant at a tenant where the actor reads the directory.
func (a *Authority) ReadGrant(ctx context.Context, by Actor, key GrantKey) (found grant.Grant, err error) {
	err = a.readOne(ctx, by, func(ctx context.Context, v View) (err error) {
		_, found, err = by.knownGrant(ctx, v, key)
		return err
	})
	return found, err
}

// ReadAudience returns an audience. It needs grant.ReadDirectory at the installation.
func (a *Authority) ReadAudience(ctx context.Context, by Actor, id AudienceID) (found Audience, err error) {
	err = a.readOne(ctx, by, func(ctx context.Context, v View) (err error) {
		if !by.may(grant.ReadDirectory, root) {
			return fault.New(fault.NotFound, ReasonOutside, "There is no such audience.")
		}
		found, err = v.Audience(ctx, id)
		return err
	})
	return found, err
}

// readOne is the door to one object of the directory; a refusal is recorded.
func (a *Authority) readOne(ctx context.Context, by Actor, look func(ctx context.Context, v View) error) error {
	if by.IsZero() {
		return a.refuse(ctx, by.event(audit.ReadDirectory), fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required."))
	}
	err := by.refusedActing()
	if err == nil {
		err = a.store.View(ctx, look)
	}
	if isRefusal(err) {
		return a.refuseRead(ctx, by, grant.ReadDirectory, "", err)
	}
	return err
}
