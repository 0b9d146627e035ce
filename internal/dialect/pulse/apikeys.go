package pulse

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// maxKeyPermissions bounds the permissions of one key; the platform's own are a few dozen.
const maxKeyPermissions = 200

// newKeyInput is a well-formed request for a key.
type newKeyInput struct {
	account tenant.ID
	newKeyRequest
}

// keyChangeInput is a well-formed change of a key.
type keyChangeInput struct {
	account tenant.ID
	change  authority.CredentialChange
}

func checkNewKey(c *dialect.Call) (err error) {
	var in newKeyInput
	if in.account, err = chosenAccount(c); err != nil {
		return err
	}
	if err := web.DecodeJSON(c.Body, &in.newKeyRequest, false); err != nil {
		return err
	}
	if in.Name == "" {
		return fault.BadParameter("name", "The member is required.")
	}
	c.Input = in
	return checkPermissions(in.Permissions)
}

func checkKeyChange(c *dialect.Call) (err error) {
	var in keyChangeInput
	if in.account, err = chosenAccount(c); err != nil {
		return err
	}
	var body keyChangeRequest
	if err := web.DecodeJSON(c.Body, &body, false); err != nil {
		return err
	}
	if body == (keyChangeRequest{}) {
		return fault.BadParameter("body", "At least one of name, permissions and active is required.")
	}
	in.change.Name, in.change.Permissions = body.Name, body.Permissions
	if body.Active != nil {
		status := authority.Disabled
		if *body.Active {
			status = authority.Active
		}
		in.change.Status = &status
	}
	c.Input = in
	if body.Permissions != nil {
		return checkPermissions(*body.Permissions)
	}
	return nil
}

// checkPermissions refuses what is no set of permissions; whether they are the session's own the authority decides.
func checkPermissions(permissions []grant.Permission) error {
	seen := map[grant.Permission]bool{}
	for _, p := range permissions {
		if p == "" || seen[p] {
			return fault.BadParameter("permissions", "Each permission is a name and given once.")
		}
		seen[p] = true
	}
	if len(seen) == 0 || len(seen) > maxKeyPermissions {
		return fault.BadParameter("permissions", "A list of 1 to 200 permissions is required.")
	}
	return nil
}

// account returns the account to work in: the one chosen, otherwise the primary one.
func (p pulse) account(c *dialect.Call, chosen tenant.ID) (tenant.ID, error) {
	m, _, err := p.authority.ChooseMembership(c.Context(), c.By, chosen)
	return m.Account.ID, err
}

// listKeys answers the live keys of the account, without their secrets.
func (p pulse) listKeys(c *dialect.Call) error {
	account, err := p.account(c, c.Input.(tenant.ID))
	if err != nil {
		return err
	}
	keys, err := p.authority.AccountKeys(c.Context(), c.By, account)
	if err != nil {
		return err
	}
	shown := []apiKey{}
	for _, k := range keys {
		shown = append(shown, describeKey(k.Credential, k.Holder))
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, shown)
}

// issueKey makes a key of the session's own person; its secret is answered this once.
func (p pulse) issueKey(c *dialect.Call) error {
	in := c.Input.(newKeyInput)
	account, err := p.account(c, in.account)
	if err != nil {
		return err
	}
	issued, err := p.authority.IssueAccountKey(c.Context(), c.By, authority.AccountKeyRequest{
		Account: account, Name: in.Name, Permissions: in.Permissions,
	})
	if err != nil {
		return err
	}
	shown := describeKey(issued.Credential, c.By.Principal())
	shown.APISecret = issued.Secret.Reveal()
	return web.WriteJSON(c.ResponseWriter, http.StatusCreated, mediaType, shown)
}

func (p pulse) changeKey(c *dialect.Call) error {
	in := c.Input.(keyChangeInput)
	account, id, err := p.keyOf(c, in.account)
	if err != nil {
		return err
	}
	changed, err := p.authority.ChangeAccountKey(c.Context(), c.By, account, id, in.change)
	if err != nil {
		return err
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, describeKey(changed.Credential, changed.Holder))
}

func (p pulse) revokeKey(c *dialect.Call) error {
	account, id, err := p.keyOf(c, c.Input.(tenant.ID))
	if err != nil {
		return err
	}
	if err := p.authority.RevokeAccountKey(c.Context(), c.By, account, id); err != nil {
		return err
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, deletedKey{ID: id.String(), Deleted: true})
}

// keyOf returns the key of the path. To clients an ID is an opaque string: what is none is a key that nobody has.
func (p pulse) keyOf(c *dialect.Call, chosen tenant.ID) (tenant.ID, authority.CredentialID, error) {
	account, err := p.account(c, chosen)
	if err != nil {
		return "", authority.CredentialID{}, err
	}
	id, err := secret.ParseID(c.PathValue("id"))
	if err != nil {
		id = secret.ID{}
	}
	return account, authority.CredentialID(id), nil
}

func describeKey(c authority.Credential, holder authority.Principal) apiKey {
	var permissions *[]grant.Permission
	if c.Permissions != nil {
		permissions = &c.Permissions
	}
	return apiKey{
		ID: c.ID.String(), Name: c.Name, APIKey: c.PublicID, AccountID: c.Tenants[0].Key(), Permissions: permissions,
		Active: c.Status == authority.Active, UserID: holder.ID.Number(), Email: text(holder.Email),
		CreatedBy: text(string(c.CreatedBy)), CreatedAt: dateTime(c.CreatedAt), UpdatedAt: dateTime(c.UpdatedAt),
		ExpiresAt: dateTime(c.ExpiresAt),
	}
}
