package authority

import (
	"context"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

const (
	identityLifetime = time.Minute      // how long a signed identity counts, from the start of its period
	identityPeriod   = 10 * time.Second // in which the same is told of a session by the same text
)

// ClientID returns the client_id of who uses a credential: a key pair's key, which is no secret, the registered
// identifier of a client that signs, and for a key of one string the ID of its credential.
func (c Credential) ClientID() string {
	if (c.Kind == KeyPair || c.Kind == PublicKey) && c.PublicID != "" {
		return c.PublicID
	}
	return c.ID.String()
}

// signAccess returns the signed form of an access token (RFC 9068).
func (a *Authority) signAccess(f SessionFacts, clientID string, audience Audience, alg secret.Algorithm) (secret.Text, error) {
	key, err := a.signer(alg)
	if err != nil {
		return secret.Text{}, err
	}
	issued, expires, err := signedLife(f.Session.OpenedAt, f.Session.ExpiresAt)
	if err != nil {
		return secret.Text{}, err
	}
	claims := secret.AccessClaims{
		Issuer: a.options.InstallationURL, Subject: string(f.Session.Subject), Audience: a.ResourceOf(audience), ClientID: clientID,
		IssuedAt: issued, ExpiresAt: expires,
		ID: f.Session.ID.String(), Scope: scopeOf(f.Session.Permissions), Actor: f.acting(), Described: f.described(),
		Facts: append(f.dependsOn(), secret.Fact(string(FeedSigningKey), key.ID.String())),
	}
	if delegate := f.mayAct(); delegate != "" {
		claims.MayAct = &secret.Acting{Subject: string(delegate)}
	}
	if f.Session.Thumbprint != "" {
		claims.Confirmation = &secret.Confirmation{Thumbprint: f.Session.Thumbprint}
	}
	return key.Sign(claims)
}

// SignIdentity returns who was admitted, and what it may there, as a signed identity for one audience (0: the
// installation itself), which counts for a minute and no longer than the session. It asks no store: audiences are known
// here as they were seconds ago.
func (a *Authority) SignIdentity(ctx context.Context, who Admission, audience AudienceID) (text secret.Text, err error) {
	if who.Session.ID.IsZero() {
		return secret.Text{}, fault.New(fault.Unmet, ReasonUnknown, "There is nobody to tell of.")
	}
	err = a.withSigner(ctx, func() (err error) {
		text, err = a.signIdentity(who, audience)
		return err
	})
	return text, err
}

func (a *Authority) signIdentity(who Admission, id AudienceID) (secret.Text, error) {
	audience, ok := a.rings.latest.Load().audience(id)
	if !ok {
		return secret.Text{}, noSignerYet() // or no such audience: reading again tells
	}
	key, err := a.signer(a.AccessOf(audience).Algorithm)
	if err != nil {
		return secret.Text{}, err
	}
	// Of the start of its period, so that all of it can be told alike.
	now := a.store.Now().Truncate(identityPeriod)
	until := now.Add(identityLifetime)
	if who.Session.ExpiresAt.Before(until) {
		until = who.Session.ExpiresAt
	}
	issued, expires, err := signedLife(now, until)
	if err != nil {
		return secret.Text{}, err
	}
	described := who.described()
	if who.At.ID != "" {
		described.Account = string(who.At.ID)
	}
	claims := secret.IdentityClaims{
		Issuer: a.options.InstallationURL, Subject: string(who.Session.Subject), Audience: a.ResourceOf(audience),
		IssuedAt: issued, ExpiresAt: expires,
		SessionID: who.Session.ID.String(), Scope: scopeOf(who.Permissions), Actor: who.acting(), Described: described,
	}
	return a.identities.signed(issued, toldBy(key.ID, claims), func() (secret.Text, error) {
		claims.ID = secret.NewID(now).String()
		return key.Sign(claims)
	})
}

// signedLife returns a lifetime in the whole seconds of a signed text, which never make it longer.
func signedLife(from, until time.Time) (issued, expires secret.NumericDate, err error) {
	issued, expires = secret.NumericDateOf(from), secret.NumericDateOf(until)
	if expires <= issued {
		return 0, 0, fault.New(fault.Unauthenticated, ReasonExpired, "The session ends within a second.")
	}
	return issued, expires, nil
}

// signedAccess returns the session that a signed access token names, when one of the keys that count signed it.
func (a *Authority) signedAccess(ctx context.Context, text secret.Text) (SessionID, bool, error) {
	ring, err := a.keyring(ctx)
	if err != nil {
		return SessionID{}, false, err
	}
	claims, err := secret.VerifyAccess(text, ring.public, a.options.InstallationURL, a.store.Now())
	if err != nil {
		return SessionID{}, false, nil // not an error: it is nobody's
	}
	id, err := secret.ParseID(claims.ID)
	return SessionID(id), err == nil, nil
}

func (f SessionFacts) acting() *secret.Acting {
	if f.Session.Actor == "" {
		return nil
	}
	return &secret.Acting{Subject: string(f.Session.Actor), Email: f.Actor.Principal.Email, Name: f.Actor.Principal.Name}
}

func (f SessionFacts) described() secret.Described {
	return secret.Described{
		Account: string(f.Session.Account), Organisation: string(f.Session.Organisation), Unit: string(f.Session.Unit),
		Email: f.Subject.Principal.Email, Name: f.Subject.Principal.Name,
	}
}

func scopeOf(permissions []grant.Permission) string {
	names := make([]string, 0, len(permissions))
	for _, p := range permissions {
		names = append(names, string(p))
	}
	return strings.Join(names, " ")
}
