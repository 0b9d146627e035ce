package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// leaving is how many repeats that are past their time leave with each one that comes.
const leaving = 10

// Repeat returns what a request has made.
func (v view) Repeat(ctx context.Context, id secret.Fingerprint, at time.Time) (r authority.Repeat, err error) {
	err = v.run(ctx, ask(`SELECT request, seed, made, expires_at FROM repeats WHERE id = ? AND expires_at > ?`, []any{id[:], micros(at)},
		func(scan func(...any) error) error {
			return bytes(bytes(&row{}, r.Request[:]), r.Seed[:]).plain(&r.Made).time(&r.ExpiresAt).scan(scan)
		}))
	if err == nil && r.ExpiresAt.IsZero() {
		err = notFound("repeat")
	}
	r.ID = id
	return r, err
}

// PutRepeat notes what a request makes.
func (t *tx) PutRepeat(r authority.Repeat, at time.Time) {
	t.queue(`DELETE FROM repeats WHERE id = ? AND expires_at <= ?`, r.ID[:], micros(at))
	t.queue(`DELETE FROM repeats WHERE id IN (SELECT id FROM repeats WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`, micros(at), leaving)
	t.queueRow(1, `INSERT INTO repeats (id, request, seed, made, expires_at) VALUES (?, ?, ?, ?, ?)`,
		r.ID[:], r.Request[:], r.Seed[:], r.Made, micros(r.ExpiresAt))
}
