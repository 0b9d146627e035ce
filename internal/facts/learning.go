package facts

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// learning is a view that remembers what it reads.
type learning struct {
	authority.View
	store *Store
}

// sharedTries bounds how often a session that has changed while it was read is read again together with others.
const sharedTries = 3

// readSession is one that was read when so much had been said.
type readSession struct {
	session authority.Session
	said    uint64
}

// Session reads a session, once for all who ask for it at the same time. Who joins a reading that began before a change
// gets nothing from it that has changed.
func (v learning) Session(ctx context.Context, id authority.SessionID) (authority.Session, error) {
	for range sharedTries {
		own := false
		read, err, _ := v.store.reading.Do(string(id[:]), func() (any, error) {
			own = true
			said := v.store.changes.said.Load()
			s, err := v.View.Session(context.WithoutCancel(ctx), id) // others may wait for it
			if err != nil {
				return nil, err
			}
			v.store.learnSession(&s, said)
			return readSession{s, said}, nil
		})
		if own && err != nil {
			return authority.Session{}, err
		}
		if r, ok := read.(readSession); ok && (own || !v.store.changes.since(r.said, factsOf(id))) {
			return r.session, nil
		}
	}
	return v.View.Session(ctx, id)
}

func (v learning) SessionFacts(ctx context.Context, id authority.SessionID) (authority.SessionFacts, error) {
	said := v.store.changes.said.Load()
	f, err := v.View.SessionFacts(ctx, id)
	if err != nil {
		return f, err
	}
	v.store.learnSession(&f.Session, said)
	for i := range f.Above {
		v.store.learnSession(&f.Above[i], said)
	}
	v.store.learnCredential(f.Credential, said)
	for i := range f.Clients {
		v.store.learnCredential(&f.Clients[i], said)
	}
	for _, who := range []*authority.Standing{f.Subject, f.Actor, f.Holder, f.ClientHolder} {
		v.store.learnStanding(who, said)
	}
	v.store.learnLineage(f.Account, said)
	v.store.learnAudience(*f.Audience, said)
	return f, nil
}

func (v learning) FactsOfSessions(ctx context.Context, sessions []authority.Session) (authority.ManyFacts, error) {
	said := v.store.changes.said.Load()
	f, err := v.View.FactsOfSessions(ctx, sessions)
	if err != nil {
		return f, err
	}
	for i := range f.Credentials {
		v.store.learnCredential(&f.Credentials[i], said)
	}
	for _, t := range f.Tenants {
		v.store.learnTenant(t, said)
	}
	for i := range f.Standings {
		v.store.learnStanding(&f.Standings[i], said)
	}
	for i := range f.Audiences {
		v.store.learnAudience(f.Audiences[i], said)
	}
	return f, nil
}

func (v learning) CredentialByLookup(ctx context.Context, by ...secret.Fingerprint) (*authority.Credential, *authority.Standing, error) {
	said := v.store.changes.said.Load()
	c, holder, err := v.View.CredentialByLookup(ctx, by...)
	if err == nil {
		v.store.learnCredential(c, said)
		v.store.learnStanding(holder, said)
		v.store.rows.call(lookups(by), string(c.ID[:]))
	}
	return c, holder, err
}

func (v learning) StandingByEmail(ctx context.Context, canonical string) (authority.Standing, error) {
	said := v.store.changes.said.Load()
	found, err := v.View.StandingByEmail(ctx, canonical)
	if err == nil {
		v.store.learnStanding(&found, said)
		v.store.rows.call(name(nameOfEmail, canonical), string(found.Principal.ID))
	}
	return found, err
}

func (v learning) StandingOfOwner(ctx context.Context, account tenant.ID) (authority.Standing, error) {
	said := v.store.changes.said.Load()
	found, err := v.View.StandingOfOwner(ctx, account)
	if err == nil {
		v.store.learnStanding(&found, said)
		v.store.rows.call(name(nameOfOwned, account), string(found.Principal.ID))
	}
	return found, err
}

func (v learning) Lineage(ctx context.Context, id tenant.ID) ([]*authority.Tenant, error) {
	said := v.store.changes.said.Load()
	found, err := v.View.Lineage(ctx, id)
	if err == nil {
		v.store.learnLineage(found, said)
	}
	return found, err
}

func (v learning) Audience(ctx context.Context, id authority.AudienceID) (authority.Audience, error) {
	said := v.store.changes.said.Load()
	found, err := v.View.Audience(ctx, id)
	if err == nil {
		v.store.learnAudience(found, said)
	}
	return found, err
}

// What was read when so much had been said is remembered, packed: it is at hand when it is asked for.

func (s *Store) learnSession(of *authority.Session, said uint64) {
	s.changes.meanwhile(said, factsOf(of.ID), func(changed bool) {
		if !changed {
			s.sessions.put(of)
		}
	})
}

// learnRow keeps a packed row under its fact, unless that has changed since so much had been said; ok is false for a row
// that is too long, which may be at hand as it is.
func (s *Store) learnRow(f fact, row packing, said uint64) (ok bool) {
	if len(row) > longestRow {
		return false
	}
	s.changes.meanwhile(said, []fact{f}, func(changed bool) {
		if !changed {
			s.rows.put(f[:], row)
		}
	})
	return true
}

func (s *Store) learnCredential(c *authority.Credential, said uint64) {
	if c.ID.IsZero() {
		return
	}
	if !s.learnRow(factOf(authority.FeedCredential, c.ID.String()), packCredential(nil, c), said) {
		s.credentials.put(c.ID, &credential{Credential: *c}, said)
	}
}

// learnStanding takes a role that was not read for unknown, not for gone: who holds it may have lost it between the two
// statements that read the grants and the roles.
func (s *Store) learnStanding(who *authority.Standing, said uint64) {
	if who.Principal.ID == "" {
		return
	}
	for _, t := range who.Tenants {
		s.learnTenant(t, said)
	}
	for id, of := range who.Roles {
		s.roles.put(id, &role{Role: of}, said)
	}
	if s.learnRow(factOf(authority.FeedPrincipal, string(who.Principal.ID)), packPrincipal(nil, &who.Principal, who.Grants), said) {
		return
	}
	if at, ok := placeOf(who.Principal, who.Grants, s.tenantOf); ok {
		if own, ok := standingOf(who.Principal, who.Grants, at, s.roles.get); ok {
			s.standings.put(who.Principal.ID, own, said)
		}
	}
}

func (s *Store) learnTenant(t *authority.Tenant, said uint64) {
	row, ok := packTenant(nil, t)
	if !ok || !s.learnRow(factOf(authority.FeedTenant, string(t.ID)), row, said) {
		s.tenants.put(t.ID, &shared{Tenant: *t}, said)
	}
}

func (s *Store) learnLineage(tenants []*authority.Tenant, said uint64) {
	for _, t := range tenants {
		s.learnTenant(t, said)
	}
}

func (s *Store) learnAudience(a authority.Audience, said uint64) {
	if a.ID != 0 {
		s.audiences.put(a.ID, &audience{Audience: a}, said)
	}
}
