package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

type credentialCommand struct {
	Issue  credentialIssueCommand  `cmd:"" help:"Give a person or service a credential and print its secret, this once."`
	List   credentialListCommand   `cmd:"" help:"List credentials: whose, until when, and where they were last used from."`
	Rotate credentialRotateCommand `cmd:"" help:"Give a credential a new secret; the old one may go on for a while."`
	Revoke credentialRevokeCommand `cmd:"" help:"End a credential and every session and login token that it made."`
}

// parseCredential reads the ID of a credential.
func parseCredential(text string) (authority.CredentialID, error) {
	id, err := secret.ParseID(text)
	if err != nil {
		return authority.CredentialID{}, usagef("%q is not the id of a credential: doorward credential list shows them, 32 hexadecimal digits each", text)
	}
	return authority.CredentialID(id), nil
}

// shownCredential is a credential in JSON.
type shownCredential struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Principal   string     `json:"principal"`
	Name        string     `json:"name"`
	PublicID    string     `json:"public_id,omitzero"`
	Status      string     `json:"status"`
	ExpiresAt   *time.Time `json:"expires_at"`
	RevokedAt   *time.Time `json:"revoked_at"`
	ReplacedBy  string     `json:"replaced_by,omitzero"`
	Tenants     []string   `json:"tenants,omitzero"`
	Permissions []string   `json:"permissions,omitzero"`
	Dialects    []string   `json:"dialects,omitzero"`
	Networks    []string   `json:"networks,omitzero"`
	CreatedAt   *time.Time `json:"created_at"`
	CreatedBy   string     `json:"created_by"`
	Uses        []shownUse `json:"uses,omitzero"`
}

type shownUse struct {
	Dialect string     `json:"dialect"`
	Source  string     `json:"source,omitzero"`
	At      *time.Time `json:"at"`
}

func showCredential(c authority.ListedCredential) shownCredential {
	shown := shownCredential{
		ID: c.ID.String(), Kind: string(c.Kind), Principal: string(c.Principal), Name: c.Name, PublicID: c.PublicID,
		Status: statusOf(c), ExpiresAt: instant(c.ExpiresAt), RevokedAt: instant(c.RevokedAt),
		Tenants: texts(c.Tenants), Permissions: texts(c.Permissions), Dialects: c.Dialects,
		CreatedAt: instant(c.CreatedAt), CreatedBy: string(c.CreatedBy),
	}
	if !c.ReplacedBy.IsZero() {
		shown.ReplacedBy = c.ReplacedBy.String()
	}
	for _, network := range c.Networks {
		shown.Networks = append(shown.Networks, network.String())
	}
	for _, use := range c.Uses {
		shown.Uses = append(shown.Uses, shownUse{Dialect: use.Dialect, Source: use.Source, At: instant(use.At)})
	}
	return shown
}

// statusOf says in one word whether a credential works.
func statusOf(c authority.ListedCredential) string {
	switch c.Refusal {
	case "":
		if !c.ReplacedBy.IsZero() {
			return "replaced" // and still working, until it ends
		}
		return string(authority.Active)
	case authority.ReasonRevoked:
		return "revoked"
	case authority.ReasonExpired:
		return "expired"
	}
	return string(c.Status)
}

func texts[T ~string](values []T) (shown []string) {
	for _, v := range values {
		shown = append(shown, string(v))
	}
	return shown
}

// instant is a time in JSON: RFC 3339 in UTC, to the second; null for none.
func instant(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Second)
	return &at
}

// when is a time in a table.
func when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// shownSecret is an issued credential with its secret in clear: the one place that prints it.
type shownSecret struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Principal string     `json:"principal"`
	Name      string     `json:"name"`
	Key       string     `json:"key,omitzero"`
	Secret    string     `json:"secret,omitzero"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// printSecret prints what has to be handed to the credential's holder; nothing can show it again. What was brought
// along is with its holder already.
func (o *operation) printSecret(c authority.IssuedCredential, from importFlags) error {
	broughtAlong := from.Import != ""
	if broughtAlong {
		c.Key, c.Secret = secret.Text{}, secret.Text{}
	}
	shown := shownSecret{
		ID: c.Credential.ID.String(), Kind: string(c.Credential.Kind), Principal: string(c.Credential.Principal),
		Name: c.Credential.Name, Key: c.Key.Reveal(), Secret: c.Secret.Reveal(), ExpiresAt: instant(c.Credential.ExpiresAt),
	}
	if !broughtAlong && c.Credential.Kind != authority.PublicKey { // of which only the client_id is shown
		fmt.Fprintln(os.Stderr, "The secret is shown this once: store it now.")
	}
	if o.JSON {
		return printJSON(shown)
	}
	var lines strings.Builder
	for _, line := range [][2]string{
		{"credential", shown.ID},
		{"kind", shown.Kind},
		{"principal", shown.Principal},
		{"name", shown.Name},
		{"key", shown.Key},
		{"secret", shown.Secret},
		{"expires", when(c.Credential.ExpiresAt)},
	} {
		if line[1] != "" {
			fmt.Fprintf(&lines, "%-11s %s\n", line[0], line[1])
		}
	}
	_, err := os.Stdout.WriteString(lines.String())
	return err
}
