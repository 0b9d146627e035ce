package facts

import (
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// complete adds to a session all that decides whether it counts; ok is false when something is not remembered.
func (s *Store) complete(f *authority.SessionFacts) (ok bool) {
	c, ok := s.credentials.get(f.Session.Credential)
	if !ok {
		return false
	}
	f.Credential = c.Credential
	return s.standing(f.Session.Subject, &f.Subject) && s.standing(f.Session.Actor, &f.Actor) &&
		s.standing(f.Credential.Principal, &f.Holder) && s.lineage(f.Session.Account, &f.Account) &&
		s.audience(f.Session.Audience, &f.Audience) && s.above(f) && s.clients(f)
}

func (s *Store) standing(id grant.PrincipalID, into *authority.Standing) (ok bool) {
	if id == "" {
		return true
	}
	found, ok := s.standings.get(id)
	if ok {
		*into = found.Standing
	}
	return ok
}

func (s *Store) lineage(id tenant.ID, into *[]authority.Tenant) (ok bool) {
	if id == "" {
		return true
	}
	found, ok := s.lineages.get(id)
	if ok {
		*into = found.tenants
	}
	return ok
}

func (s *Store) audience(id authority.AudienceID, into *authority.Audience) (ok bool) {
	if id == 0 {
		return true
	}
	found, ok := s.audiences.get(id)
	if ok {
		*into = found.Audience
	}
	return ok
}

// maxAbove ends a circle, which nothing makes.
const maxAbove = 32

// above adds what a session descends from.
func (s *Store) above(f *authority.SessionFacts) (ok bool) {
	for next := f.Session.Parent; !next.IsZero(); {
		found, ok := s.sessions.get(next)
		if !ok || len(f.Above) > maxAbove {
			return false
		}
		f.Above = append(f.Above, found.whole())
		next = found.parent
	}
	if len(f.Above) > 0 {
		f.Parent = f.Above[0]
	}
	return true
}

// clients adds the credentials of the clients that asked for a session or for one of those above it.
func (s *Store) clients(f *authority.SessionFacts) (ok bool) {
	if ok = s.client(f, f.Session.Client); !ok {
		return false
	}
	for _, above := range f.Above {
		if ok = s.client(f, above.Client); !ok {
			return false
		}
	}
	for _, c := range f.Clients {
		if c.ID == f.Session.Client {
			return s.standing(c.Principal, &f.ClientHolder)
		}
	}
	return true
}

func (s *Store) client(f *authority.SessionFacts, id authority.CredentialID) (ok bool) {
	if id.IsZero() || slices.ContainsFunc(f.Clients, func(c authority.Credential) bool { return c.ID == id }) {
		return true
	}
	found, ok := s.credentials.get(id)
	if ok {
		f.Clients = append(f.Clients, found.Credential)
	}
	return ok
}
