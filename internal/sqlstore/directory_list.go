package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// contains is true where a column holds a text, letter for letter on both engines, which LIKE is not.
func contains(column string) string { return `REPLACE(` + column + `, ?, '') <> ` + column }

// TenantPage returns up to limit tenants after one, in byte order of their IDs.
func (v view) TenantPage(ctx context.Context, f authority.TenantFilter, after tenant.ID, limit int) (page []authority.Tenant, err error) {
	c := (&conditions{}).
		when(true, `t.id > ?`, string(after)).
		// All are below the installation: that need not be looked up.
		when(f.Below == tenant.Installation, `t.id <> ?`, string(f.Below)).
		when(f.Below != "" && f.Below != tenant.Installation, `t.id IN `+subtree+` AND t.id <> ?`, string(f.Below), string(f.Below)).
		when(f.Parent != "", `t.parent_id = ?`, string(f.Parent)).
		// An ID begins with its kind and a colon, which the semicolon follows in byte order.
		when(f.Kind != "", `t.id >= ? AND t.id < ?`, string(f.Kind)+":", string(f.Kind)+";").
		when(f.Name != "", contains(`t.name`), f.Name).
		when(f.Status == authority.Active, `t.status = 'active' AND t.held_at IS NULL`).
		when(f.Status == authority.Suspended, `(t.status = 'suspended' OR t.held_at IS NOT NULL)`)
	err = v.run(ctx, ask(`SELECT `+tenantColumns+` FROM tenants t`+c.where()+` ORDER BY t.id LIMIT ?`, append(c.args, limit),
		func(scan func(...any) error) error {
			var t authority.Tenant
			err := scanTenant(scan, &t)
			page = append(page, t)
			return err
		}))
	return page, err
}

// PrincipalPage returns up to limit principals after one, in byte order of their IDs.
func (v view) PrincipalPage(ctx context.Context, f authority.PrincipalFilter, after grant.PrincipalID, limit int) (page []authority.Principal, err error) {
	kind := "person"
	if f.Services {
		kind = "service"
	}
	c := (&conditions{}).
		when(true, `p.id > ? AND p.id >= ? AND p.id < ?`, string(after), kind+":", kind+";").
		when(f.Organisation != "", `p.organisation_id = ?`, string(f.Organisation)).
		when(f.Email != "", `p.email_key = ?`, f.Email).
		when(f.Name != "", contains(`p.name`), f.Name).
		when(f.Status == authority.Suspended, `p.held_at IS NOT NULL`).
		when(f.Status == authority.Active, `p.status = 'active' AND p.held_at IS NULL`).
		when(f.Status == authority.Inactive || f.Status == authority.Deleted, `p.status = ?`, string(f.Status))
	err = v.run(ctx, ask(`SELECT `+principalColumns+` FROM principals p`+c.where()+` ORDER BY p.id LIMIT ?`, append(c.args, limit),
		func(scan func(...any) error) error {
			var p authority.Principal
			err := scanPrincipal(scan, &p)
			page = append(page, p)
			return err
		}))
	return page, err
}

// GrantPage returns up to limit grants after one, in byte order of principal, tenant and role.
func (v view) GrantPage(ctx context.Context, f authority.GrantFilter, after authority.GrantKey, limit int) (page []grant.Grant, err error) {
	c := (&conditions{}).
		when(true, `(g.principal_id, g.tenant_id, g.role) > (?, ?, ?)`, string(after.Principal), string(after.Tenant), string(after.Role)).
		when(f.Principal != "", `g.principal_id = ?`, string(f.Principal)).
		when(f.Tenant != "", `g.tenant_id = ?`, string(f.Tenant)).
		when(f.Role != "", `g.role = ?`, string(f.Role))
	err = v.run(ctx, ask(`SELECT `+grantColumns+` FROM grants g`+c.where()+` ORDER BY g.principal_id, g.tenant_id, g.role LIMIT ?`,
		append(c.args, limit),
		func(scan func(...any) error) error {
			var g grant.Grant
			err := scanGrant(scan, &g)
			page = append(page, g)
			return err
		}))
	return page, err
}

// HeightOf returns how many levels are below a tenant; the bound ends a circle.
func (v view) HeightOf(ctx context.Context, id tenant.ID) (height int, err error) {
	err = v.run(ctx, ask(`WITH RECURSIVE down (id, depth) AS (
			SELECT id, 0 FROM tenants WHERE id = ?
			UNION SELECT t.id, down.depth + 1 FROM tenants t JOIN down ON t.parent_id = down.id WHERE down.depth <= 32)
		SELECT COALESCE(MAX(depth), 0) FROM down`, []any{string(id)},
		func(scan func(...any) error) error { return scan(&height) }))
	return height, err
}
