package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// belowQuery collects all IDs below a tenant. UNION drops what was met before, so that a circle ends.
const belowQuery = `WITH RECURSIVE below (id) AS (
	SELECT id FROM tenants WHERE parent_id = ?
	UNION SELECT t.id FROM tenants t JOIN below ON t.parent_id = below.id)
	`

// TenantsIn returns the part of a set of tenants that a window shows.
func (v view) TenantsIn(ctx context.Context, set authority.TenantSet, w authority.Window) (page []authority.Tenant, total int64, err error) {
	with, from, args := tenantSet(set)
	err = v.run(ctx,
		ask(with+`SELECT COUNT(*) `+from, args, count(&total)),
		ask(with+`SELECT `+tenantColumns+` `+from+` ORDER BY t.position, t.id LIMIT ? OFFSET ?`, append(args, w.Limit, w.Offset),
			func(scan func(...any) error) error {
				var t authority.Tenant
				err := scanTenant(scan, &t)
				page = append(page, t)
				return err
			}))
	return page, total, err
}

func tenantSet(set authority.TenantSet) (with, from string, args []any) {
	below := string(set.Below)
	// An ID begins with its kind and a colon, which the semicolon follows in byte order.
	const ofKind = `t.id >= ? AND t.id < ?`
	kind := []any{string(set.Kind) + ":", string(set.Kind) + ";"}
	if set.Levels == authority.NextLevel {
		return ``, `FROM tenants t WHERE t.parent_id = ? AND ` + ofKind, append([]any{below}, kind...)
	}
	from = `FROM below JOIN tenants t ON t.id = below.id WHERE t.id <> ? AND ` + ofKind
	args = append([]any{below, below}, kind...)
	if set.Levels == authority.FurtherLevels {
		from, args = from+` AND t.parent_id <> ?`, append(args, below)
	}
	return belowQuery, from, args
}

// ManagersOf returns the part of a reseller's staff that a window shows.
func (v view) ManagersOf(ctx context.Context, reseller tenant.ID, w authority.Window) (page []authority.Manager, total int64, err error) {
	in, roles := placeholders(grant.ManagerNames, func(name string) any { return string(grant.ManagerRole(name)) })
	from := `FROM grants g JOIN principals p ON p.id = g.principal_id
		WHERE g.tenant_id = ? AND g.role IN ` + in + ` AND p.status <> 'deleted'`
	args := append([]any{string(reseller)}, roles...)
	err = v.run(ctx,
		ask(`SELECT COUNT(*) `+from, args, count(&total)),
		ask(`SELECT `+principalColumns+`, `+grantColumns+` `+from+` ORDER BY g.position, p.id LIMIT ? OFFSET ?`, append(args, w.Limit, w.Offset),
			func(scan func(...any) error) error {
				var m authority.Manager
				err := (&row{}).principal(&m.Person).grant(&m.Grant).scan(scan)
				page = append(page, m)
				return err
			}))
	return page, total, err
}

// OwnersOf returns the owners of those of these accounts that have one who is not deleted.
func (v view) OwnersOf(ctx context.Context, accounts []tenant.ID) (map[tenant.ID]authority.Principal, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	owners := map[tenant.ID]authority.Principal{}
	in, args := placeholders(accounts, stringArg)
	err := v.run(ctx, ask(`SELECT `+principalColumns+`, `+grantColumns+` FROM grants g JOIN principals p ON p.id = g.principal_id
		WHERE g.role = 'account.owner' AND p.status <> 'deleted' AND g.tenant_id IN `+in, args,
		func(scan func(...any) error) error {
			var m authority.Manager
			err := (&row{}).principal(&m.Person).grant(&m.Grant).scan(scan)
			owners[m.Grant.Tenant] = m.Person
			return err
		}))
	return owners, err
}

func count(into *int64) func(scan func(...any) error) error {
	return func(scan func(...any) error) error { return scan(into) }
}
