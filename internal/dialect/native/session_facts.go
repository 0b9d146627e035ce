package native

import (
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/tenant"
)

// Facts are passed by their address, here and below: a copy of them is half a KiB.
func factsOf(f *authority.SessionFacts) sessionFacts {
	facts := sessionFacts{
		// Whole seconds, cut off: an answer never promises more than the session has, and a repeat is identical.
		ExpiresAt: f.Session.ExpiresAt.UTC().Format(time.RFC3339),
		Subject:   subjectOf(&f.Subject.Principal),
		Account:   accountOf(f),
		Actor:     actorOf(&f.Actor.Principal),
		Audience:  audienceOf(f.Session.Audience),
	}
	return facts
}

func subjectOf(p *authority.Principal) subject {
	s := subject{Name: p.Name}
	if p.ID.IsPerson() {
		number := p.ID.Number()
		s.ID = &number
	}
	s.Email = optional(p.Email) // a copy: with an address within them the facts could not stay on the stack
	return s
}

func actorOf(p *authority.Principal) *actor {
	if p.ID == "" {
		return nil
	}
	return &actor{subject: subjectOf(p), Kind: actorKind(p)}
}

func actorKind(p *authority.Principal) string {
	if p.ID.IsPerson() {
		return "person"
	}
	return "service"
}

func accountOf(f *authority.SessionFacts) *account {
	if f.Session.Account == "" || len(f.Account) == 0 {
		return nil
	}
	return &account{ID: f.Session.Account.Number(), Name: f.Account[0].Name}
}

func organisationOf(f *authority.SessionFacts) *organisation {
	if f.Session.Organisation == "" {
		return nil
	}
	return &organisation{Name: nameOf(f, f.Session.Organisation)}
}

func unitOf(f *authority.SessionFacts) *unit {
	if f.Session.Unit == "" {
		return nil
	}
	return &unit{ID: f.Session.Unit.Key(), Name: nameOf(f, f.Session.Unit)}
}

// nameOf returns what people call a tenant of the subject's; the subject's standing holds its home and its units.
func nameOf(f *authority.SessionFacts, id tenant.ID) string {
	if t, ok := f.Subject.Tenants[id]; ok {
		return t.Name
	}
	return id.Key()
}
