package facts

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// standing is a principal's standing with the place that it has its tenants from.
type standing struct {
	authority.Standing
	at *place
}

func (s *standing) facts() []fact {
	if s == nobody {
		return nil
	}
	depends := append(make([]fact, 0, len(s.at.depends)+1), factOf(authority.FeedPrincipal, string(s.Principal.ID)))
	depends = append(depends, s.at.depends...)
	for _, g := range s.Grants {
		if !g.Role.BuiltIn() {
			depends = append(depends, factOf(authority.FeedRole, string(g.Role)))
		}
	}
	return depends
}

// place is all tenants at or above some, with what they depend on. All who are granted something at the same ones have it.
type place struct {
	tenants map[tenant.ID]*authority.Tenant
	depends []fact
}

func (p *place) facts() []fact { return p.depends }

// climb takes over a tenant and all above it; ok is false when one of them is not remembered.
func (p *place) climb(id tenant.ID, tenantOf func(id tenant.ID) (*authority.Tenant, bool)) (ok bool) {
	for id != "" {
		if _, there := p.tenants[id]; there {
			return true
		}
		t, ok := tenantOf(id)
		if !ok {
			return false
		}
		p.tenants[t.ID] = t
		p.depends = append(p.depends, factOf(authority.FeedTenant, string(id)))
		id = t.Parent
	}
	return true
}

// placeOf puts together where a principal is at home and granted something.
func placeOf(who authority.Principal, grants []grant.Grant, tenantOf func(id tenant.ID) (*authority.Tenant, bool)) (p *place, ok bool) {
	p = &place{tenants: map[tenant.ID]*authority.Tenant{}}
	ok = p.climb(who.Organisation, tenantOf)
	for _, g := range grants {
		ok = ok && p.climb(g.Tenant, tenantOf)
	}
	return p, ok
}

// standingOf puts together of a standing what is its own; ok is false when one of its roles is not remembered.
func standingOf(who authority.Principal, grants []grant.Grant, at *place, roleOf func(id grant.RoleID) (role, bool)) (s *standing, ok bool) {
	s = &standing{authority.Standing{Principal: who, Grants: grants, Tenants: at.tenants}, at}
	for _, g := range grants {
		if g.Role.BuiltIn() {
			continue
		}
		r, ok := roleOf(g.Role)
		if !ok {
			return s, false
		}
		if s.Roles == nil {
			s.Roles = map[grant.RoleID]grant.Role{}
		}
		s.Roles[g.Role] = r.Role
	}
	return s, true
}

// shared is a tenant that many standings have.
type shared struct{ tenant *authority.Tenant }

func (s shared) facts() []fact { return []fact{factOf(authority.FeedTenant, string(s.tenant.ID))} }

// role is an organisation's own role.
type role struct{ grant.Role }

func (r role) facts() []fact { return []fact{factOf(authority.FeedRole, string(r.ID))} }

// credential is a credential.
type credential struct{ authority.Credential }

func (c *credential) facts() []fact { return []fact{factOf(authority.FeedCredential, c.ID.String())} }

// lineage is a tenant and all above it.
type lineage struct{ tenants []*authority.Tenant }

func (l *lineage) facts() (depends []fact) {
	for _, t := range l.tenants {
		depends = append(depends, factOf(authority.FeedTenant, string(t.ID)))
	}
	return depends
}

// audience is an audience.
type audience struct{ authority.Audience }

func (a *audience) facts() []fact {
	if a == noAudience {
		return nil
	}
	return []fact{factOf(authority.FeedAudience, a.ID.String())}
}
