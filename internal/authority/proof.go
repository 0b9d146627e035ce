package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Proof is what somebody presents to be authenticated by.
type Proof struct {
	kind         CredentialKind
	lookup       secret.Text // the key, identifier or code it is found by
	secret       secret.Text // what must match: a pair's secret, a password, a pass code
	name         string      // the log-in name of a password
	organisation tenant.ID   // the principal must be of it; empty: any
}

// ByAPIKey proves a principal by an API key, one string.
func ByAPIKey(key secret.Text) Proof { return Proof{kind: APIKey, lookup: key} }

// ByManagerKey proves a manager by the personal token of a reseller's staff.
func ByManagerKey(key secret.Text) Proof { return Proof{kind: ManagerKey, lookup: key} }

// ByKeyPair proves a principal by a key and its secret.
func ByKeyPair(key, pairSecret secret.Text) Proof {
	return Proof{kind: KeyPair, lookup: key, secret: pairSecret}
}

// ByPassword proves a person by e-mail, or by user name within an organisation, and password.
func ByPassword(organisation tenant.ID, name string, password secret.Text) Proof {
	return Proof{kind: Password, name: name, secret: password, organisation: organisation}
}

// ByPassCode proves a person of an organisation by an identifier and its pass code.
func ByPassCode(organisation tenant.ID, identifier, code secret.Text) Proof {
	return Proof{kind: PassCode, lookup: identifier, secret: code, organisation: organisation}
}

// ByAuthenticationCode proves a person of an organisation by one code that is enough alone.
func ByAuthenticationCode(organisation tenant.ID, code secret.Text) Proof {
	return Proof{kind: AuthenticationCode, lookup: code, organisation: organisation}
}

// isHashed reports whether people type the secret, so that it is slow to verify and guessed at.
func (p Proof) isHashed() bool { return p.kind == Password || p.kind == PassCode }

// purposes separate the fingerprints of one kind of secret from those of any other.
var purposes = map[CredentialKind]secret.Purpose{
	APIKey:             secret.PurposeAPIKey,
	KeyPair:            secret.PurposePairKey,
	ManagerKey:         secret.PurposeManagerKey,
	PassCode:           secret.PurposePassCodeIdentifier,
	AuthenticationCode: secret.PurposeAuthenticationCode,
}

// find returns the credential presented and its principal; both are zero when there is none.
func (a *Authority) find(ctx context.Context, p Proof) (c Credential, s Standing, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		var err error
		c, s, err = a.findIn(ctx, v, p)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return Credential{}, Standing{}, nil
	}
	return c, s, err
}

func (a *Authority) findIn(ctx context.Context, v View, p Proof) (Credential, Standing, error) {
	if p.kind != Password {
		return v.CredentialByLookup(ctx, a.keys.Fingerprint(purposes[p.kind], p.lookup))
	}
	canonical, ok := Canonical(p.name)
	switch {
	case !ok:
		// Nobody can have this name, but the look-up is made all the same: its time must not tell.
		return v.PasswordByEmail(ctx, "")
	case IsEmail(canonical):
		return v.PasswordByEmail(ctx, canonical)
	default:
		return v.PasswordByUsername(ctx, p.organisation, canonical)
	}
}

// LookupOf returns the fingerprint by which a credential of a kind is found.
func (a *Authority) LookupOf(kind CredentialKind, text secret.Text) secret.Fingerprint {
	return a.keys.Fingerprint(purposes[kind], text)
}
