package authority

import (
	"cmp"
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// exportPage bounds what is read at once.
const exportPage = 1000

// export is one export under way.
type export struct {
	Directory
	left    []Leftover
	tenants map[tenant.ID]Tenant
	homes   map[grant.PrincipalID]tenant.ID // the organisation of every principal
	written map[tenant.ID]bool              // tenants that the directory has
	granted map[entryKey][]grant.Grant      // to people, at one tenant each
	service map[grant.PrincipalID][]tenant.ID
	alone   map[grant.PrincipalID]Status // services that no key has brought along yet
	keys    []Credential
}

// Export returns what is stored as a directory without its secrets, and what of it no directory can say. Applying that
// directory to the same store changes nothing. It needs grant.ManageDirectory at the installation and fails with
// Denied. It reads page by page: an apply beside it may be seen in part.
func (a *Authority) Export(ctx context.Context, by Actor) (Directory, []Leftover, error) {
	if refused := by.refusedDirectory(); refused != nil || by.IsZero() {
		return Directory{}, nil, a.actMany(ctx, by, audit.ReadDirectory, refused, nil)
	}
	x := &export{
		Directory: Directory{WithoutSecrets: true}, tenants: map[tenant.ID]Tenant{}, homes: map[grant.PrincipalID]tenant.ID{},
		written: map[tenant.ID]bool{}, granted: map[entryKey][]grant.Grant{}, service: map[grant.PrincipalID][]tenant.ID{}, alone: map[grant.PrincipalID]Status{},
	}
	if err := a.store.View(ctx, x.read); err != nil {
		return Directory{}, nil, err
	}
	x.writeTenants()
	x.writeGrants()
	x.writeKeys()
	x.leaveAlone()
	return x.Directory, x.left, nil
}

func (x *export) read(ctx context.Context, v View) error {
	var err error
	if x.Audiences, err = v.Audiences(ctx); err != nil {
		return err
	}
	for _, read := range []func(context.Context, View) error{x.readTenants, x.readRoles, x.readPrincipals} {
		if err := read(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (x *export) readTenants(ctx context.Context, v View) error {
	return inPages(func(after tenant.ID) ([]tenant.ID, error) { return v.TenantIDs(ctx, after, exportPage) },
		func(ids []tenant.ID) error {
			rows, err := v.Tenants(ctx, ids)
			for _, t := range rows {
				x.tenants[t.ID] = t
			}
			return err
		})
}

func (x *export) readRoles(ctx context.Context, v View) error {
	ids, err := v.RoleIDs(ctx)
	if err != nil {
		return err
	}
	for page := range slices.Chunk(ids, exportPage) {
		rows, err := v.Roles(ctx, page)
		if err != nil {
			return err
		}
		x.Roles = append(x.Roles, rows...)
	}
	slices.SortFunc(x.Roles, func(a, b grant.Role) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

func (x *export) readPrincipals(ctx context.Context, v View) error {
	err := inPages(func(after grant.PrincipalID) ([]grant.PrincipalID, error) {
		return v.PrincipalIDs(ctx, after, exportPage)
	},
		func(ids []grant.PrincipalID) error {
			people, err := v.Principals(ctx, ids)
			if err != nil {
				return err
			}
			grants, err := v.Grants(ctx, ids)
			if err != nil {
				return err
			}
			credentials, err := v.CredentialsOf(ctx, ids)
			x.keep(people, grants, credentials)
			return err
		})
	slices.SortFunc(x.People, func(a, b Principal) int { return cmp.Compare(a.ID.Number(), b.ID.Number()) })
	return err
}

// keep puts a page of principals and what they hold to where it is written from.
func (x *export) keep(principals []Principal, grants []grant.Grant, credentials []Credential) {
	for _, p := range principals {
		x.homes[p.ID] = p.Organisation
		if p.ID.IsPerson() {
			x.People = append(x.People, p)
		} else if p.Organisation != "" {
			x.alone[p.ID] = p.Status
		}
	}
	for _, g := range grants {
		key := entryKey{g.Principal, g.Tenant}
		switch {
		case g.Principal.IsPerson():
			x.granted[key] = append(x.granted[key], g)
		case g.Role == grant.Integrator:
			x.service[g.Principal] = append(x.service[g.Principal], g.Tenant)
		case x.homes[g.Principal] != "":
			x.cannotSay(leftAs(g))
		}
	}
	for _, c := range credentials {
		if c.hasKeyName() || c.Kind == PassCode {
			x.keys = append(x.keys, c)
		}
	}
}

// organisation returns the organisation that a tenant belongs to.
func (x *export) organisation(id tenant.ID) tenant.ID {
	for range tenant.MaxDepth + 1 {
		if id.Kind() == tenant.KindOrganisation {
			return id
		}
		id = x.tenants[id].Parent
	}
	return ""
}

// cannotSay notes what no directory can say.
func (x *export) cannotSay(l Leftover) { x.left = append(x.left, l) }
