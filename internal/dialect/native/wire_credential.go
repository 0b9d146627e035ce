package native

import "github.com/doorward/doorward/internal/grant"

// credentialRequest is the body of POST /v1/credentials.
type credentialRequest struct {
	Kind        string         `json:"kind"`
	Principal   string         `json:"principal"`
	Name        *string        `json:"name"`
	Tenants     []string       `json:"tenants"`
	Permissions []string       `json:"permissions"`
	Dialects    []string       `json:"dialects"`
	Networks    []string       `json:"networks"`
	Limits      map[string]int `json:"limits"`
	ExpiresAt   *string        `json:"expires_at"`
	importedSecret
}

// importedSecret is a secret that a customer brings along, in place of one made here.
type importedSecret struct {
	Key    *string `json:"key"`
	Secret *string `json:"secret"`
}

// rotateRequest is the body of POST /v1/credentials/{id}/rotate.
type rotateRequest struct {
	OverlapSeconds *int64 `json:"overlap_seconds"`
	importedSecret
}

// credentialChange is the body of PATCH /v1/credentials/{id}.
type credentialChange struct {
	Name        *string                      `json:"name"`
	Status      *string                      `json:"status"`
	Permissions nullable[[]grant.Permission] `json:"permissions"`
	ExpiresAt   nullable[string]             `json:"expires_at"`
}

// credentialAnswer is a credential.
type credentialAnswer struct {
	ID          string      `json:"id"`
	Kind        string      `json:"kind"`
	Principal   string      `json:"principal"`
	Name        string      `json:"name"`
	KeyID       *string     `json:"key_id"`
	Status      string      `json:"status"`
	Refusal     *string     `json:"refusal"`
	Audience    *int64      `json:"audience"`
	Tenants     names       `json:"tenants"`
	Permissions names       `json:"permissions"`
	Dialects    names       `json:"dialects"`
	Networks    names       `json:"networks"`
	Limits      perMinutes  `json:"limits"`
	ExpiresAt   *string     `json:"expires_at"`
	RevokedAt   *string     `json:"revoked_at"`
	ReplacedBy  *string     `json:"replaced_by"`
	CreatedAt   *string     `json:"created_at"`
	UpdatedAt   *string     `json:"updated_at"`
	CreatedBy   *string     `json:"created_by"`
	Uses        []useAnswer `json:"uses"`
}

// useAnswer is the last use of a credential in one dialect from one place.
type useAnswer struct {
	Dialect string  `json:"dialect"`
	Source  *string `json:"source"`
	At      *string `json:"at"`
}

// issuedAnswer is a credential with its secret, which is shown this once.
type issuedAnswer struct {
	Credential credentialAnswer `json:"credential"`
	Key        *string          `json:"key"`
	Secret     *string          `json:"secret"`
}

// endsAnswer is what an act has ended, or would end when it is a dry run.
type endsAnswer struct {
	DryRun      bool  `json:"dry_run"`
	Sessions    int64 `json:"sessions"`
	LoginTokens int64 `json:"login_tokens"`
}
