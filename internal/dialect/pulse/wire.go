package pulse

import "github.com/doorward/doorward/internal/grant"

const mediaType = "application/json"

// loginRequest is both forms of the log-in's body.
type loginRequest struct {
	APIKey    string `json:"apiKey"`
	APISecret string `json:"apiSecret"`
	Email     string `json:"email"`
	Password  string `json:"password"`
}

// sessionAnswer is the vendor's ApiKeyLoginResponse.
type sessionAnswer struct {
	ID                   int64                                   `json:"id"`
	Email                *string                                 `json:"email"`
	Token                string                                  `json:"token"`
	Active               bool                                    `json:"active"`
	Impersonating        *string                                 `json:"impersonating"`
	CreatedBy            *string                                 `json:"createdBy"`
	UpdatedBy            *string                                 `json:"updatedBy"`
	CreatedAt            *string                                 `json:"createdAt"`
	UpdatedAt            *string                                 `json:"updatedAt"`
	ExpiresAt            *string                                 `json:"expiresAt"`
	PrimaryAccount       *account                                `json:"primaryAccount"`
	Accounts             []account                               `json:"accounts"`
	FlatRoles            []string                                `json:"flatRolesList"`
	FlatPermissions      []grant.Permission                      `json:"flatPermissionsList"`
	PermissionsFromRoles []grant.Permission                      `json:"permissionsFromRoles"`
	PermissionsFrom      map[grant.Permission][]permissionSource `json:"permissionsFromRolesDetails"`
}

// account is the vendor's Account.
type account struct {
	AccountName          string             `json:"accountName"`
	AccountID            string             `json:"accountId"`
	UsersPrimaryAccount  bool               `json:"usersPrimaryAccount"`
	AccountAdmin         bool               `json:"accountAdmin"`
	ID                   string             `json:"id"`
	UniqueID             string             `json:"uniqueId"`
	Name                 string             `json:"name"`
	Repcode              *string            `json:"repcode"`
	CustomerServicePhone *string            `json:"customerServicePhone"`
	CustomerServiceEmail *string            `json:"customerServiceEmail"`
	Whitelabel           map[string]any     `json:"whitelabelSettings"`
	Permissions          []grant.Permission `json:"permissions"`
	Roles                []string           `json:"roles"`
}

// permissionSource says which role in which account gives a permission.
type permissionSource struct {
	Role      string `json:"role"`
	AccountID string `json:"accountId"`
}

// errorAnswer is the one shape of every failure.
type errorAnswer struct {
	Error       string `json:"error"`
	Message     string `json:"message,omitempty"`
	Development string `json:"dev_err_msg,omitempty"`
}

// newKeyRequest is the body of POST /apikeys.
type newKeyRequest struct {
	Name        string             `json:"name"`
	Permissions []grant.Permission `json:"permissions"`
}

// keyChangeRequest is the body of PATCH /apikeys/{id}; what is not there stays as it is.
type keyChangeRequest struct {
	Name        *string             `json:"name"`
	Permissions *[]grant.Permission `json:"permissions"`
	Active      *bool               `json:"active"`
}

// apiKey is a key pair without its secret, except where it has just been made.
type apiKey struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	APIKey      string              `json:"apiKey"`
	APISecret   string              `json:"apiSecret,omitzero"`
	AccountID   string              `json:"accountId"`
	Permissions *[]grant.Permission `json:"permissions"` // null: all that its holder has
	Active      bool                `json:"active"`
	UserID      int64               `json:"userId"`
	Email       *string             `json:"email"`
	CreatedBy   *string             `json:"createdBy"`
	CreatedAt   *string             `json:"createdAt"`
	UpdatedAt   *string             `json:"updatedAt"`
	ExpiresAt   *string             `json:"expiresAt"`
}

// deletedKey is the answer of DELETE /apikeys/{id}.
type deletedKey struct {
	ID      string `json:"id"`
	Deleted bool   `json:"deleted"`
}
