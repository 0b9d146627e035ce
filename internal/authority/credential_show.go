package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// ShowCredential returns one credential with what is known of its use. It needs grant.ReadDirectory wherever its holder
// is granted something, and fails with NotFound.
func (a *Authority) ShowCredential(ctx context.Context, by Actor, id CredentialID) (ListedCredential, error) {
	var listed []ListedCredential
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		c, holder, err := v.Credential(ctx, id)
		if err == nil && (by.actingBy != "" || !by.covers(grant.ReadDirectory, holder)) {
			err = fault.New(fault.NotFound, ReasonOutside, "")
		}
		if err == nil {
			listed, err = withUses(ctx, v, []Credential{c}, a.store.Now())
		}
		return err
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		err = fault.New(fault.NotFound, ReasonOutside, "There is no such credential or holder.")
		return ListedCredential{}, a.refuseRead(ctx, by, grant.ReadDirectory, "", err)
	}
	if err != nil {
		return ListedCredential{}, err
	}
	return listed[0], nil
}

// IssuedBefore returns what a repeatable request that is repeated has issued, with the secret again as long as it is
// the credential's, and was made here and is kept as a fingerprint. It needs what the first request needed.
func (a *Authority) IssuedBefore(ctx context.Context, by Actor, id CredentialID) (IssuedCredential, error) {
	c, holder, err := a.credential(ctx, id)
	if err == nil {
		err = a.refusedManage(by, holder)
	}
	if err != nil {
		return IssuedCredential{}, a.refuseRead(ctx, by, grant.ManageCredential, "", err)
	}
	again := IssuedCredential{Credential: c}
	if by.repeat == nil || c.isTyped() {
		return again, nil
	}
	made, err := a.makeSecret(ctx, by, c.Kind, Import{}, c.SecretAt)
	if err != nil {
		return again, nil // of a kind that nothing is minted for
	}
	if made.Credential.Lookup.Equal(c.Lookup) && made.Credential.Verifier.Equal(c.Verifier) && c.Lookup != (secret.Fingerprint{}) {
		again.Key, again.Secret = made.Key, made.Secret
	}
	return again, nil
}

// CredentialRefusal returns why a credential does not count now, wherever it is used, or "".
func (a *Authority) CredentialRefusal(c Credential) string { return c.ended(a.store.Now()) }
