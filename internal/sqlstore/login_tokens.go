package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

const loginTokenColumns = `l.id, l.fingerprint, l.audience_id, l.subject_id, l.account_id, l.actor_id, l.credential_id, l.parent_id,
	l.dialect, l.secret_at, l.reusable, l.slot, l.minted_at, l.expires_at, l.redeemed_at, l.redeemed_by, l.redeem_key, l.session_id,
	l.shown, l.absorbed`

func scanLoginToken(scan func(...any) error, l *authority.LoginToken, more ...any) error {
	r := bytes(&row{}, l.ID[:])
	bytes(r, l.Fingerprint[:])
	r.plain(&l.Audience, &l.Subject, &l.Account, &l.Actor)
	bytes(r, l.Credential[:])
	bytes(r, l.Parent[:])
	r.plain(&l.Dialect).time(&l.SecretAt).flag(&l.Reusable)
	optional(r, &l.Slot)
	r.time(&l.MintedAt).time(&l.ExpiresAt).time(&l.RedeemedAt)
	bytes(r, l.RedeemedBy[:])
	bytes(r, l.RedeemKey[:])
	bytes(r, l.Session[:])
	return r.plain(&l.Shown, &l.Absorbed).plain(more...).scan(scan)
}

// loginTokenFacts collects a token and all that decides whether it counts, in one round trip.
type loginTokenFacts struct {
	authority.LoginTokenFacts
	found     bool
	live      int64
	who       standings
	audiences []authority.Audience
}

func (f *loginTokenFacts) tokenQuery(id authority.LoginTokenID) query {
	return ask(`SELECT `+loginTokenColumns+`, CASE WHEN l.epoch = {epoch} THEN 1 ELSE 0 END FROM login_tokens l WHERE l.id = ?`, []any{id[:]},
		func(scan func(...any) error) error {
			f.found = true
			return scanLoginToken(scan, &f.LoginToken, &f.live)
		})
}

func (f *loginTokenFacts) queries(id authority.LoginTokenID) []query {
	f.Credential, f.Audience = &authority.Credential{}, &authority.Audience{}
	one := []any{id[:]}
	queries := []query{
		f.tokenQuery(id),
		sessionQuery(`s.id = (SELECT parent_id FROM login_tokens WHERE id = ?)`, one, &f.Parent),
		credentialQuery(`c.id = (SELECT credential_id FROM login_tokens WHERE id = ?)`, one, f.Credential),
		lineageQuery(`SELECT account_id FROM login_tokens WHERE id = ?`, one, &f.Account),
		audienceQuery(`WHERE a.id = (SELECT audience_id FROM login_tokens WHERE id = ?)`, one, &f.audiences),
	}
	return append(queries, f.who.queries(`
		SELECT subject_id FROM login_tokens WHERE id = ?
		UNION SELECT actor_id FROM login_tokens WHERE id = ?
		UNION SELECT c.principal_id FROM login_tokens l JOIN credentials c ON c.id = l.credential_id WHERE l.id = ?`,
		id[:], id[:], id[:])...)
}

func (f *loginTokenFacts) facts() authority.LoginTokenFacts {
	f.Subject, f.Actor = f.who.get(f.LoginToken.Subject), f.who.get(f.LoginToken.Actor)
	f.Minter = f.who.get(f.Credential.Principal)
	if len(f.audiences) > 0 {
		f.Audience = &f.audiences[0]
	}
	f.Live = f.live == 1
	return f.LoginTokenFacts
}

// LoginToken returns the token with this ID, and whether it is of the current epoch.
func (v view) LoginToken(ctx context.Context, id authority.LoginTokenID) (authority.LoginToken, bool, error) {
	var f loginTokenFacts
	err := v.run(ctx, f.tokenQuery(id))
	if err == nil && !f.found {
		err = notFound("login-token")
	}
	return f.LoginToken, f.live == 1, err
}

// LoginTokenFacts returns the token with this ID and all that decides whether it counts.
func (v view) LoginTokenFacts(ctx context.Context, id authority.LoginTokenID) (authority.LoginTokenFacts, error) {
	var f loginTokenFacts
	if err := v.run(ctx, f.queries(id)...); err != nil {
		return authority.LoginTokenFacts{}, err
	}
	if !f.found {
		return authority.LoginTokenFacts{}, notFound("login-token")
	}
	return f.facts(), nil
}

// LiveLoginTokens counts the tokens that could be redeemed at a time.
func (v view) LiveLoginTokens(ctx context.Context, at time.Time) (live int64, err error) {
	err = v.run(ctx, ask(`SELECT COUNT(*) FROM login_tokens
		WHERE redeemed_at IS NULL AND reusable = 0 AND expires_at > ? AND epoch = {epoch}`, []any{micros(at)},
		func(scan func(...any) error) error { return scan(&live) }))
	return live, err
}

// PutLoginToken stores a minted token under the current epoch; one with a slot takes the place of the unspent token
// that held it, in the same statement, so that two of them never live side by side.
func (t *tx) PutLoginToken(l authority.LoginToken) {
	queue := t.queueNew
	if l.Slot != "" {
		queue = t.queue // it may replace one
	}
	queue(`
		INSERT INTO login_tokens (id, fingerprint, epoch, audience_id, subject_id, account_id, actor_id, credential_id,
			parent_id, dialect, secret_at, reusable, slot, minted_at, expires_at)
		VALUES (?, ?, {epoch}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (slot) WHERE slot IS NOT NULL DO UPDATE SET id = excluded.id, fingerprint = excluded.fingerprint, epoch = excluded.epoch,
			actor_id = excluded.actor_id, credential_id = excluded.credential_id, parent_id = excluded.parent_id,
			dialect = excluded.dialect, secret_at = excluded.secret_at, reusable = excluded.reusable, minted_at = excluded.minted_at,
			expires_at = excluded.expires_at, shown = 0, absorbed = 0`,
		l.ID[:], l.Fingerprint[:], int64(l.Audience), string(l.Subject), string(l.Account), string(l.Actor), l.Credential[:],
		key(l.Parent), l.Dialect, micros(l.SecretAt), flag(l.Reusable), text(l.Slot), micros(l.MintedAt), micros(l.ExpiresAt))
}

// redeemStatement spends a token: the one statement that makes a redemption happen at most once. Every condition that
// can be compared is in it, on the database's own clock and under the current epoch of the fence.
var redeemStatement = `
	UPDATE login_tokens
	SET redeemed_at = {now}, redeemed_by = ?, redeem_key = ?, session_id = ?, slot = NULL
	WHERE id = ? AND fingerprint = ? AND audience_id = ? AND reusable = 0
		AND redeemed_at IS NULL AND expires_at > {now} AND epoch = {epoch}
		AND (? = '' OR subject_id = (SELECT p.id FROM principals p WHERE p.email_key = ?))
	RETURNING ` + strings.ReplaceAll(loginTokenColumns, "l.", "") + `, {epoch}` // SQLite knows no other name of the table here

// redeemQuery spends the token, and fills in what it is then, and in which epoch.
func (t *tx) redeemQuery(r authority.Redemption, spent *bool, token *authority.LoginToken, epoch *string) query {
	*spent = false
	q := ask(redeemStatement, []any{
		t.now, key(r.By), fingerprint(r.Key), r.Session[:], r.Token[:], r.Fingerprint[:], int64(r.Audience), t.now,
		r.CanonicalEmail, r.CanonicalEmail,
	}, func(scan func(...any) error) error {
		*spent = true
		return scanLoginToken(scan, token, epoch)
	})
	q.locks = r.Token[:]
	return q
}

// RedeemLoginToken spends the token if it can be spent; the facts are read after it, in the same round trip.
func (t *tx) RedeemLoginToken(ctx context.Context, r authority.Redemption) (authority.LoginTokenFacts, bool, error) {
	var f loginTokenFacts
	var epoch string
	spent := false
	if err := t.run(ctx, append([]query{t.redeemQuery(r, &spent, &f.LoginToken, &epoch)}, f.queries(r.Token)...)...); err != nil {
		return authority.LoginTokenFacts{}, false, err
	}
	return f.facts(), spent, nil
}

// SpendLoginToken spends the token if it can be spent; what is new in the feed is read after it, in the same round trip.
// One that cannot be spent, for whatever reason, is read in another.
func (t *tx) SpendLoginToken(ctx context.Context, r authority.Redemption, seen authority.FeedSeen) (s authority.Spending, err error) {
	queries := []query{t.redeemQuery(r, &s.Spent, &s.LoginToken, &s.Unseen.Epoch)}
	queries = append(queries, entryQueries(seen.High, authority.UnseenLimit, seen.Gaps, &s.Unseen)...)
	if err := t.run(ctx, queries...); err != nil {
		return authority.Spending{}, err
	}
	if s.Live = s.Spent; s.Spent {
		return s, nil
	}
	var f loginTokenFacts
	epoch := askCommon(`SELECT {epoch}`, nil, func(scan func(...any) error) error { return scan(&s.Unseen.Epoch) })
	if err := t.run(ctx, f.tokenQuery(r.Token), epoch); err != nil {
		return authority.Spending{}, err
	}
	s.LoginToken, s.Live = f.LoginToken, f.live == 1
	return s, nil
}

// CancelLoginToken ends the lifetime of a token; its slot, if it has one, is taken by the next token all the same.
func (t *tx) CancelLoginToken(ctx context.Context, id authority.LoginTokenID) (ok bool, err error) {
	err = t.run(ctx, ask(`UPDATE login_tokens SET expires_at = {now} WHERE id = ? AND redeemed_at IS NULL AND expires_at > {now} RETURNING 1`,
		[]any{t.now, id[:], t.now}, func(scan func(...any) error) error {
			var one int64
			ok = true
			return scan(&one)
		}))
	return ok, err
}

// CountLoginTokenShown adds to the counts of a token that was shown and not spent.
func (t *tx) CountLoginTokenShown(id authority.LoginTokenID, shown, absorbed int64) {
	t.queue(`UPDATE login_tokens SET shown = shown + ?, absorbed = absorbed + ? WHERE id = ? AND redeemed_at IS NULL`,
		shown, absorbed, id[:])
}
