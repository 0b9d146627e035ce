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
