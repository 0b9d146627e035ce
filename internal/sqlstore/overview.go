package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// ChildCounts counts the tenants directly below one, by kind.
func (v view) ChildCounts(ctx context.Context, id tenant.ID) (map[tenant.Kind]int64, error) {
	counts := map[tenant.Kind]int64{}
	err := v.run(ctx, ask(`SELECT kind, COUNT(*) FROM (
			SELECT CASE WHEN id LIKE 'organisation:%' THEN 'organisation' WHEN id LIKE 'reseller:%' THEN 'reseller'
				WHEN id LIKE 'account:%' THEN 'account' ELSE 'unit' END AS kind
			FROM tenants WHERE parent_id = ?) children GROUP BY kind`, []any{string(id)},
		func(scan func(...any) error) error {
			var kind tenant.Kind
			var n int64
			err := scan(&kind, &n)
			counts[kind] = n
			return err
		}))
	return counts, err
}

// GrantsAt returns the grants of these roles at these tenants, in directory order.
func (v view) GrantsAt(ctx context.Context, at []tenant.ID, roles []grant.RoleID) (grants []grant.Grant, err error) {
	if len(at) == 0 || len(roles) == 0 {
		return nil, nil
	}
	tenants, args := placeholders(at, stringArg)
	in, more := placeholders(roles, stringArg)
	err = v.run(ctx, ask(`SELECT `+grantColumns+` FROM grants g WHERE g.tenant_id IN `+tenants+` AND g.role IN `+in+`
		ORDER BY g.position, g.principal_id, g.role`, append(args, more...),
		func(scan func(...any) error) error {
			var g grant.Grant
			err := scanGrant(scan, &g)
			grants = append(grants, g)
			return err
		}))
	return grants, err
}
