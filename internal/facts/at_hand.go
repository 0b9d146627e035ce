package facts

import (
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// What is remembered is at hand, or put together from packed rows. What many share is at hand from then on; what is one
// person's, when it is asked for again soon: with many people, most would be put aside for others before that, and keeping
// costs more than making. A key is the value's own text: that of who asks may be part of somebody else's row. How much has
// been said is read before the rows are: what is said to have changed meanwhile makes doubtful what was made of them.

func (s *Store) credential(id authority.CredentialID) (*credential, bool) {
	if c, ok := s.credentials.get(id); ok {
		return c, true
	}
	said := s.changes.said.Load()
	c, ok := s.rows.credential(id)
	if !ok {
		return nil, false
	}
	it := &credential{Credential: c}
	s.credentials.offer(id, it, said)
	return it, true
}

func (s *Store) standing(id grant.PrincipalID) (*standing, bool) {
	if id == "" {
		return nobody, true
	}
	if who, ok := s.standings.get(id); ok {
		return who, true
	}
	said := s.changes.said.Load()
	p, grants, ok := s.rows.principal(id)
	if !ok {
		return nil, false
	}
	at, ok := s.place(p, grants)
	if !ok {
		return nil, false
	}
	who, ok := standingOf(p, grants, at, s.roles.get)
	if ok {
		s.standings.offer(who.Principal.ID, who, said)
	}
	return who, ok
}

func (s *Store) place(who authority.Principal, grants []grant.Grant) (*place, bool) {
	var room [roomOfRow]byte
	key := text(room[:0], who.Organisation)
	for _, g := range grants {
		key = text(key, g.Tenant)
	}
	if at, ok := s.places.get(string(key)); ok {
		return at, true
	}
	said := s.changes.said.Load()
	at, ok := placeOf(who, grants, s.tenantOf)
	if ok {
		s.places.put(string(key), at, said)
	}
	return at, ok
}

func (s *Store) tenantOf(id tenant.ID) (*authority.Tenant, bool) {
	if has, ok := s.tenants.get(id); ok {
		return &has.Tenant, true
	}
	said := s.changes.said.Load()
	t, ok := s.rows.tenant(id)
	if !ok {
		return nil, false
	}
	has := &shared{Tenant: t}
	s.tenants.put(t.ID, has, said)
	return &has.Tenant, true
}

func (s *Store) lineage(id tenant.ID) (*lineage, bool) {
	if id == "" {
		return nowhere, true
	}
	if l, ok := s.lineages.get(id); ok {
		return l, true
	}
	said := s.changes.said.Load()
	l := &lineage{}
	l.tenants = l.most[:0]
	for next := id; next != ""; {
		t, ok := s.tenantOf(next)
		if !ok || len(l.tenants) > maxAbove {
			return nil, false
		}
		l.tenants, next = append(l.tenants, t), t.Parent
	}
	l.tenants = slices.Clip(l.tenants) // who appends to it gets memory of their own
	s.lineages.put(l.tenants[0].ID, l, said)
	return l, true
}

func (s *Store) audience(id authority.AudienceID) (*audience, bool) {
	if id == 0 {
		return noAudience, true
	}
	return s.audiences.get(id)
}
