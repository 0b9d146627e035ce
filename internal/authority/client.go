package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// ByClient proves a client of the standards by a client_id and its secret: a key pair, or a key of one string with the
// ID of its credential, or of its principal, which stays the same when the key is rotated.
func ByClient(id string, clientSecret secret.Text) Proof {
	return Proof{kind: KeyPair, lookup: clientSecret, pairKey: secret.Of(id), secret: clientSecret, client: id}
}

// ByAssertion proves a client by what it has signed (RFC 7523) for one of these audiences. id is what it says its
// client_id is, or empty.
func ByAssertion(id string, assertion secret.Text, audiences []string) Proof {
	asserted, err := secret.AssertedClient(assertion)
	if err != nil {
		asserted = "" // nobody has it, and it is looked for all the same: its time must not tell
	}
	return Proof{kind: PublicKey, lookup: secret.Of(asserted), secret: assertion, client: id, audiences: audiences}
}

func (c Credential) isOfClient(id string) bool {
	return id == c.ClientID() || c.Kind != KeyPair && c.Kind != PublicKey && id == string(c.Principal)
}

// verifyAssertion returns why what a client signed is refused, or ""; what is not refused is accepted this once.
func (a *Authority) verifyAssertion(ctx context.Context, from Origin, p Proof, c *Credential, s *Standing) (reason string, err error) {
	now := a.store.Now()
	keys, err := secret.ParseClientKeys([]byte(c.PublicKeys))
	if err != nil {
		return "", &fault.Error{Kind: fault.Internal, Reason: "client-keys-damaged", Message: "Something went wrong on our side.", Cause: err}
	}
	asserted, err := secret.VerifyAssertion(p.secret, keys, p.audiences, now)
	if err != nil {
		return fault.ReasonOf(err), nil
	}
	if p.client != "" && p.client != c.PublicID || asserted.ClientID != c.PublicID {
		return ReasonWrong, nil
	}
	if reason := c.refusal(from, now); reason != "" {
		return reason, nil
	}
	if reason := s.refusal(); reason != "" {
		return reason, nil
	}
	fresh := false
	err = a.store.Change(ctx, func(ctx context.Context, tx Tx) (err error) {
		fresh, err = tx.SpendOnce(ctx, a.OnceOf(asserted.ExpiresAt, "assertion", c.PublicID, asserted.ID))
		return err
	})
	if err == nil && !fresh {
		reason = ReasonRepeated
	}
	return reason, err
}

// makePublicKey takes over the public keys of a client that signs what it proves itself by.
func (a *Authority) makePublicKey(from Import, now time.Time) (m IssuedCredential, err error) {
	if !from.Secret.IsZero() || from.PasswordHash != "" || from.PublicKeys == "" {
		return m, fault.BadParameter("jwks", "A client that signs is known by its public keys, a JWK set, and has no secret here.")
	}
	if _, err := secret.ParseClientKeys([]byte(from.PublicKeys)); err != nil {
		return m, err
	}
	if m.Key = from.Key; m.Key.IsZero() {
		m.Key = secret.Of("client-" + secret.NewID(now).String())
	}
	m.Credential.PublicID, m.Credential.PublicKeys = m.Key.Reveal(), from.PublicKeys
	m.Credential.Lookup = a.LookupOf(PublicKey, m.Key)
	return m, checkImported(m.Key)
}

// OnceOf names what may be presented once, until it would be too old anyway, by all that makes it one of its kind.
func (a *Authority) OnceOf(expiresAt time.Time, parts ...string) Once {
	framed := ""
	for _, part := range parts {
		framed += strconv.Itoa(len(part)) + ":" + part
	}
	return Once{ID: a.keys.Fingerprint(secret.PurposeOnce, secret.Of(framed)), ExpiresAt: expiresAt}
}

// ServiceOf returns the principal that is the own service of an audience, which may act for whom its tokens are of.
func ServiceOf(id AudienceID) grant.PrincipalID {
	return grant.Service("audience/" + strconv.FormatInt(int64(id), 10))
}

// DescribedAudience returns an audience by its ID, as anybody may know it who knows its identifier (RFC 9728).
func (a *Authority) DescribedAudience(ctx context.Context, id AudienceID) (audience Audience, err error) {
	err = a.store.View(ctx, func(ctx context.Context, v View) error {
		audience, err = v.Audience(ctx, id)
		return err
	})
	return audience, err
}
