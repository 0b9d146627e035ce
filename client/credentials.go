package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Credential is a long-lived means to prove a principal, never its secret.
type Credential struct {
	ID          string         `json:"id"`
	Kind        string         `json:"kind"` // api-key, key-pair, manager-key, password, …
	Principal   string         `json:"principal"`
	Name        string         `json:"name"`
	KeyID       string         `json:"key_id"` // a key pair's key, which is not secret
	Status      string         `json:"status"`
	Refusal     string         `json:"refusal"` // why it does not count now, or empty
	Audience    *int64         `json:"audience"`
	Tenants     []string       `json:"tenants"` // it is restricted to; nil: not
	Permissions []string       `json:"permissions"`
	Dialects    []string       `json:"dialects"`
	Networks    []string       `json:"networks"`
	Limits      map[string]int `json:"limits"`
	ExpiresAt   *time.Time     `json:"expires_at"`
	RevokedAt   *time.Time     `json:"revoked_at"`
	ReplacedBy  string         `json:"replaced_by"`
	CreatedAt   *time.Time     `json:"created_at"`
	UpdatedAt   *time.Time     `json:"updated_at"`
	CreatedBy   string         `json:"created_by"`
	Uses        []Use          `json:"uses"`
}

// Use is the last use of a credential in one dialect from one place.
type Use struct {
	Dialect string    `json:"dialect"`
	Source  string    `json:"source"`
	At      time.Time `json:"at"`
}

// CredentialRequest says what credential to issue; what is empty is left to Doorward, or does not restrict.
type CredentialRequest struct {
	Kind        string         `json:"kind"`
	Principal   string         `json:"principal"`
	Name        string         `json:"name,omitzero"`
	Tenants     []string       `json:"tenants,omitzero"`
	Permissions []string       `json:"permissions,omitzero"`
	Dialects    []string       `json:"dialects,omitzero"`
	Networks    []string       `json:"networks,omitzero"`
	Limits      map[string]int `json:"limits,omitzero"`
	ExpiresAt   time.Time      `json:"expires_at,omitzero"`
}

// IssuedCredential is a credential with its secret, which is shown this once.
type IssuedCredential struct {
	Credential Credential `json:"credential"`
	Key        string     `json:"key"`
	Secret     string     `json:"secret"`
}

// CredentialFilter selects credentials; an empty member selects all.
type CredentialFilter struct {
	Tenant, Principal, Kind, Name string
	Live                          bool
}

const credentialsPath = "/v1/credentials"

// Credentials goes through the credentials that a filter selects.
func (c *Client) Credentials(ctx context.Context, f CredentialFilter) iter.Seq2[Credential, error] {
	query := values("tenant", f.Tenant, "principal", f.Principal, "kind", f.Kind, "name", f.Name)
	if f.Live {
		query.Set("live", "true")
	}
	return List[Credential](ctx, c, credentialsPath, query)
}

// Credential reads one credential, with its version.
func (c *Client) Credential(ctx context.Context, id string) (Credential, Version, error) {
	return Get[Credential](ctx, c, credentialsPath+"/"+url.PathEscape(id))
}

// IssueCredential gives a principal a credential. An empty key is an idempotency key made for this call.
func (c *Client) IssueCredential(ctx context.Context, r CredentialRequest, key string) (IssuedCredential, error) {
	return Create[IssuedCredential](ctx, c, credentialsPath, r, key)
}

// RotateCredential gives a credential a new secret; the old one goes on for the overlap. An empty key is an idempotency
// key made for this call.
func (c *Client) RotateCredential(ctx context.Context, id string, overlap time.Duration, key string) (IssuedCredential, error) {
	body := map[string]int64{"overlap_seconds": int64(overlap / time.Second)}
	return Create[IssuedCredential](ctx, c, credentialsPath+"/"+url.PathEscape(id)+"/rotate", body, key)
}

// RevokeCredential ends a credential and every session that descends from it. A dry run only counts.
func (c *Client) RevokeCredential(ctx context.Context, id string, dryRun bool) (ends Ends, err error) {
	err = Delete(ctx, c, credentialsPath+"/"+url.PathEscape(id), dry(nil, dryRun), "", &ends)
	return ends, err
}
