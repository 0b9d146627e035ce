package facts

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// standing is a principal's standing with what it depends on.
type standing struct {
	authority.Standing
	depends []fact
}

func (s *standing) facts() []fact { return s.depends }

// place is all tenants at or above some, with what they depend on. All who are granted something at the same ones have it.
type place struct {
	tenants map[tenant.ID]*authority.Tenant
	depends []fact
}

func (p *place) facts() []fact { return p.depends }

// climb takes over a tenant and all above it; ok is false when it cannot be told whether there are any.
func (p *place) climb(id tenant.ID, tenantOf func(id tenant.ID) (t *authority.Tenant, known bool)) (ok bool) {
	for id != "" {
		if _, there := p.tenants[id]; there {
			return true
		}
		t, known := tenantOf(id)
		if t == nil {
			return known
		}
		p.tenants[id] = t
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

// standingOf puts together of a standing what is its own; ok is false when it cannot be told whether a role exists.
func standingOf(who authority.Principal, grants []grant.Grant, at *place, roleOf func(id grant.RoleID) (r role, known bool)) (s *standing, ok bool) {
	s = &standing{Standing: authority.Standing{Principal: who, Grants: grants, Tenants: at.tenants, Roles: map[grant.RoleID]grant.Role{}}}
	s.depends = append(make([]fact, 0, len(at.depends)+1), factOf(authority.FeedPrincipal, string(who.ID)))
	s.depends = append(s.depends, at.depends...)
	for _, g := range grants {
		if g.Role.BuiltIn() {
			continue
		}
		r, known := roleOf(g.Role)
		if !known {
			return s, false
		}
		if r.there {
			s.Roles[g.Role] = r.Role
		}
		s.depends = append(s.depends, factOf(authority.FeedRole, string(g.Role)))
	}
	return s, true
}

// shared is a tenant that many standings have.
type shared struct{ tenant *authority.Tenant }

func (s shared) facts() []fact { return []fact{factOf(authority.FeedTenant, string(s.tenant.ID))} }

// role is an organisation's own role, or none.
type role struct {
	grant.Role
	there bool
}

func (r role) facts() []fact { return []fact{factOf(authority.FeedRole, string(r.ID))} }

// credential is a credential with what it depends on.
type credential struct {
	authority.Credential
	depends []fact
}

func (c *credential) facts() []fact { return c.depends }

func credentialOf(c authority.Credential) *credential {
	return &credential{c, []fact{factOf(authority.FeedCredential, c.ID.String())}}
}

// lineage is a tenant and all above it with what it depends on.
type lineage struct {
	tenants []authority.Tenant
	depends []fact
}

func (l *lineage) facts() []fact { return l.depends }

func lineageOf(tenants []authority.Tenant) *lineage {
	l := &lineage{tenants: tenants}
	for _, t := range tenants {
		l.depends = append(l.depends, factOf(authority.FeedTenant, string(t.ID)))
	}
	return l
}

// audience is an audience with what it depends on.
type audience struct {
	authority.Audience
	depends []fact
}

func (a *audience) facts() []fact { return a.depends }

func audienceOf(a authority.Audience) *audience {
	return &audience{a, []fact{factOf(authority.FeedAudience, a.ID.String())}}
}
