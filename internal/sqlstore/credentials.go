package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

const credentialColumns = `c.id, c.kind, c.principal_id, c.name, c.public_id, c.lookup, c.verifier, c.password_hash, c.weak,
	c.restriction, c.limits, c.audience_id, c.status, c.expires_at, c.revoked_at, c.secret_at, c.replaced_by, c.created_at, c.updated_at, c.created_by,
	c.public_keys`

func scanCredential(scan func(...any) error, c *authority.Credential) error {
	r := bytes(&row{}, c.ID[:])
	r.plain(&c.Kind, &c.Principal, &c.Name, &c.PublicID)
	bytes(r, c.Lookup[:])
	bytes(r, c.Verifier[:])
	r.plain(&c.PasswordHash).flag(&c.Weak).json(&c.Restriction).json(&c.Limits).plain(&c.Audience, &c.Status).
		time(&c.ExpiresAt).time(&c.RevokedAt).time(&c.SecretAt)
	bytes(r, c.ReplacedBy[:])
	return r.time(&c.CreatedAt).time(&c.UpdatedAt).plain(&c.CreatedBy, &c.PublicKeys).scan(scan)
}

func credentialQuery(where string, args []any, into *authority.Credential) query {
	*into = authority.Credential{}
	return ask(`SELECT `+credentialColumns+` FROM credentials c WHERE `+where, args,
		func(scan func(...any) error) error { return scanCredential(scan, into) })
}

// CredentialByLookup returns the first credential that has one of these fingerprints and the standing of its principal.
func (v view) CredentialByLookup(ctx context.Context, lookups ...secret.Fingerprint) (*authority.Credential, *authority.Standing, error) {
	var found []authority.Credential
	var s standings
	in, args := placeholders(lookups, fingerprint)
	queries := append([]query{credentialsQuery(`c.lookup IN `+in, args, &found)},
		s.queries(`SELECT principal_id FROM credentials WHERE lookup IN `+in, args...)...)
	if err := v.run(ctx, queries...); err != nil {
		return nil, nil, err
	}
	for _, lookup := range lookups {
		for i := range found {
			if c := &found[i]; c.Lookup == lookup {
				return c, s.get(c.Principal), nil
			}
		}
	}
	return nil, nil, notFound("credential")
}

// PasswordByEmail returns the password and standing of the person with this canonical e-mail.
func (v view) PasswordByEmail(ctx context.Context, canonical string) (*authority.Credential, *authority.Standing, error) {
	return v.password(ctx, byEmail, canonical)
}

// PasswordByUsername returns the password and standing of the person with this canonical user name in an organisation.
func (v view) PasswordByUsername(ctx context.Context, organisation tenant.ID, canonical string) (*authority.Credential, *authority.Standing, error) {
	return v.password(ctx, byUsername, string(organisation), canonical)
}

func (v view) password(ctx context.Context, set string, args ...any) (*authority.Credential, *authority.Standing, error) {
	var c authority.Credential
	var s standings
	queries := append([]query{credentialQuery(`c.kind = 'password' AND c.principal_id IN (`+set+`)`, args, &c)}, s.queries(set, args...)...)
	if err := v.run(ctx, queries...); err != nil {
		return nil, nil, err
	}
	standing, err := s.only()
	return &c, standing, err
}

func credentialsQuery(where string, args []any, into *[]authority.Credential) query {
	*into = nil
	return ask(`SELECT `+credentialColumns+` FROM credentials c WHERE `+where, args,
		func(scan func(...any) error) error {
			var c authority.Credential
			err := scanCredential(scan, &c)
			*into = append(*into, c)
			return err
		})
}

func (v view) credentials(ctx context.Context, where string, args []any) (credentials []authority.Credential, err error) {
	err = v.run(ctx, credentialsQuery(where, args, &credentials))
	return credentials, err
}

// Credentials returns those of these lookups that exist.
func (v view) Credentials(ctx context.Context, lookups []secret.Fingerprint) ([]authority.Credential, error) {
	if len(lookups) == 0 {
		return nil, nil
	}
	in, args := placeholders(lookups, fingerprint)
	return v.credentials(ctx, `c.lookup IN `+in+` ORDER BY c.id`, args)
}

// CredentialsOf returns all credentials of these principals.
func (v view) CredentialsOf(ctx context.Context, ids []grant.PrincipalID) ([]authority.Credential, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, stringArg)
	return v.credentials(ctx, `c.principal_id IN `+in+` ORDER BY c.id`, args)
}

// ReplacePasswordHash stores another hash of the same secret if the stored one is still was.
func (t *tx) ReplacePasswordHash(ctx context.Context, id authority.CredentialID, was, now secret.PasswordHash) (bool, error) {
	replaced := false
	err := t.run(ctx, ask(`UPDATE credentials SET password_hash = ? WHERE id = ? AND password_hash = ? RETURNING 1`,
		[]any{string(now), id[:], string(was)}, func(scan func(...any) error) error {
			replaced = true
			var one int64
			return scan(&one)
		}))
	return replaced, err
}

// PutCredential adds or replaces a credential.
func (t *tx) PutCredential(c authority.Credential) {
	t.queueRow(1, `
		INSERT INTO credentials (id, kind, principal_id, name, public_id, lookup, verifier, password_hash, weak,
			restriction, limits, audience_id, status, expires_at, revoked_at, secret_at, replaced_by, created_at, updated_at, created_by,
			public_keys)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET principal_id = excluded.principal_id, name = excluded.name, public_id = excluded.public_id, lookup = excluded.lookup,
			verifier = excluded.verifier, password_hash = excluded.password_hash, weak = excluded.weak,
			restriction = excluded.restriction, limits = excluded.limits, audience_id = excluded.audience_id,
			status = excluded.status, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at, secret_at = excluded.secret_at,
			replaced_by = excluded.replaced_by, public_keys = excluded.public_keys, updated_at = excluded.updated_at`,
		c.ID[:], string(c.Kind), string(c.Principal), c.Name, c.PublicID, fingerprint(c.Lookup), fingerprint(c.Verifier),
		string(c.PasswordHash), flag(c.Weak), asJSON(c.Restriction), asJSON(c.Limits), c.Audience, string(c.Status),
		micros(c.ExpiresAt), micros(c.RevokedAt), micros(c.SecretAt), key(c.ReplacedBy), micros(c.CreatedAt), micros(c.UpdatedAt), string(c.CreatedBy),
		c.PublicKeys)
}
