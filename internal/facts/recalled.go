package facts

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// recalled is what is remembered; for all else it fails with authority.ErrNotRemembered.
type recalled struct{ store *Store }

// SessionFacts puts together what is remembered.
func (v recalled) SessionFacts(_ context.Context, id authority.SessionID) (f authority.SessionFacts, err error) {
	s, of, ok := v.store.sessions.get(id)
	if ok {
		f.Session = s
		f.Circumstances, ok = v.store.circumstances(of, &f.Session)
	}
	if !ok {
		return authority.SessionFacts{}, authority.ErrNotRemembered
	}
	return f, nil
}

// CredentialByLookup returns the credential that was found by these lookups before.
func (v recalled) CredentialByLookup(_ context.Context, by ...secret.Fingerprint) (*authority.Credential, *authority.Standing, error) {
	who, ok := v.store.rows.named(lookups(by))
	if !ok {
		return nil, nil, authority.ErrNotRemembered
	}
	c, ok := v.store.credential(authority.CredentialID([]byte(who)))
	if !ok || !slices.Contains(by, c.Lookup) {
		return nil, nil, authority.ErrNotRemembered
	}
	holder, ok := v.store.standing(c.Principal)
	if !ok {
		return nil, nil, authority.ErrNotRemembered
	}
	return &c.Credential, &holder.Standing, nil
}

// StandingByEmail returns the person who had this e-mail before, if that is so still.
func (v recalled) StandingByEmail(_ context.Context, canonical string) (authority.Standing, error) {
	who, named := v.store.rows.named(name(nameOfEmail, canonical))
	if found, ok := v.store.standing(grant.PrincipalID(who)); named && ok {
		if has, _ := authority.Canonical(found.Principal.Email); has == canonical {
			return found.Standing, nil
		}
	}
	return authority.Standing{}, authority.ErrNotRemembered
}

// StandingOfOwner returns the person who was the account's owner before, if that is so still.
func (v recalled) StandingOfOwner(_ context.Context, account tenant.ID) (authority.Standing, error) {
	who, named := v.store.rows.named(name(nameOfOwned, account))
	if found, ok := v.store.standing(grant.PrincipalID(who)); named && ok && slices.ContainsFunc(found.Grants, func(g grant.Grant) bool {
		return g.Tenant == account && g.Role == grant.AccountOwner
	}) {
		return found.Standing, nil
	}
	return authority.Standing{}, authority.ErrNotRemembered
}

// Lineage returns a tenant and all above it.
func (v recalled) Lineage(_ context.Context, id tenant.ID) ([]*authority.Tenant, error) {
	if found, ok := v.store.lineage(id); ok && id != "" {
		return found.tenants, nil
	}
	return nil, authority.ErrNotRemembered
}

// Audience returns an audience.
func (v recalled) Audience(_ context.Context, id authority.AudienceID) (authority.Audience, error) {
	if found, ok := v.store.audiences.get(id); ok {
		return found.Audience, nil
	}
	return authority.Audience{}, authority.ErrNotRemembered
}
