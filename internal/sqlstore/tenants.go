package sqlstore

import (
	"context"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const tenantColumns = `t.id, t.parent_id, t.name, t.status, t.position, t.portal, t.profile, t.held_at, t.created_at, t.updated_at`

func scanTenant(scan func(...any) error, t *authority.Tenant) error {
	r := (&row{}).plain(&t.ID)
	optional(r, &t.Parent)
	return r.plain(&t.Name, &t.Status, &t.Position, &t.Portal).json(&t.Profile).
		time(&t.HeldAt).time(&t.CreatedAt).time(&t.UpdatedAt).scan(scan)
}

// lineageQuery climbs from the tenant that start names to the root, nearest first.
func lineageQuery(start string, args []any, into *[]*authority.Tenant) query {
	*into = nil
	return ask(`
		WITH RECURSIVE up (id, depth) AS (
			SELECT id, 0 FROM tenants WHERE id = (`+start+`)
			UNION ALL
			SELECT t.parent_id, up.depth + 1 FROM tenants t JOIN up ON t.id = up.id
			WHERE t.parent_id IS NOT NULL AND up.depth <= 32)
		SELECT `+tenantColumns+` FROM up JOIN tenants t ON t.id = up.id ORDER BY up.depth`,
		args, func(scan func(...any) error) error {
			t := &authority.Tenant{}
			err := scanTenant(scan, t)
			*into = append(*into, t)
			return err
		})
}

func (v view) lineage(ctx context.Context, start string, arg any) (lineage []*authority.Tenant, err error) {
	if err := v.run(ctx, lineageQuery(start, []any{arg}, &lineage)); err != nil {
		return nil, err
	}
	if len(lineage) == 0 {
		return nil, notFound("tenant")
	}
	return lineage, nil
}

// Lineage returns the tenant and all above it, nearest first.
func (v view) Lineage(ctx context.Context, id tenant.ID) ([]*authority.Tenant, error) {
	return v.lineage(ctx, `?`, string(id))
}

// LineageOfPortal returns the lineage of the account whose portal has this host.
func (v view) LineageOfPortal(ctx context.Context, host string) ([]*authority.Tenant, error) {
	return v.lineage(ctx, `SELECT id FROM tenants WHERE portal_host = ?`, host)
}

// Tenants returns those of ids that exist.
func (v view) Tenants(ctx context.Context, ids []tenant.ID) (tenants []authority.Tenant, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, stringArg)
	err = v.run(ctx, ask(`SELECT `+tenantColumns+` FROM tenants t WHERE t.id IN `+in, args,
		func(scan func(...any) error) error {
			var t authority.Tenant
			err := scanTenant(scan, &t)
			tenants = append(tenants, t)
			return err
		}))
	return tenants, err
}

// Roles returns those of ids that exist.
func (v view) Roles(ctx context.Context, ids []grant.RoleID) (roles []grant.Role, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, stringArg)
	err = v.run(ctx, ask(`SELECT id, permissions FROM roles WHERE id IN `+in, args,
		func(scan func(...any) error) error {
			var r grant.Role
			err := scanRole(scan, &r)
			roles = append(roles, r)
			return err
		}))
	return roles, err
}

// TenantIDs returns up to limit IDs after one, in byte order.
func (v view) TenantIDs(ctx context.Context, after tenant.ID, limit int) ([]tenant.ID, error) {
	return ids[tenant.ID](ctx, v, `SELECT id FROM tenants WHERE id > ? ORDER BY id LIMIT ?`, string(after), limit)
}

// RoleIDs returns the IDs of all organisations' own roles.
func (v view) RoleIDs(ctx context.Context) ([]grant.RoleID, error) {
	return ids[grant.RoleID](ctx, v, `SELECT id FROM roles ORDER BY id`)
}

func ids[T ~string](ctx context.Context, v view, text string, args ...any) (found []T, err error) {
	err = v.run(ctx, ask(text, args, func(scan func(...any) error) error {
		var id T
		err := scan(&id)
		found = append(found, id)
		return err
	}))
	return found, err
}

func scanRole(scan func(...any) error, r *grant.Role) error {
	return (&row{}).plain(&r.ID).json(&r.Permissions).scan(scan)
}

// LockDirectory waits until no other change holds the directory and holds it until this one ends.
func (t *tx) LockDirectory(ctx context.Context) error {
	return t.run(ctx, ask(`SELECT {lock directory}`, nil, func(func(...any) error) error { return nil }))
}

// PutTenant adds or replaces a tenant.
func (t *tx) PutTenant(n authority.Tenant) {
	t.queueRow(1, `
		INSERT INTO tenants (id, parent_id, name, status, position, portal, portal_host, profile, held_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name, status = excluded.status,
			position = excluded.position, portal = excluded.portal, portal_host = excluded.portal_host,
			profile = excluded.profile, held_at = excluded.held_at, updated_at = excluded.updated_at`,
		string(n.ID), text(string(n.Parent)), n.Name, string(n.Status), n.Position, n.Portal, text(hostOf(n.Portal)),
		asJSON(n.Profile), micros(n.HeldAt), micros(n.CreatedAt), micros(n.UpdatedAt))
}

// hostOf returns the host of a portal, by which a request for it is known.
func hostOf(portal string) string {
	at, err := url.Parse(portal)
	if err != nil {
		return ""
	}
	return strings.ToLower(at.Host)
}

// PutRole adds or replaces an organisation's own role.
func (t *tx) PutRole(r grant.Role) {
	t.queueRow(1, `INSERT INTO roles (id, permissions) VALUES (?, ?)
		ON CONFLICT (id) DO UPDATE SET permissions = excluded.permissions`, string(r.ID), asJSON(r.Permissions))
}

// DropRole takes away an organisation's own role, if there is one.
func (t *tx) DropRole(id grant.RoleID) { t.queue(`DELETE FROM roles WHERE id = ?`, string(id)) }

func stringArg[T ~string](v T) any { return string(v) }
