package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// activeMembers are the people with an active level in an account who are active themselves.
const activeMembers = ` FROM principals p WHERE p.status = 'active' AND p.held_at IS NULL
	AND p.id IN (SELECT g.principal_id FROM grants g WHERE g.tenant_id = ? AND g.inactive = 0 AND g.role IN `

// memberOrders are the orders of a list, by ByName and Descending. Numbers behind the same prefix are in order by
// length and then by digit.
var memberOrders = map[[2]bool]string{
	{false, false}: ` ORDER BY LENGTH(p.id), p.id`,
	{false, true}:  ` ORDER BY LENGTH(p.id) DESC, p.id DESC`,
	{true, false}:  ` ORDER BY p.name, LENGTH(p.id), p.id`,
	{true, true}:   ` ORDER BY p.name DESC, LENGTH(p.id) DESC, p.id DESC`,
}

// Members returns a page of an account's active members and how many they are in all.
func (v view) Members(ctx context.Context, account tenant.ID, page authority.MemberPage) (members []authority.Principal, total int64, err error) {
	in, levels := placeholders(grant.LevelNames, func(name string) any { return string(grant.AccountLevel(name)) })
	from := activeMembers + in + `)`
	args := append([]any{string(account)}, levels...)
	err = v.run(
		ctx,
		ask(`SELECT COUNT(*)`+from, args, func(scan func(...any) error) error { return scan(&total) }),
		ask(`SELECT `+principalColumns+from+memberOrders[[2]bool{page.ByName, page.Descending}]+` LIMIT ? OFFSET ?`,
			append(args[:len(args):len(args)], page.Limit, page.Offset),
			func(scan func(...any) error) error {
				var p authority.Principal
				err := scanPrincipal(scan, &p)
				members = append(members, p)
				return err
			}),
	)
	return members, total, err
}
