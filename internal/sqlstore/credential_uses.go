package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// CredentialUses returns the last uses of these credentials, the latest first.
func (v view) CredentialUses(ctx context.Context, ids []authority.CredentialID) (uses []authority.CredentialUse, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, key)
	err = v.run(ctx, ask(`SELECT u.credential_id, u.dialect, u.source, u.used_at FROM credential_uses u
		WHERE u.credential_id IN `+in+` ORDER BY u.used_at DESC, u.credential_id, u.dialect, u.source`, args,
		func(scan func(...any) error) error {
			var u authority.CredentialUse
			err := bytes(&row{}, u.Credential[:]).plain(&u.Dialect, &u.Source).time(&u.At).scan(scan)
			uses = append(uses, u)
			return err
		}))
	return uses, err
}

// NoteCredentialUse moves the last use of a credential in a dialect from a source forward, never back.
func (t *tx) NoteCredentialUse(u authority.CredentialUse) {
	t.queue(`
		INSERT INTO credential_uses (credential_id, dialect, source, used_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (credential_id, dialect, source) DO UPDATE SET used_at = excluded.used_at
			WHERE credential_uses.used_at < excluded.used_at`,
		u.Credential[:], u.Dialect, u.Source, micros(u.At))
}

// ForgetCredentialUses drops the uses of a credential before a time.
func (t *tx) ForgetCredentialUses(id authority.CredentialID, before time.Time) {
	t.queue(`DELETE FROM credential_uses WHERE credential_id = ? AND used_at < ?`, id[:], micros(before))
}
