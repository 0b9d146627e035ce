package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// endedSession is so for sessions s that ended before a time and that nothing descends from; it has three arguments. The
// indexes of what has a parent are small: few have one.
const endedSession = `(s.closed_at < ? OR s.expires_at < ? OR s.idle_lifetime > 0 AND s.used_at + s.idle_lifetime < ?)
	AND NOT EXISTS (SELECT 1 FROM sessions d WHERE d.parent_id = s.id)
	AND NOT EXISTS (SELECT 1 FROM login_tokens d WHERE d.parent_id = s.id)`

// endedLoginToken is so for login tokens l that nobody needs any more; it has two arguments.
const endedLoginToken = `(l.redeemed_at IS NULL AND l.expires_at < ?
	OR l.redeemed_at < ? AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = l.session_id))`

// EndedSessions finds sessions that ended before a time among those after an ID.
func (v view) EndedSessions(ctx context.Context, after authority.SessionID, before time.Time, limit int) ([]authority.SessionID, authority.SessionID, error) {
	at := micros(before)
	return walk[authority.SessionID](ctx, v, `sessions s`, `s.id`, endedSession, after[:], []any{at, at, at}, limit)
}

// EndedLoginTokens finds login tokens that ended before a time among those after an ID.
func (v view) EndedLoginTokens(ctx context.Context, after authority.LoginTokenID, before time.Time, limit int) ([]authority.LoginTokenID, authority.LoginTokenID, error) {
	at := micros(before)
	return walk[authority.LoginTokenID](ctx, v, `login_tokens l`, `l.id`, endedLoginToken, after[:], []any{at, at}, limit)
}

// walk returns where the rows after a key end, when there are more, and which of them are so.
func walk[ID ~[16]byte](ctx context.Context, v view, from, id, so string, after []byte, at []any, limit int) (found []ID, last ID, err error) {
	rows := 0
	step := `SELECT ` + id + ` AS id FROM ` + from + ` WHERE ` + id + ` > ? ORDER BY ` + id + ` LIMIT ?`
	err = v.run(ctx,
		ask(`SELECT w.id, (SELECT COUNT(*) FROM (`+step+`) n) FROM (`+step+`) w ORDER BY w.id DESC LIMIT 1`, []any{after, limit, after, limit},
			func(scan func(...any) error) error { return bytes(&row{}, last[:]).plain(&rows).scan(scan) }),
		ask(`SELECT `+id+` FROM `+from+` WHERE `+id+` IN (`+step+`) AND `+so+` ORDER BY `+id, append([]any{after, limit}, at...),
			func(scan func(...any) error) error {
				var one ID
				err := bytes(&row{}, one[:]).scan(scan)
				found = append(found, one)
				return err
			}))
	if rows < limit {
		last = ID{}
	}
	return found, last, err
}

// DropSessions drops those of these sessions that ended before a time.
func (t *tx) DropSessions(ctx context.Context, ids []authority.SessionID, before time.Time) (int, error) {
	at := micros(before)
	return drop(ctx, t, `sessions AS s`, `s.id`, endedSession, ids, at, at, at)
}

// DropLoginTokens drops those of these login tokens that ended before a time.
func (t *tx) DropLoginTokens(ctx context.Context, ids []authority.LoginTokenID, before time.Time) (int, error) {
	at := micros(before)
	return drop(ctx, t, `login_tokens AS l`, `l.id`, endedLoginToken, ids, at, at)
}

func drop[ID ~[16]byte](ctx context.Context, t *tx, from, id, so string, ids []ID, at ...any) (n int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	in, args := placeholders(ids, key)
	err = t.run(ctx, ask(`DELETE FROM `+from+` WHERE `+id+` IN `+in+` AND `+so+` RETURNING 1`, append(args, at...), counting(&n)))
	return n, err
}

// SweepRepeats drops repeats that expired before a time.
func (t *tx) SweepRepeats(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = t.run(ctx, ask(`DELETE FROM repeats WHERE id IN (SELECT id FROM repeats WHERE expires_at < ? LIMIT ?) RETURNING 1`,
		[]any{micros(before), limit}, counting(&n)))
	return n, err
}

// counting counts the rows of a statement that returns a 1 for each.
func counting(n *int) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var one int64
		*n++
		return scan(&one)
	}
}

// ReturnSpace gives back some of what is free, when much is.
func (t *tx) ReturnSpace(ctx context.Context) (returned bool, err error) {
	free := int64(0)
	err = t.run(ctx, ask(`SELECT {free}`, nil, func(scan func(...any) error) error { return scan(&free) }))
	if err != nil || free == 0 {
		return false, err
	}
	return true, t.run(ctx, ask(`PRAGMA incremental_vacuum(200)`, nil, func(func(...any) error) error { return nil }))
}
