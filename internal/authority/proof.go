package authority

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Proof is what somebody presents to be authenticated by.
type Proof struct {
	kind         CredentialKind // of the place it was presented in; KeyPair finds one-string keys too, and the other way round
	lookup       secret.Text    // the key, identifier or code it is found by
	pairKey      secret.Text    // instead of it, a pair's key
	secret       secret.Text    // what must match: a pair's secret, a password, a pass code
	name         string         // the log-in name of a password
	organisation tenant.ID      // the principal must be of it; empty: any
	bearer       bool           // the lookup may be a session or access token too
	held         Possession     // by which the lookup is an access token that is bound to a key, and nothing else
	proved       bool           // the possession was proved before, for the request that still goes on
	client       string         // the client that it must be; empty: any
	audiences    []string       // one of which a signed assertion must be for
	found        *found         // what KeyLimits has remembered by it in the same request; nil: it is to be looked up
}

// found is a credential with its holder, shared and never changed. Both are zero when there is none.
type found struct {
	credential *Credential
	holder     *Standing
}

// ByKey proves a principal where a wire has room for one string: by an API key, by a manager key, or by a key pair
// written as key:secret.
func ByKey(key secret.Text) Proof {
	pairKey, pairSecret, _ := strings.Cut(key.Reveal(), ":")
	return Proof{kind: APIKey, lookup: key, pairKey: secret.Of(pairKey), secret: secret.Of(pairSecret)}
}

// ByKeyPair proves a principal where a wire has room for a key and its secret: by a key pair, or by a key of one
// string given as both.
func ByKeyPair(key, pairSecret secret.Text) Proof {
	p := Proof{kind: KeyPair, pairKey: key, secret: pairSecret}
	if key.Reveal() == pairSecret.Reveal() {
		p.lookup = key
	}
	return p
}

// ByKeyPairOnly proves a principal by a key pair where a wire tells one from a key of one string, which is never
// presented with a secret there, not even with itself.
func ByKeyPairOnly(key, pairSecret secret.Text) Proof {
	return Proof{kind: KeyPair, pairKey: key, secret: pairSecret}
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
	PublicKey:          secret.PurposeClientID,
}

// find returns the credential presented with its holder, and whether they are from memory. What people type is always
// looked up: identifiers can be guessed, and memory is quicker for who was here.
func (a *Authority) find(ctx context.Context, p Proof) (of *found, remembered bool, err error) {
	if p.found != nil { // an unknown one is looked up here too: this one must be, like any remembered, when it is refused
		return p.found, true, nil
	}
	if p.kind == Password {
		of, err = a.findPassword(ctx, p)
		return of, false, err
	}
	if p.isKey() || p.kind == AuthenticationCode {
		if of, err = a.findBy(ctx, a.store.Recall, p); err == nil {
			return of, true, nil
		}
	}
	of, err = a.findBy(ctx, a.ask, p)
	return of, false, err
}

func (a *Authority) findBy(ctx context.Context, look looking, p Proof) (*found, error) {
	of := &found{}
	err := look(ctx, func(ctx context.Context, f Facts) (err error) {
		of.credential, of.holder, err = f.CredentialByLookup(ctx, a.lookups(p)...)
		return err
	})
	return of.orNone(err)
}

func (of *found) orNone(err error) (*found, error) {
	if fault.KindOf(err) == fault.NotFound {
		return &found{noCredential, noStanding}, nil
	}
	return of, err
}

func (a *Authority) findPassword(ctx context.Context, p Proof) (*found, error) {
	canonical, ok := Canonical(p.name)
	of := &found{}
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		switch {
		case !ok:
			// Nobody can have this name, but the look-up is made all the same: its time must not tell.
			of.credential, of.holder, err = v.PasswordByEmail(ctx, "")
		case IsEmail(canonical):
			of.credential, of.holder, err = v.PasswordByEmail(ctx, canonical)
		default:
			of.credential, of.holder, err = v.PasswordByUsername(ctx, p.organisation, canonical)
		}
		return err
	})
	return of.orNone(err)
}

// lookups returns by what a proof may be found. Every key is looked up as all kinds that a key can be, so that one works
// in every dialect that it is allowed in, and the look-up costs the same whatever it is.
func (a *Authority) lookups(p Proof) []secret.Fingerprint {
	if !p.isKey() {
		return []secret.Fingerprint{a.LookupOf(p.kind, p.lookup)}
	}
	return []secret.Fingerprint{
		a.LookupOf(APIKey, p.lookup), a.LookupOf(ManagerKey, p.lookup), a.LookupOf(KeyPair, p.pairKey),
	}
}

// isKey reports whether it was presented where programs present keys.
func (p Proof) isKey() bool { return p.kind == APIKey || p.kind == KeyPair }

// LookupOf returns the fingerprint by which a credential of a kind is found.
func (a *Authority) LookupOf(kind CredentialKind, text secret.Text) secret.Fingerprint {
	return a.keys.Fingerprint(purposes[kind], text)
}
