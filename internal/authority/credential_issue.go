package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// IssueRequest says what credential to issue, and to whom.
type IssueRequest struct {
	Kind      CredentialKind
	Principal grant.PrincipalID
	Name      string
	Restriction
	Limits    map[string]int // requests a minute by route name
	ExpiresAt time.Time      // zero: never
	Import    Import
}

// Import is a secret that a customer brings along, in place of one made here.
type Import struct {
	Key          secret.Text // a key of one string, a pair's key, a pass code's identifier or an authentication code
	Secret       secret.Text // a pair's secret, a password or a pass code
	PasswordHash secret.PasswordHash
	PublicKeys   string // the JWK set of a client that signs; its key is the client_id, made here when there is none
}

// IssuedCredential is a credential with its secret, which is shown this once.
type IssuedCredential struct {
	Credential Credential
	Key        secret.Text // what it is found by; none for a password
	Secret     secret.Text // what must match; none for a key of one string and for what was imported hashed
}

// IssueCredential gives a principal a credential. It needs grant.ManageCredential wherever the principal is granted
// something. It fails with NotFound, Denied, Malformed, and Conflict (not-unique) when the key, the identifier or, for
// kinds that a principal has one of, the credential exists.
func (a *Authority) IssueCredential(ctx context.Context, by Actor, r IssueRequest) (IssuedCredential, error) {
	now := a.store.Now()
	holder, err := a.findPrincipal(ctx, string(r.Principal))
	if err == nil {
		err = a.refusedManage(by, holder)
	}
	if err != nil || by.IsZero() {
		return IssuedCredential{}, a.actMany(ctx, by, audit.IssueCredential, err, nil)
	}
	if err := r.check(now); err != nil {
		return IssuedCredential{}, err
	}
	if err := a.checkTenants(ctx, by, r.Tenants); err != nil {
		return IssuedCredential{}, err
	}
	made, err := a.makeSecret(ctx, by, r.Kind, r.Import, now)
	if err != nil {
		return IssuedCredential{}, err
	}
	made.Credential = made.issued(r, by, holder.Principal.ID, now)
	err = a.act(ctx, by, audit.IssueCredential, nil, func(_ context.Context, tx Tx, e *audit.Event) error {
		tx.PutCredential(made.Credential)
		a.made(tx, by, made.Credential.ID.String())
		made.Credential.describe(e)
		return nil
	})
	if err != nil {
		return IssuedCredential{}, uniqueCredential(err) // no secret of a credential that may not exist
	}
	return made, nil
}

func (r IssueRequest) check(now time.Time) error {
	if r.Kind != Password {
		if err := checkName(r.Name); err != nil {
			return err
		}
	}
	if r.Principal == "" {
		return fault.BadParameter("principal", "A credential is somebody's: a person or a service.")
	}
	if err := r.checkRestriction(); err != nil {
		return err
	}
	return checkExpiry(r.ExpiresAt, now)
}

func (m IssuedCredential) issued(r IssueRequest, by Actor, holder grant.PrincipalID, now time.Time) Credential {
	c := m.Credential
	c.ID, c.Kind, c.Principal, c.Name = CredentialID(secret.NewID(now)), r.Kind, holder, r.Name
	c.Restriction, c.Limits, c.ExpiresAt, c.Status = r.Restriction, r.Limits, r.ExpiresAt, Active
	if r.Kind == APIKey {
		c.Audience = audienceOf(holder) // whose back end redeems with it
	}
	c.SecretAt, c.CreatedAt, c.UpdatedAt, c.CreatedBy = now, now, now, by.Principal().ID
	return c
}

// describe completes the record of an act on a credential.
func (c Credential) describe(e *audit.Event, more ...string) {
	e.Subject, e.Audience = c.Principal, int64(c.Audience)
	e.Detail = detail(e.Detail, "kind", string(c.Kind), "name", c.Name, "credential", c.ID.String(), "status", string(c.Status))
	e.Detail = detail(e.Detail, more...)
}

// uniqueCredential says in the words of credentials what the store refused.
func uniqueCredential(err error) error {
	if err == nil || fault.ReasonOf(err) != "not-unique" {
		return err
	}
	return &fault.Error{
		Kind: fault.Conflict, Reason: "not-unique", // the cause is the driver's text
		Message: "There is such a credential already: the key or identifier is taken, or this principal has one of this kind.",
	}
}
