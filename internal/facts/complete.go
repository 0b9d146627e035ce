package facts

import (
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// circumstances are those of a session with what they are put together from.
type circumstances struct {
	dated
	authority.Circumstances
	whose
	of           *credential
	clients      []*credential
	clientHolder *standing
}

func (c *circumstances) facts(to []fact) []fact {
	for _, one := range []value{c.clientHolder, c.subject, c.actor, c.holder, c.account, c.audience, c.of} {
		to = one.facts(to)
	}
	for _, client := range c.clients {
		to = client.facts(to)
	}
	return to
}

// circumstances returns all that decides, beside its own row, whether a session counts; ok is false when something is not
// remembered. They are the same for all sessions of one origin that descend from no other.
func (s *Store) circumstances(of *known, session *authority.Session) (c *authority.Circumstances, ok bool) {
	if !session.Parent.IsZero() {
		c, ok := s.complete(session)
		return &c.Circumstances, ok
	}
	if shared := of.circumstances.Load(); shared != nil && shared.holds(s.changes) {
		return &shared.Circumstances, true
	}
	said := s.changes.said.Load()
	made, ok := s.complete(session)
	if ok && of.atHand {
		remember(made, said)
		of.circumstances.Store(made)
	}
	return &made.Circumstances, ok
}

// complete puts circumstances together.
func (s *Store) complete(session *authority.Session) (c *circumstances, ok bool) {
	c = &circumstances{}
	of, ok := s.credential(session.Credential)
	if !ok {
		return c, false
	}
	c.whose, ok = s.whose(session.Subject, session.Actor, of.Principal, session.Account, session.Audience)
	if !ok {
		return c, false
	}
	c.of, c.clientHolder = of, nobody
	c.Circumstances = authority.Circumstances{
		Subject: &c.subject.Standing, Actor: &c.actor.Standing, Credential: &of.Credential, Holder: &c.holder.Standing, Account: c.account.tenants,
		ClientHolder: &nobody.Standing, Audience: &c.audience.Audience,
	}
	return c, s.above(c, session.Parent) && s.clients(c, session)
}

// whose is who and where a session or a login token is about.
type whose struct {
	subject, actor, holder *standing
	account                *lineage
	audience               *audience
}

// whose returns what is remembered of them; ok is false when it is not all.
func (s *Store) whose(subject, actor, holder grant.PrincipalID, account tenant.ID, audience authority.AudienceID) (w whose, ok bool) {
	var found [5]bool
	w.subject, found[0] = s.standing(subject)
	w.actor, found[1] = s.standing(actor)
	if w.holder, found[2] = w.subject, found[0]; holder != subject { // most come by credentials of their own
		w.holder, found[2] = s.standing(holder)
	}
	w.account, found[3] = s.lineage(account)
	w.audience, found[4] = s.audience(audience)
	return w, found == [5]bool{true, true, true, true, true}
}

// What there is none of is known of.
var (
	nobody     = &standing{}
	nowhere    = &lineage{}
	noAudience = &audience{}
)

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
				c.ClientHolder, c.clientHolder = &holder.Standing, holder
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
	found, ok := s.credential(id)
	if ok {
		c.Clients = append(c.Clients, found.Credential)
		c.clients = append(c.clients, found)
	}
	return ok
}
