package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// rehash hashes a secret that has just proved its person with our own parameters, if the stored hash came with others:
// hashes of unequal cost tell people apart by time. It is the same secret, so that what was made by it lives on. Nobody
// is refused because of it: what cannot be done now is done at the next log-in.
func (a *Authority) rehash(ctx context.Context, by Actor, clear secret.Text) {
	stored := *by.credential()
	if !stored.PasswordHash.NeedsRehash() {
		return
	}
	var ours secret.PasswordHash
	if err := a.hashing.Do(ctx, func() { ours, _ = secret.HashPassword(clear) }); err != nil || ours == "" {
		return
	}
	_ = a.act(ctx, by, audit.ChangeCredential, nil, func(ctx context.Context, tx Tx, e *audit.Event) error {
		replaced, err := tx.ReplacePasswordHash(ctx, stored.ID, stored.PasswordHash, ours)
		if err == nil && !replaced {
			err = fault.New(fault.Conflict, ReasonWrong, "The secret has been changed.")
		}
		e.Subject = stored.Principal
		e.Detail = detail(nil, "kind", string(stored.Kind), "name", stored.Name, "credential", stored.ID.String(), "changed", "hash")
		return err
	})
}
