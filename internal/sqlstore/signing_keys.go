package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// SigningKeys returns all of them in the order they were made.
func (v view) SigningKeys(ctx context.Context) (keys []authority.SigningKey, err error) {
	err = v.run(ctx, ask(`SELECT id, algorithm, public_key, sealed, created_at, signs_at, retired_at, killed_at FROM signing_keys ORDER BY id`, nil,
		func(scan func(...any) error) error {
			var k authority.SigningKey
			err := bytes(&row{}, k.ID[:]).plain(&k.Algorithm, &k.PublicKey, &k.Sealed).
				time(&k.CreatedAt).time(&k.SignsAt).time(&k.RetiredAt).time(&k.KilledAt).scan(scan)
			keys = append(keys, k)
			return err
		}))
	return keys, err
}

// LockSigningKeys waits until no other change holds the signing keys and holds them until this one ends.
func (t *tx) LockSigningKeys(ctx context.Context) error {
	return t.run(ctx, ask(`SELECT {lock signing keys}`, nil, func(func(...any) error) error { return nil }))
}

// PutSigningKey adds a signing key, or changes when it signs, retires and is killed.
func (t *tx) PutSigningKey(k authority.SigningKey) {
	t.queue(`
		INSERT INTO signing_keys (id, algorithm, public_key, sealed, created_at, signs_at, retired_at, killed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET signs_at = excluded.signs_at, retired_at = excluded.retired_at, killed_at = excluded.killed_at`,
		k.ID[:], string(k.Algorithm), k.PublicKey, k.Sealed, micros(k.CreatedAt), micros(k.SignsAt), micros(k.RetiredAt), micros(k.KilledAt))
}

// SpendOnce notes an identifier unless it was noted before.
func (t *tx) SpendOnce(ctx context.Context, o authority.Once) (ok bool, err error) {
	err = t.run(ctx, ask(`INSERT INTO once (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING RETURNING 1`,
		[]any{o.ID[:], micros(o.ExpiresAt)}, func(scan func(...any) error) error {
			var one int64
			ok = true
			return scan(&one)
		}))
	return ok, err
}

// SweepOnce forgets identifiers that expired before a time.
func (t *tx) SweepOnce(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = t.run(ctx, ask(`DELETE FROM once WHERE id IN (SELECT id FROM once WHERE expires_at < ? LIMIT ?) RETURNING 1`,
		[]any{micros(before), limit}, func(scan func(...any) error) error {
			var one int64
			n++
			return scan(&one)
		}))
	return n, err
}
