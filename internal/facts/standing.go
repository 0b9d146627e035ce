package facts

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// standing is a principal's standing with the place that it has its tenants from.
type standing struct {
	dated
	authority.Standing
	at *place
}

func (s *standing) facts(to []fact) []fact {
	if s == nobody {
		return to
	}
	to = s.at.facts(append(to, factOf(authority.FeedPrincipal, string(s.Principal.ID))))
	for _, g := range s.Grants {
		if !g.Role.BuiltIn() {
			to = append(to, factOf(authority.FeedRole, string(g.Role)))
		}
	}
	return to
}

// place is all tenants at or above some. All who are granted something at the same ones have it.
type place struct {
	dated
	tenants map[tenant.ID]*authority.Tenant
}

func (p *place) facts(to []fact) []fact {
	for id := range p.tenants {
		to = append(to, factOf(authority.FeedTenant, string(id)))
	}
	return to
}

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
func standingOf(who authority.Principal, grants []grant.Grant, at *place, roleOf func(id grant.RoleID) (*role, bool)) (s *standing, ok bool) {
	s = &standing{Standing: authority.Standing{Principal: who, Grants: grants, Tenants: at.tenants}, at: at}
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
type shared struct {
	dated
	authority.Tenant
}

func (s *shared) facts(to []fact) []fact {
	return append(to, factOf(authority.FeedTenant, string(s.ID)))
}

// role is an organisation's own role.
type role struct {
	dated
	grant.Role
}

func (r *role) facts(to []fact) []fact { return append(to, factOf(authority.FeedRole, string(r.ID))) }

// credential is a credential.
type credential struct {
	dated
	authority.Credential
}

func (c *credential) facts(to []fact) []fact {
	return append(to, factOf(authority.FeedCredential, c.ID.String()))
}

// lineage is a tenant and all above it.
type lineage struct {
	dated
	tenants []*authority.Tenant
	most    [3]*authority.Tenant // most have no more
}

func (l *lineage) facts(to []fact) []fact {
	for _, t := range l.tenants {
		to = append(to, factOf(authority.FeedTenant, string(t.ID)))
	}
	return to
}

// audience is an audience.
type audience struct {
	dated
	authority.Audience
}

func (a *audience) facts(to []fact) []fact {
	if a == noAudience {
		return to
	}
	return append(to, factOf(authority.FeedAudience, a.ID.String()))
}
