package authority

import (
	"context"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// findLeft ends what left an entry that is still in the directory, and reports the entries that left it.
func (p *application) findLeft(ctx context.Context) error {
	for batch := range slices.Chunk(p.everybody(), applyBatch) {
		var seen leftSeen
		err := p.step(ctx, &p.report.Grants, len(batch), func(ctx context.Context, v View) (d difference, err error) {
			d, seen, err = p.compareLeft(ctx, v, keysOf(batch, principalID))
			return d, err
		})
		if err != nil {
			return err
		}
		p.report.Left = append(p.report.Left, seen.left...)
		p.report.Weak = append(p.report.Weak, seen.weak...)
	}
	return p.store.View(ctx, p.findGone)
}

// leftSeen is what was found of a batch of principals.
type leftSeen struct {
	left []Leftover
	weak []grant.PrincipalID
}

func (p *application) compareLeft(ctx context.Context, v View, ids []grant.PrincipalID) (d difference, seen leftSeen, err error) {
	grants, err := v.Grants(ctx, ids)
	if err != nil {
		return d, seen, err
	}
	for _, g := range grants {
		p.compareLeftGrant(&d, &seen, g)
	}
	credentials, err := v.CredentialsOf(ctx, ids)
	for _, c := range credentials {
		if c.Kind == Password && c.Weak {
			seen.weak = append(seen.weak, c.Principal)
		}
		if p.leftDirectory(c) {
			seen.left = append(seen.left, leftCredential(c))
		}
	}
	return d, seen, err
}

func (p *application) compareLeftGrant(d *difference, seen *leftSeen, g grant.Grant) {
	if p.plan.entries[entryKey{g.Principal, g.Tenant}] != nil {
		return // compared already
	}
	if endsWithEntry(g) {
		d.add(&d.Ended, p.drop(g))
		return
	}
	seen.left = append(seen.left, leftAs(g))
	if g.Primary && p.plan.primaries[primaryKey{g.Principal, g.Tenant.Kind()}] {
		g.Primary = false // another one is, by the directory
		d.add(&d.Updated, p.put(g, "updated", ""))
	}
}

// leftDirectory reports whether a credential was in a directory and is not any more. What people made for themselves
// never was, and a password is often set by its owner.
func (p *application) leftDirectory(c Credential) bool {
	if p.directory.WithoutSecrets && (c.Kind == ManagerKey || c.Kind == AuthenticationCode) {
		return false
	}
	if p.plan.lookups[c.Lookup] || c.hasKeyName() && p.plan.named[nameOf(c)] {
		return false
	}
	return c.Kind != Password && c.RevokedAt.IsZero() && !c.ownMade()
}

// findGone reports the tenants, principals, roles and audiences of the directory's organisations that it lacks.
func (p *application) findGone(ctx context.Context, v View) error {
	for _, find := range []func(context.Context, View) error{p.goneTenants, p.gonePrincipals, p.goneRoles, p.goneAudiences} {
		if err := find(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// goneTenants looks at what the directory lacks only, with all above it.
func (p *application) goneTenants(ctx context.Context, v View) error {
	return inPages(func(after tenant.ID) ([]tenant.ID, error) { return v.TenantIDs(ctx, after, applyBatch) },
		func(ids []tenant.ID) error {
			for _, id := range ids {
				if p.plan.tenants[id] {
					continue
				}
				lineage, err := v.Lineage(ctx, id)
				if err != nil {
					return err
				}
				if organisation, ok := pathOf(lineage).Nearest(tenant.KindOrganisation); ok && p.plan.organisations[organisation] {
					p.report.Left = append(p.report.Left, Leftover{Kind: "tenant", Name: string(id)})
				}
			}
			return nil
		})
}

func (p *application) gonePrincipals(ctx context.Context, v View) error {
	return inPages(func(after grant.PrincipalID) ([]grant.PrincipalID, error) {
		return v.PrincipalIDs(ctx, after, applyBatch)
	},
		func(ids []grant.PrincipalID) error {
			missing := slices.DeleteFunc(slices.Clone(ids), func(id grant.PrincipalID) bool { return p.plan.principals[id] })
			rows, err := v.Principals(ctx, missing)
			for _, one := range rows {
				if p.plan.organisations[one.Organisation] {
					p.report.Left = append(p.report.Left, Leftover{Kind: "principal", Name: string(one.ID)})
				}
			}
			return err
		})
}

func (p *application) goneRoles(ctx context.Context, v View) error {
	ids, err := v.RoleIDs(ctx)
	wanted := keyed(p.directory.Roles, roleID)
	for _, id := range ids {
		organisation, _, _ := strings.Cut(string(id), "/")
		if _, ok := wanted[id]; !ok && p.plan.organisations[tenant.Organisation(organisation)] {
			p.report.Left = append(p.report.Left, Leftover{Kind: "role", Name: string(id)})
		}
	}
	return err
}

// goneAudiences says nothing where a directory has no audiences at all: then another one has them.
func (p *application) goneAudiences(ctx context.Context, v View) error {
	if len(p.directory.Audiences) == 0 {
		return nil
	}
	rows, err := v.Audiences(ctx)
	wanted := keyed(p.directory.Audiences, audienceID)
	for _, one := range rows {
		if _, ok := wanted[one.ID]; !ok {
			p.report.Left = append(p.report.Left, Leftover{Kind: "audience", Name: one.ID.String() + " " + one.Name})
		}
	}
	return err
}

// inPages reads all IDs, a batch at a time.
func inPages[ID ~string](page func(after ID) ([]ID, error), use func(ids []ID) error) error {
	for after := ID(""); ; {
		ids, err := page(after)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := use(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}
