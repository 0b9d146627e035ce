package authority

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// writeTenants writes the tree from the top, in the order of the file that it came from.
func (x *export) writeTenants() {
	owned := map[tenant.ID]bool{}
	for key, grants := range x.granted {
		if _, ok := find(grants, grant.AccountOwner); ok && x.atHome(key) {
			owned[key.tenant] = true
		}
	}
	below := map[tenant.ID][]Tenant{}
	for _, t := range x.tenants {
		below[t.Parent] = append(below[t.Parent], t)
	}
	x.writeBelow(tenant.Installation, below, owned)
}

// writeBelow leaves out an account without an owner of its own organisation: a directory's has exactly one.
func (x *export) writeBelow(parent tenant.ID, below map[tenant.ID][]Tenant, owned map[tenant.ID]bool) {
	slices.SortFunc(below[parent], func(a, b Tenant) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
	for _, t := range below[parent] {
		if t.ID.Kind() == tenant.KindAccount && !owned[t.ID] {
			x.cannotSay(Leftover{Kind: "tenant", Name: string(t.ID) + ", which has no owner in its organisation"})
			continue
		}
		x.Tenants = append(x.Tenants, t)
		x.written[t.ID] = true
		x.writeBelow(t.ID, below, owned)
	}
}

// atHome reports whether a person is granted something in the person's own organisation, or at the installation.
func (x *export) atHome(key entryKey) bool {
	return key.tenant == tenant.Installation || x.organisation(key.tenant) == x.homes[key.principal]
}

// writeGrants writes what people are granted, in the order of the file that it came from.
func (x *export) writeGrants() {
	for _, key := range slices.SortedFunc(maps.Keys(x.granted), entryKey.compare) {
		says := x.saysAt(key)
		for _, g := range x.granted[key] {
			if says(g) {
				x.Grants = append(x.Grants, g)
			} else {
				x.cannotSay(leftAs(g))
			}
		}
	}
	slices.SortStableFunc(x.Grants, func(a, b grant.Grant) int { return cmp.Compare(a.Position, b.Position) })
}

func (k entryKey) compare(other entryKey) int {
	return cmp.Or(cmp.Compare(k.tenant, other.tenant), cmp.Compare(k.principal, other.principal))
}

// saysAt returns which grants of one entry a directory can have.
func (x *export) saysAt(key entryKey) func(g grant.Grant) bool {
	member := slices.ContainsFunc(x.granted[key], func(g grant.Grant) bool { return g.Role.IsLevel() })
	reachable := x.atHome(key) && (x.written[key.tenant] || key.tenant == tenant.Installation)
	return func(g grant.Grant) bool {
		if !reachable {
			return false
		}
		switch g.Tenant.Kind() {
		case tenant.KindInstallation:
			return g.Role == grant.Operator
		case tenant.KindReseller:
			return isManager(g.Role)
		case tenant.KindUnit:
			return g.Role == grant.UnitMember
		case tenant.KindAccount:
			own := strings.HasPrefix(string(g.Role), x.homes[g.Principal].Key()+"/")
			return member && (g.Role.IsLevel() || own)
		}
		return false
	}
}
