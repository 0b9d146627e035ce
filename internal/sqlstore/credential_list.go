package sqlstore

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

// Credential returns the credential with this ID and the standing of its principal.
func (v view) Credential(ctx context.Context, id authority.CredentialID) (authority.Credential, authority.Standing, error) {
	var c authority.Credential
	var s standings
	queries := append([]query{credentialQuery(`c.id = ?`, []any{id[:]}, &c)},
		s.queries(`SELECT principal_id FROM credentials WHERE id = ?`, id[:])...)
	if err := v.run(ctx, queries...); err != nil {
		return authority.Credential{}, authority.Standing{}, err
	}
	if c.ID.IsZero() {
		return authority.Credential{}, authority.Standing{}, notFound("credential")
	}
	return c, *s.get(c.Principal), nil
}

// CredentialPage returns up to limit credentials after one, in the order they were made.
func (v view) CredentialPage(ctx context.Context, f authority.CredentialFilter, after authority.CredentialID, limit int) ([]authority.Credential, error) {
	conditions, args := []string{`c.id > ?`}, []any{after[:]}
	narrow := func(wanted bool, condition string, arg ...any) {
		if wanted {
			conditions, args = append(conditions, condition), append(args, arg...)
		}
	}
	narrow(f.Principal != "", `c.principal_id = ?`, string(f.Principal))
	narrow(f.At != "", `c.principal_id IN (SELECT g.principal_id FROM grants g WHERE g.tenant_id = ?)`, string(f.At))
	narrow(f.Kind != "", `c.kind = ?`, string(f.Kind))
	narrow(f.Name != "", `c.name = ?`, f.Name)
	narrow(!f.LiveAt.IsZero(), `c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?)`, micros(f.LiveAt))
	within := string(f.Within)
	narrow(within != "", `NOT EXISTS (SELECT 1 FROM grants g WHERE g.principal_id = c.principal_id AND g.tenant_id NOT IN `+subtree+`)`, within)
	narrow(within != "", `(EXISTS (SELECT 1 FROM grants g WHERE g.principal_id = c.principal_id)
		OR c.principal_id IN (SELECT p.id FROM principals p WHERE p.organisation_id IN `+subtree+`))`, within)
	return v.credentials(ctx, strings.Join(conditions, ` AND `)+` ORDER BY c.id LIMIT ?`, append(args, limit))
}
