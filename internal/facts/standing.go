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

// standingOf keeps of a standing only what is its own: one that was read together with others has what is theirs too.
// share returns a tenant that others who are remembered have too, in place of one that is the same.
func standingOf(read authority.Standing, share func(*authority.Tenant) *authority.Tenant) *standing {
	s := &standing{Standing: read}
	s.Tenants, s.Roles = map[tenant.ID]*authority.Tenant{}, map[grant.RoleID]grant.Role{}
	s.depends = append(s.depends, factOf(authority.FeedPrincipal, string(read.Principal.ID)))
	s.climb(read, read.Principal.Organisation, share)
	for _, g := range read.Grants {
		s.climb(read, g.Tenant, share)
		if g.Role.BuiltIn() {
			continue
		}
		if role, ok := read.Roles[g.Role]; ok {
			s.Roles[g.Role] = role
		}
		s.depends = append(s.depends, factOf(authority.FeedRole, string(g.Role)))
	}
	return s
}

// climb takes over a tenant and all above it.
func (s *standing) climb(read authority.Standing, id tenant.ID, share func(*authority.Tenant) *authority.Tenant) {
	for id != "" {
		if _, there := s.Tenants[id]; there {
			return
		}
		t, ok := read.Tenants[id]
		if !ok {
			return
		}
		s.Tenants[id] = share(t)
		s.depends = append(s.depends, factOf(authority.FeedTenant, string(id)))
		id = t.Parent
	}
}

// shared is a tenant that many standings have.
type shared struct{ tenant *authority.Tenant }

func (s shared) facts() []fact { return []fact{factOf(authority.FeedTenant, string(s.tenant.ID))} }

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
