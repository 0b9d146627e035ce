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

// CreateRole adds a role to an organisation; its permissions are the platform's, never Doorward's own. It needs
// grant.ManageDirectory there. It fails with NotFound, Denied, Malformed, and Conflict when there is one of its name.
func (a *Authority) CreateRole(ctx context.Context, by Actor, organisation tenant.ID, name string, permissions []grant.Permission) (grant.Role, error) {
	name, err := checkText("name", name)
	if err == nil {
		err = checkPermissions(permissions)
	}
	if err != nil {
		return grant.Role{}, a.malformed(ctx, by, audit.PutRole, err)
	}
	made := grant.Role{ID: grant.OrganisationRole(organisation.Key(), name), Permissions: slices.Clone(permissions)}
	err = a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutRole,
		judge: func(ctx context.Context, v View) error {
			if organisation.Kind() != tenant.KindOrganisation {
				return fault.New(fault.NotFound, ReasonOutside, "There is no such organisation.")
			}
			_, err := by.managed(ctx, v, organisation)
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			rows, err := tx.Roles(ctx, []grant.RoleID{made.ID})
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				return taken("name", "The organisation has a role of this name already.")
			}
			tx.PutRole(made)
			a.made(tx, by, string(made.ID))
			record(by.roleEvent(audit.PutRole, made, "created"))
			return nil
		},
	})
	if err != nil {
		return grant.Role{}, err
	}
	return made, nil
}

// ChangeRole changes what an organisation's role permits, for all who have it from their next request on. It needs
// grant.ManageDirectory at the organisation. It fails with NotFound, Denied (a built-in role stays as it is), Malformed,
// and Unmet when the role is not as it was seen.
func (a *Authority) ChangeRole(ctx context.Context, by Actor, id grant.RoleID, permissions []grant.Permission, match Match) (next grant.Role, err error) {
	if err := checkPermissions(permissions); err != nil {
		return grant.Role{}, a.malformed(ctx, by, audit.PutRole, err)
	}
	err = a.amendRole(ctx, by, audit.PutRole, id, match, func(_ context.Context, tx Tx, have grant.Role) (*audit.Event, error) {
		next = have
		if slices.Equal(have.Permissions, permissions) {
			return nil, nil
		}
		next.Permissions = slices.Clone(permissions)
		tx.PutRole(next)
		e := by.roleEvent(audit.PutRole, next, "updated")
		return &e, nil
	})
	if err != nil {
		return grant.Role{}, err
	}
	return next, nil
}

// DeleteRole takes away an organisation's role that nobody has. It needs grant.ManageDirectory at the organisation. It
// fails with NotFound, Denied, Conflict while somebody has it, and Unmet when the role is not as it was seen.
func (a *Authority) DeleteRole(ctx context.Context, by Actor, id grant.RoleID, match Match) error {
	return a.amendRole(ctx, by, audit.DropRole, id, match, func(ctx context.Context, tx Tx, have grant.Role) (*audit.Event, error) {
		held, err := tx.GrantPage(ctx, GrantFilter{Role: id}, GrantKey{}, 1)
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			return nil, fault.New(fault.Conflict, ReasonInUse, "Somebody has this role; take it away first.")
		}
		tx.DropRole(id)
		e := by.roleEvent(audit.DropRole, have, "deleted")
		return &e, nil
	})
}

// amendRole is the way to change a role that exists; change returns no event when there is nothing to change.
func (a *Authority) amendRole(ctx context.Context, by Actor, act audit.Act, id grant.RoleID, match Match,
	change func(ctx context.Context, tx Tx, have grant.Role) (*audit.Event, error),
) error {
	var have grant.Role
	return a.changeDirectory(ctx, by, directoryAct{
		act: act,
		judge: func(ctx context.Context, v View) (err error) {
			if have, err = a.knownRole(ctx, by, v, id); err != nil {
				return err
			}
			if id.BuiltIn() {
				return fault.New(fault.Denied, ReasonNoPermission, "A built-in role stays as it is.")
			}
			_, err = by.managed(ctx, v, OrganisationOf(id))
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			if err := match.check(VersionOfRole(have)); err != nil {
				return err
			}
			e, err := change(ctx, tx, have)
			if err != nil || e == nil {
				return err
			}
			tx.Publish(FeedRole, string(id))
			record(*e)
			return nil
		},
	})
}

// knownRole returns a role that the actor may know of: a built-in one, if it reads the directory anywhere, or one of an
// organisation where it does.
func (a *Authority) knownRole(ctx context.Context, by Actor, v View, id grant.RoleID) (grant.Role, error) {
	none := fault.New(fault.NotFound, ReasonOutside, "There is no such role.")
	if role, ok := a.roles[id]; ok && (by.own || by.MayAnywhere(grant.ReadDirectory)) {
		return role, nil
	}
	if id.BuiltIn() {
		return grant.Role{}, none
	}
	lineage, err := v.Lineage(ctx, OrganisationOf(id))
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return grant.Role{}, err
	}
	if err != nil || !by.mayRead(lineage) {
		return grant.Role{}, none
	}
	rows, err := v.Roles(ctx, []grant.RoleID{id})
	if err != nil {
		return grant.Role{}, err
	}
	if len(rows) == 0 {
		return grant.Role{}, none
	}
	return rows[0], nil
}

// OrganisationOf returns the organisation that a role is of.
func OrganisationOf(id grant.RoleID) tenant.ID {
	name, _, _ := strings.Cut(string(id), "/")
	return tenant.Organisation(name)
}

// checkPermissions refuses what no directory could say of a role.
func checkPermissions(permissions []grant.Permission) error {
	if len(permissions) == 0 || len(permissions) > maxRolePermissions {
		return fault.BadParameter("permissions", "A role has from 1 to 200 permissions.")
	}
	seen := map[grant.Permission]bool{}
	for _, p := range permissions {
		if wrong := CheckRolePermission(string(p)); wrong != "" {
			return fault.BadParameter("permissions", "A permission "+wrong+".")
		}
		if seen[p] {
			return fault.BadParameter("permissions", "A permission is there twice.")
		}
		seen[p] = true
	}
	return nil
}

const maxRolePermissions = 200
