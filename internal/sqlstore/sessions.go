package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const sessionColumns = `s.id, s.fingerprint, s.subject_id, s.organisation_id, s.account_id, s.unit_id, s.audience_id, s.actor_id,
	s.credential_id, s.parent_id, s.login_token_id, s.dialect, s.secret_at, s.opened_at, s.expires_at, s.idle_lifetime, s.used_at, s.closed_at,
	s.kind, s.permissions, s.client_id, s.thumbprint`

func scanSession(scan func(...any) error, s *authority.Session) error {
	r := bytes(&row{}, s.ID[:])
	bytes(r, s.Fingerprint[:])
	r.plain(&s.Subject, &s.Organisation, &s.Account, &s.Unit, &s.Audience, &s.Actor)
	bytes(r, s.Credential[:])
	bytes(r, s.Parent[:])
	bytes(r, s.LoginToken[:])
	r.plain(&s.Dialect).time(&s.SecretAt).time(&s.OpenedAt).time(&s.ExpiresAt).span(&s.IdleLifetime).time(&s.UsedAt).
		time(&s.ClosedAt).plain(&s.Kind)
	list(r, &s.Permissions)
	return bytes(r, s.Client[:]).plain(&s.Thumbprint).scan(scan)
}

func sessionQuery(where string, args []any, into *authority.Session) query {
	*into = authority.Session{}
	return ask(`SELECT `+sessionColumns+` FROM sessions s WHERE `+where, args,
		func(scan func(...any) error) error { return scanSession(scan, into) })
}

// Session returns the session with this ID.
func (v view) Session(ctx context.Context, id authority.SessionID) (s authority.Session, err error) {
	q := sessionQuery(`s.id = ?`, []any{id[:]}, &s)
	q.quick = true
	err = v.run(ctx, q)
	if err == nil && s.ID.IsZero() {
		err = notFound("session")
	}
	return s, err
}

// SessionFacts returns the session with this ID and all that decides whether it counts, in one round trip.
func (v view) SessionFacts(ctx context.Context, id authority.SessionID) (authority.SessionFacts, error) {
	f := authority.SessionFacts{Circumstances: authority.NoCircumstances()}
	var who standings
	var audiences []authority.Audience
	one := []any{id[:]}
	queries := []query{
		sessionQuery(`s.id = ?`, one, &f.Session),
		credentialQuery(`c.id = (SELECT credential_id FROM sessions WHERE id = ?)`, one, f.Credential),
		aboveQuery(id, &f.Above),
		credentialsQuery(`c.id IN (`+clientsAbove+`)`, one, &f.Clients),
		lineageQuery(`SELECT account_id FROM sessions WHERE id = ?`, one, &f.Account),
		audienceQuery(`WHERE a.id = (SELECT audience_id FROM sessions WHERE id = ?)`, one, &audiences),
	}
	queries = append(queries, who.queries(`
		SELECT subject_id FROM sessions WHERE id = ?
		UNION SELECT actor_id FROM sessions WHERE id = ?
		UNION SELECT c.principal_id FROM sessions s JOIN credentials c ON c.id = s.credential_id OR c.id = s.client_id WHERE s.id = ?`,
		id[:], id[:], id[:])...)
	if err := v.run(ctx, queries...); err != nil {
		return authority.SessionFacts{}, err
	}
	if f.Session.ID.IsZero() {
		return authority.SessionFacts{}, notFound("session")
	}
	f.Subject, f.Actor, f.Holder = who.get(f.Session.Subject), who.get(f.Session.Actor), who.get(f.Credential.Principal)
	for _, c := range f.Clients {
		if c.ID == f.Session.Client {
			f.ClientHolder = who.get(c.Principal)
		}
	}
	if len(audiences) > 0 {
		f.Audience = &audiences[0]
	}
	return f, nil
}

// FactsOfSessions returns what decides over many sessions, in two round trips.
func (v view) FactsOfSessions(ctx context.Context, sessions []authority.Session) (f authority.ManyFacts, err error) {
	var people []grant.PrincipalID
	var accounts []tenant.ID
	var audiences []authority.AudienceID
	var credentials []authority.CredentialID
	for i := range sessions {
		s := &sessions[i]
		people, accounts = append(people, s.Subject, s.Actor), append(accounts, s.Account)
		audiences, credentials = append(audiences, s.Audience), append(credentials, s.Credential, s.Client)
	}
	in, args := placeholders(each(credentials, compareIDs), key)
	if err := v.run(ctx, credentialsQuery(`c.id IN `+in, args, &f.Credentials)); err != nil {
		return authority.ManyFacts{}, err
	}
	for i := range f.Credentials {
		people = append(people, f.Credentials[i].Principal)
	}
	var who standings
	in, args = placeholders(each(people, cmp.Compare), stringArg)
	queries := who.queries(strings.Trim(in, "()"), args...)
	in, args = placeholders(each(audiences, cmp.Compare), func(id authority.AudienceID) any { return int64(id) })
	queries = append(queries, audienceQuery(`WHERE a.id IN `+in, args, &f.Audiences))
	in, args = placeholders(each(accounts, cmp.Compare), stringArg)
	queries = append(queries, ask(`
		WITH RECURSIVE up (id) AS (SELECT id FROM tenants WHERE id IN `+in+` UNION SELECT t.parent_id FROM tenants t JOIN up ON t.id = up.id)
		SELECT `+tenantColumns+` FROM up JOIN tenants t ON t.id = up.id`, args, who.addTenant))
	if err := v.run(ctx, queries...); err != nil {
		return authority.ManyFacts{}, err
	}
	for id := range who.of {
		f.Standings = append(f.Standings, *who.get(id))
	}
	f.Tenants = slices.Collect(maps.Values(who.tenants))
	return f, nil
}

func compareIDs(a, b authority.CredentialID) int { return slices.Compare(a[:], b[:]) }

// each returns one of each.
func each[T comparable](list []T, compare func(a, b T) int) []T {
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}

// sessionsAbove is a session and what it descends from, up to a height that ends a circle, which nothing makes.
const sessionsAbove = `
	WITH RECURSIVE up (id, height) AS (
		SELECT id, 0 FROM sessions WHERE id = ?
		UNION ALL SELECT s.parent_id, up.height + 1 FROM sessions s JOIN up ON s.id = up.id WHERE up.height < 32)`

const clientsAbove = sessionsAbove + `
	SELECT s.client_id FROM up JOIN sessions s ON s.id = up.id WHERE s.client_id IS NOT NULL`

// aboveQuery reads the sessions that one descends from, the nearest first.
func aboveQuery(id authority.SessionID, into *[]authority.Session) query {
	*into = nil
	return ask(sessionsAbove+` SELECT `+sessionColumns+` FROM up JOIN sessions s ON s.id = up.id WHERE up.height > 0 ORDER BY up.height`, []any{id[:]},
		func(scan func(...any) error) error {
			var s authority.Session
			err := scanSession(scan, &s)
			*into = append(*into, s)
			return err
		})
}

// PutSession stores a session that was opened.
func (t *tx) PutSession(s authority.Session) {
	t.queueNew(`
		INSERT INTO sessions (id, fingerprint, subject_id, organisation_id, account_id, unit_id, audience_id, actor_id,
			credential_id, parent_id, login_token_id, dialect, secret_at, opened_at, expires_at, idle_lifetime, used_at, kind, permissions, client_id, thumbprint)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID[:], s.Fingerprint[:], string(s.Subject), string(s.Organisation), string(s.Account), string(s.Unit),
		int64(s.Audience), string(s.Actor), s.Credential[:], key(s.Parent), key(s.LoginToken), s.Dialect,
		micros(s.SecretAt), micros(s.OpenedAt), micros(s.ExpiresAt), s.IdleLifetime.Microseconds(), micros(s.UsedAt),
		string(s.Kind), listOrNull(s.Permissions), key(s.Client), s.Thumbprint)
}

// CloseSessions ends those of these sessions that are open.
func (t *tx) CloseSessions(ctx context.Context, ids []authority.SessionID, at time.Time) (closed []authority.SessionID, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, key)
	err = t.run(ctx, ask(`UPDATE sessions SET closed_at = ? WHERE id IN `+in+` AND closed_at IS NULL RETURNING id`,
		append([]any{micros(at)}, args...), func(scan func(...any) error) error {
			var id authority.SessionID
			err := bytes(&row{}, id[:]).scan(scan)
			closed = append(closed, id)
			return err
		}))
	return closed, err
}

// TouchSession moves the last use forward, never back.
func (t *tx) TouchSession(id authority.SessionID, usedAt time.Time) {
	t.queue(`UPDATE sessions SET used_at = ? WHERE id = ? AND used_at < ?`, micros(usedAt), id[:], micros(usedAt))
}

// CloseAllSessions ends every session that is open and unexpired at a time.
func (t *tx) CloseAllSessions(ctx context.Context, at time.Time) (open int64, err error) {
	err = t.run(ctx, ask(`SELECT COUNT(*) FROM sessions WHERE closed_at IS NULL AND expires_at > ?`, []any{micros(at)},
		func(scan func(...any) error) error { return scan(&open) }))
	t.queue(`UPDATE sessions SET closed_at = ? WHERE closed_at IS NULL AND expires_at > ?`, micros(at), micros(at))
	return open, err
}
