package authority

import (
	"slices"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// applyPlan is the directory as an apply looks things up in it.
type applyPlan struct {
	tenants       map[tenant.ID]bool
	organisations map[tenant.ID]bool
	principals    map[grant.PrincipalID]bool
	entries       map[entryKey]*entry
	inOrder       []*entry // by tenant, an account's owner first
	primaries     map[primaryKey]bool
	credentials   []wantedCredential
	lookups       map[secret.Fingerprint]bool
	named         map[keyName]bool // of keys whose secret is only in the store
}

// entryKey is who and where: a member of an account, a manager of a reseller, a key at an account.
type entryKey struct {
	principal grant.PrincipalID
	tenant    tenant.ID
}

// entry is all that a principal is granted at one tenant.
type entry struct {
	entryKey
	grants []grant.Grant
}

// primaryKey is where only one tenant can be the primary one.
type primaryKey struct {
	principal grant.PrincipalID
	kind      tenant.Kind
}

func newApplication(a *Authority, by Actor, d Directory, o ApplyOptions) *application {
	p := &application{Authority: a, by: by, options: o, directory: d, fresh: map[string]bool{}}
	p.plan = applyPlan{
		tenants:       map[tenant.ID]bool{tenant.Installation: true},
		organisations: map[tenant.ID]bool{},
		principals:    map[grant.PrincipalID]bool{},
		lookups:       map[secret.Fingerprint]bool{},
		named:         map[keyName]bool{},
	}
	for _, t := range d.Tenants {
		p.plan.tenants[t.ID] = true
		if t.ID.Kind() == tenant.KindOrganisation {
			p.plan.organisations[t.ID] = true
		}
	}
	for _, one := range p.everybody() {
		p.plan.principals[one.ID] = true
	}
	p.plan.collectEntries(d.Grants)
	p.planCredentials()
	p.total = 1 + len(d.Tenants) + len(d.Roles) + len(d.Audiences) + 2*len(p.everybody()) +
		len(d.Grants) + len(d.Credentials)
	return p
}

// everybody returns the people and services of the directory.
func (p *application) everybody() []Principal {
	return slices.Concat(p.directory.People, p.directory.Services)
}

func (plan *applyPlan) collectEntries(grants []grant.Grant) {
	plan.entries = make(map[entryKey]*entry, len(grants))
	plan.primaries = map[primaryKey]bool{}
	rank := map[tenant.ID]int{}
	for _, g := range grants {
		key := entryKey{g.Principal, g.Tenant}
		e := plan.entries[key]
		if e == nil {
			e = &entry{entryKey: key}
			plan.entries[key] = e
			plan.inOrder = append(plan.inOrder, e)
		}
		e.grants = append(e.grants, g)
		if _, ok := rank[g.Tenant]; !ok {
			rank[g.Tenant] = len(rank)
		}
		if g.Primary {
			plan.primaries[primaryKey{g.Principal, g.Tenant.Kind()}] = true
		}
	}
	slices.SortStableFunc(plan.inOrder, func(a, b *entry) int {
		if by := rank[a.tenant] - rank[b.tenant]; by != 0 {
			return by
		}
		return b.ownership() - a.ownership()
	})
}

// ownership is 1 for the owner of an account: whoever owned it before is changed in the same transaction, so the
// owner comes before all other members.
func (e *entry) ownership() int {
	if slices.ContainsFunc(e.grants, func(g grant.Grant) bool { return g.Role == grant.AccountOwner }) {
		return 1
	}
	return 0
}
