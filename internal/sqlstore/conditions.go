package sqlstore

import "strings"

// conditions narrow a query, each with its arguments.
type conditions struct {
	texts []string
	args  []any
}

// when adds a condition if it is wanted.
func (c *conditions) when(wanted bool, text string, args ...any) *conditions {
	if wanted {
		c.texts, c.args = append(c.texts, text), append(c.args, args...)
	}
	return c
}

// where returns them all as one WHERE clause, or nothing.
func (c *conditions) where() string {
	if len(c.texts) == 0 {
		return ""
	}
	return ` WHERE ` + strings.Join(c.texts, ` AND `)
}

// subtree selects the IDs of a tenant and all below it; it has one argument. Each level is found by the index on
// parents, and a circle ends where it began.
const subtree = `(WITH RECURSIVE down (id) AS (
	SELECT id FROM tenants WHERE id = ? UNION SELECT t.id FROM tenants t JOIN down ON t.parent_id = down.id) SELECT id FROM down)`
