package facts

import (
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// session is a session as it is remembered: there may be a million, so that what many of them share is shared.
type session struct {
	id          authority.SessionID
	fingerprint secret.Fingerprint
	parent      authority.SessionID
	loginToken  authority.LoginTokenID
	origin      unique.Handle[origin]
	secretAt    int64 // times in microseconds; 0: none
	openedAt    int64
	expiresAt   int64
	closedAt    int64
	usedAt      atomic.Int64 // moved forward when a later use is stored
}

// origin is what all sessions share that somebody opened in one place.
type origin struct {
	kind                        authority.SessionKind
	subject, actor              grant.PrincipalID
	organisation, account, unit tenant.ID
	audience                    authority.AudienceID
	credential, client          authority.CredentialID
	narrowed                    bool
	permissions                 string // if narrowed, each before a line break, which none has
	thumbprint, dialect         string
	idleLifetime                time.Duration
}

func (s *session) facts() []fact { return []fact{factOf(authority.FeedSession, s.id.String())} }

func compact(s authority.Session) *session {
	c := &session{
		id: s.ID, fingerprint: s.Fingerprint, parent: s.Parent, loginToken: s.LoginToken,
		secretAt: micros(s.SecretAt), openedAt: micros(s.OpenedAt), expiresAt: micros(s.ExpiresAt), closedAt: micros(s.ClosedAt),
		origin: unique.Make(origin{
			kind: s.Kind, subject: s.Subject, actor: s.Actor, organisation: s.Organisation, account: s.Account, unit: s.Unit,
			audience: s.Audience, credential: s.Credential, client: s.Client, thumbprint: s.Thumbprint, dialect: s.Dialect,
			idleLifetime: s.IdleLifetime, narrowed: s.Permissions != nil, permissions: joined(s.Permissions),
		}),
	}
	c.usedAt.Store(micros(s.UsedAt))
	return c
}

func (s *session) whole() authority.Session {
	o := s.origin.Value()
	return authority.Session{
		ID: s.id, Kind: o.kind, Fingerprint: s.fingerprint, Subject: o.subject, Organisation: o.organisation, Account: o.account,
		Unit: o.unit, Audience: o.audience, Actor: o.actor, Credential: o.credential, SecretAt: at(s.secretAt), Client: o.client,
		Parent: s.parent, LoginToken: s.loginToken, Permissions: o.list(), Thumbprint: o.thumbprint, Dialect: o.dialect,
		OpenedAt: at(s.openedAt), ExpiresAt: at(s.expiresAt), IdleLifetime: o.idleLifetime, UsedAt: at(s.usedAt.Load()),
		ClosedAt: at(s.closedAt),
	}
}

func joined(permissions []grant.Permission) string {
	var b strings.Builder
	for _, p := range permissions {
		b.WriteString(string(p))
		b.WriteByte('\n')
	}
	return b.String()
}

func (o origin) list() []grant.Permission {
	if !o.narrowed {
		return nil
	}
	list := []grant.Permission{}
	for p := range strings.Lines(o.permissions) {
		list = append(list, grant.Permission(strings.TrimSuffix(p, "\n")))
	}
	return list
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func at(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// used moves the last use of a session forward, never back, as the store does.
func (s *Store) used(id authority.SessionID, usedAt time.Time) {
	c, ok := s.sessions.cells.GetEntryQuietly(id)
	if !ok {
		return
	}
	latest := &c.Value.value.usedAt
	for was, now := latest.Load(), micros(usedAt); now > was && !latest.CompareAndSwap(was, now); was = latest.Load() {
	}
}
