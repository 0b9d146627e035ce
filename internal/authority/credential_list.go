package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
)

// ListedCredential is a credential as an operator sees it.
type ListedCredential struct {
	Credential
	Refusal string          // why it does not count now, or empty
	Uses    []CredentialUse // the last of each place, the latest first
}

// ListCredentials returns up to limit credentials after one, in the order they were made. It needs grant.ReadDirectory
// at the filter's Within, the installation when it has none.
func (a *Authority) ListCredentials(ctx context.Context, by Actor, f CredentialFilter, after CredentialID, limit int) ([]ListedCredential, error) {
	if err := a.require(ctx, by, grant.ReadDirectory, f.Within); err != nil {
		return nil, err
	}
	var listed []ListedCredential
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		page, err := v.CredentialPage(ctx, f, after, limit)
		if err == nil {
			listed, err = withUses(ctx, v, page, a.store.Now())
		}
		return err
	})
	return listed, err
}

// withUses adds to credentials what is known of their use.
func withUses(ctx context.Context, v View, page []Credential, now time.Time) ([]ListedCredential, error) {
	uses, err := v.CredentialUses(ctx, keysOf(page, func(c Credential) CredentialID { return c.ID }))
	listed := make([]ListedCredential, len(page))
	for i, c := range page {
		listed[i] = ListedCredential{Credential: c, Refusal: c.ended(now)}
		for _, u := range uses {
			if u.Credential == c.ID {
				listed[i].Uses = append(listed[i].Uses, u)
			}
		}
	}
	return listed, err
}
