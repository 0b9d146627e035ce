package facts

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// origin is what all sessions share that somebody opened in one place by one secret.
type origin struct {
	kind                        authority.SessionKind
	subject, actor              grant.PrincipalID
	organisation, account, unit tenant.ID
	audience                    authority.AudienceID
	credential, client          authority.CredentialID
	secretAt                    int64 // microseconds; 0: none
	narrowed                    bool
	permissions                 string // if narrowed, each before a line break, which none has
	thumbprint, dialect         string
	idleLifetime                time.Duration
}

func originOf(s *authority.Session) origin {
	return origin{
		kind: s.Kind, subject: s.Subject, actor: s.Actor, organisation: s.Organisation, account: s.Account, unit: s.Unit,
		audience: s.Audience, credential: s.Credential, client: s.Client, secretAt: micros(s.SecretAt),
		thumbprint: s.Thumbprint, dialect: s.Dialect, idleLifetime: s.IdleLifetime,
		narrowed: s.Permissions != nil, permissions: joined(s.Permissions),
	}
}

// session returns what a session has from its origin.
func (o origin) session() authority.Session {
	return authority.Session{
		Kind: o.kind, Subject: o.subject, Organisation: o.organisation, Account: o.account, Unit: o.unit, Audience: o.audience, Actor: o.actor,
		Credential: o.credential, SecretAt: at(o.secretAt), Client: o.client, Permissions: o.list(), Thumbprint: o.thumbprint,
		Dialect: o.dialect, IdleLifetime: o.idleLifetime,
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

// originID names an origin by what it is.
type originID [16]byte

// A packed session is what is its own of it, in some seventy bytes: there may be millions.

// packedRoom is enough for every packed session.
const packedRoom = 128

// What a packed session has beside the rest.
const (
	hasParent = 1 << iota
	hasLoginToken
	isClosed
)

// pack appends a session of an origin.
func pack(b []byte, s *authority.Session, of originID) []byte {
	has := flag(!s.Parent.IsZero(), hasParent) | flag(!s.LoginToken.IsZero(), hasLoginToken) | flag(!s.ClosedAt.IsZero(), isClosed)
	b = append(b, has)
	b = append(b, of[:]...)
	b = append(b, s.Fingerprint[:]...)
	opened := micros(s.OpenedAt)
	b = binary.AppendVarint(b, opened)
	b = binary.AppendVarint(b, micros(s.ExpiresAt)-opened)
	b = binary.AppendVarint(b, micros(s.UsedAt)-opened)
	if has&hasParent != 0 {
		b = append(b, s.Parent[:]...)
	}
	if has&hasLoginToken != 0 {
		b = append(b, s.LoginToken[:]...)
	}
	if has&isClosed != 0 {
		b = binary.AppendVarint(b, micros(s.ClosedAt))
	}
	return b
}

func flag(is bool, bit byte) byte {
	if is {
		return bit
	}
	return 0
}

// packed reads what is packed from its beginning: bytes that are gone afterwards, or a string that stays.
type packed[B []byte | string] struct{ left B }

func (p *packed[B]) byte() byte {
	b := p.left[0]
	p.left = p.left[1:]
	return b
}

func (p *packed[B]) uvarint() uint64 {
	v, n := binary.Uvarint(p.number())
	p.left = p.left[n:]
	return v
}

func (p *packed[B]) varint() int64 {
	v, n := binary.Varint(p.number())
	p.left = p.left[n:]
	return v
}

// number returns where the next number is.
func (p *packed[B]) number() []byte { return []byte(p.left[:min(len(p.left), binary.MaxVarintLen64)]) }

func (p *packed[B]) bytes(into []byte) { p.left = p.left[copy(into, p.left):] }

// head reads what stands before the session itself.
func (p *packed[B]) head() (has byte, of originID) {
	has = p.byte()
	p.bytes(of[:])
	return has, of
}

// rest adds to what a session has from its origin what is its own.
func (p *packed[B]) rest(has byte, s *authority.Session) {
	p.bytes(s.Fingerprint[:])
	opened := p.varint()
	s.OpenedAt, s.ExpiresAt, s.UsedAt = at(opened), at(opened+p.varint()), at(opened+p.varint())
	if has&hasParent != 0 {
		p.bytes(s.Parent[:])
	}
	if has&hasLoginToken != 0 {
		p.bytes(s.LoginToken[:])
	}
	if has&isClosed != 0 {
		s.ClosedAt = at(p.varint())
	}
}

// isEnded reports whether a packed session has expired, for which it need not be read as a whole: it is remembered for
// nothing.
func isEnded(session []byte, now time.Time) bool {
	p := packed[[]byte]{session[1+len(originID{})+len(secret.Fingerprint{}):]}
	opened := p.varint()
	return opened+p.varint() <= now.UnixMicro()
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
