package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
)

// sessionConditions are those of a filter on sessions s.
func sessionConditions(f authority.SessionFilter) *conditions {
	who, at := string(f.Principal), string(f.Tenant)
	c := (&conditions{}).
		when(!f.ID.IsZero(), `s.id = ?`, f.ID[:]).
		when(f.Principal != "", `(s.subject_id = ? OR s.actor_id = ? OR s.credential_id IN (SELECT id FROM credentials WHERE principal_id = ?))`,
			who, who, who).
		when(!f.Credential.IsZero(), `s.credential_id = ?`, f.Credential[:]).
		when(f.Tenant != "", `(s.account_id IN `+subtree+` OR s.organisation_id IN `+subtree+` OR s.unit_id IN `+subtree+`)`, at, at, at).
		when(f.Dialect != "", `s.dialect = ?`, f.Dialect).
		when(!f.OpenedBefore.IsZero(), `s.opened_at < ?`, micros(f.OpenedBefore)).
		when(!f.LiveAt.IsZero(), `s.closed_at IS NULL AND s.expires_at > ?`, micros(f.LiveAt))
	if len(f.Parents) > 0 {
		in, args := placeholders(f.Parents, key)
		c.when(true, `s.parent_id IN `+in, args...)
	}
	return c
}

// Sessions returns up to limit sessions that a filter selects, by ID from the highest below one. It reads along the
// primary key, so that going on from page to page is one pass over the table, whatever the filter.
func (v view) Sessions(ctx context.Context, f authority.SessionFilter, below authority.SessionID, limit int) (sessions []authority.Session, err error) {
	c := sessionConditions(f).when(!below.IsZero(), `s.id < ?`, below[:])
	err = v.run(ctx, ask(`SELECT `+sessionColumns+` FROM sessions s`+c.where()+` ORDER BY s.id DESC LIMIT ?`, append(c.args, limit),
		func(scan func(...any) error) error {
			var s authority.Session
			err := scanSession(scan, &s)
			sessions = append(sessions, s)
			return err
		}))
	return sessions, err
}

// CountSessions counts what closing the sessions that a filter selects ends.
func (v view) CountSessions(ctx context.Context, f authority.SessionFilter) (ends authority.Ends, err error) {
	c := sessionConditions(f)
	now := micros(f.LiveAt)
	err = v.run(ctx, ask(`
		WITH RECURSIVE ended (id) AS (
			SELECT s.id FROM sessions s`+c.where()+`
			UNION
			SELECT d.id FROM sessions d JOIN ended ON d.parent_id = ended.id WHERE d.closed_at IS NULL AND d.expires_at > ?)
		SELECT (SELECT COUNT(*) FROM ended), (SELECT COUNT(*) FROM ended JOIN login_tokens l ON l.parent_id = ended.id
			WHERE l.redeemed_at IS NULL AND l.expires_at > ?)`, append(c.args, now, now),
		func(scan func(...any) error) error { return scan(&ends.Sessions, &ends.LoginTokens) }))
	return ends, err
}

// CountLoginTokens counts the login tokens that a filter selects.
func (v view) CountLoginTokens(ctx context.Context, f authority.LoginTokenFilter) (n int64, err error) {
	who, at := string(f.Principal), string(f.Tenant)
	c := (&conditions{}).
		when(true, `l.redeemed_at IS NULL AND l.expires_at > ?`, micros(f.LiveAt)).
		when(f.Principal != "", `(l.subject_id = ? OR l.actor_id = ? OR l.credential_id IN (SELECT id FROM credentials WHERE principal_id = ?))`,
			who, who, who).
		when(!f.Credential.IsZero(), `l.credential_id = ?`, f.Credential[:]).
		when(f.Tenant != "", `(l.account_id IN `+subtree+` OR l.subject_id IN (SELECT id FROM principals WHERE organisation_id IN `+subtree+`))`, at, at)
	err = v.run(ctx, ask(`SELECT COUNT(*) FROM login_tokens l`+c.where(), c.args, func(scan func(...any) error) error { return scan(&n) }))
	return n, err
}
