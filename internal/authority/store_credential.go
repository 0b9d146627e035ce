package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// CredentialView reads credentials.
type CredentialView interface {
	// CredentialByLookup returns the first credential that has one of these fingerprints, in their order, and the
	// standing of its principal.
	CredentialByLookup(ctx context.Context, lookups ...secret.Fingerprint) (*Credential, *Standing, error)
	// PasswordByEmail returns the password of the person with this canonical e-mail and the person's standing.
	// A person without a password is returned with a zero Credential.
	PasswordByEmail(ctx context.Context, canonical string) (*Credential, *Standing, error)
	// PasswordByUsername does the same by canonical user name within an organisation.
	PasswordByUsername(ctx context.Context, organisation tenant.ID, canonical string) (*Credential, *Standing, error)
	// Credentials returns those of these lookups that exist.
	Credentials(ctx context.Context, lookups []secret.Fingerprint) ([]Credential, error)
	// CredentialsOf returns all credentials of these principals, revoked ones included.
	CredentialsOf(ctx context.Context, ids []grant.PrincipalID) ([]Credential, error)
}

// CredentialFilter says which credentials to list; the zero value of a field does not narrow.
type CredentialFilter struct {
	Principal grant.PrincipalID
	At        tenant.ID // its holder is granted something at this very tenant
	Kind      CredentialKind
	Name      string
	LiveAt    time.Time // neither revoked nor expired then
	Within    tenant.ID // all that its holder is granted is at or below it; its organisation, for a holder without grants
}

// CredentialListView reads what an operator asks about credentials.
type CredentialListView interface {
	// Credential returns the credential with this ID and the standing of its principal.
	Credential(ctx context.Context, id CredentialID) (Credential, Standing, error)
	// CredentialPage returns up to limit credentials after one, in the order they were made.
	CredentialPage(ctx context.Context, f CredentialFilter, after CredentialID, limit int) ([]Credential, error)
	// CredentialUses returns the last uses of these credentials, the latest first.
	CredentialUses(ctx context.Context, ids []CredentialID) ([]CredentialUse, error)
}

// CredentialTx writes credentials.
type CredentialTx interface {
	// PutCredential adds a credential or replaces the one with the same ID.
	PutCredential(c Credential)
	// ReplacePasswordHash stores another hash of the same secret, and nothing else, if the stored one is still was; ok is
	// false when it is not.
	ReplacePasswordHash(ctx context.Context, id CredentialID, was, now secret.PasswordHash) (ok bool, err error)
	// NoteCredentialUse moves the last use of a credential in a dialect from a source forward, never back.
	NoteCredentialUse(u CredentialUse)
	// ForgetCredentialUses drops the uses of a credential before a time.
	ForgetCredentialUses(id CredentialID, before time.Time)
}
