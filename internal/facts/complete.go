package facts

import (
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// circumstances are those of a session with what they depend on.
type circumstances struct {
	authority.Circumstances
	depends []fact
}

func (c *circumstances) facts() []fact { return c.depends }

// circumstances returns all that decides, beside its own row, whether a session counts; ok is false when something is not
// remembered. They are the same for all sessions of one origin that descend from no other.
func (s *Store) circumstances(of *known, session *authority.Session) (c *authority.Circumstances, ok bool) {
	if !session.Parent.IsZero() {
		c, ok := s.complete(session)
		return &c.Circumstances, ok
	}
	if shared := of.circumstances.Load(); shared != nil && shared.holds(s.changes) {
		return &shared.value.Circumstances, true
	}
	said := s.changes.said.Load()
	made, ok := s.complete(session)
	if ok {
		of.circumstances.Store(newCell(made, said))
	}
	return &made.Circumstances, ok
}

// complete puts circumstances together.
func (s *Store) complete(session *authority.Session) (c *circumstances, ok bool) {
	c = &circumstances{}
	of, ok := s.credentials.get(session.Credential)
	if !ok {
		return c, false
	}
	subject, ok1 := s.standing(session.Subject)
	actor, ok2 := s.standing(session.Actor)
	holder, ok3 := s.standing(of.Principal)
	account, ok4 := s.lineage(session.Account)
	audience, ok5 := s.audience(session.Audience)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return c, false
	}
	c.Circumstances = authority.Circumstances{
		Subject: &subject.Standing, Actor: &actor.Standing, Credential: &of.Credential, Holder: &holder.Standing, Account: account.tenants,
		ClientHolder: &nobody.Standing, Audience: &audience.Audience,
	}
	c.depends = slices.Concat(of.depends, subject.depends, actor.depends, holder.depends, account.depends, audience.depends)
	return c, s.above(c, session.Parent) && s.clients(c, session)
}

// What there is none of is known of.
var (
	nobody     = &standing{}
	nowhere    = &lineage{}
	noAudience = &audience{}
)

func (s *Store) standing(id grant.PrincipalID) (*standing, bool) {
	if id == "" {
		return nobody, true
	}
	return s.standings.get(id)
}

func (s *Store) lineage(id tenant.ID) (*lineage, bool) {
	if id == "" {
		return nowhere, true
	}
	return s.lineages.get(id)
}

func (s *Store) audience(id authority.AudienceID) (*audience, bool) {
	if id == 0 {
		return noAudience, true
	}
	return s.audiences.get(id)
}

// maxAbove ends a circle, which nothing makes.
const maxAbove = 32

// above adds what a session descends from.
func (s *Store) above(c *circumstances, parent authority.SessionID) (ok bool) {
	for next := parent; !next.IsZero(); {
		found, _, ok := s.sessions.get(next)
		if !ok || len(c.Above) > maxAbove {
			return false
		}
		c.Above = append(c.Above, found)
		next = found.Parent
	}
	return true
}

// clients adds the credentials of the clients that asked for a session or for one of those above it.
func (s *Store) clients(c *circumstances, session *authority.Session) (ok bool) {
	if ok = s.client(c, session.Client); !ok {
		return false
	}
	for _, above := range c.Above {
		if ok = s.client(c, above.Client); !ok {
			return false
		}
	}
	for _, of := range c.Clients {
		if of.ID == session.Client {
			holder, ok := s.standing(of.Principal)
			if ok {
				c.ClientHolder = &holder.Standing
				c.depends = append(c.depends, holder.depends...)
			}
			return ok
		}
	}
	return true
}

func (s *Store) client(c *circumstances, id authority.CredentialID) (ok bool) {
	if id.IsZero() || slices.ContainsFunc(c.Clients, func(of authority.Credential) bool { return of.ID == id }) {
		return true
	}
	found, ok := s.credentials.get(id)
	if ok {
		c.Clients = append(c.Clients, found.Credential)
		c.depends = append(c.depends, found.depends...)
	}
	return ok
}
