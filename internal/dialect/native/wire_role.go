package native

// roleRequest is the body of POST /v1/roles.
type roleRequest struct {
	Organisation string   `json:"organisation"`
	Name         string   `json:"name"`
	Permissions  []string `json:"permissions"`
}

// roleChange is the body of PATCH /v1/roles/{role}.
type roleChange struct {
	Permissions []string `json:"permissions"`
}

// roleAnswer is a role.
type roleAnswer struct {
	ID           string   `json:"id"`
	Organisation *string  `json:"organisation"`
	Name         string   `json:"name"`
	BuiltIn      bool     `json:"built_in"`
	Inherits     bool     `json:"inherits"`
	Permissions  []string `json:"permissions"`
}

// grantRequest is the body of POST /v1/grants.
type grantRequest struct {
	Principal string  `json:"principal"`
	Tenant    string  `json:"tenant"`
	Role      string  `json:"role"`
	Status    *string `json:"status"`
	Primary   *bool   `json:"primary"`
}

// grantPatch is the body of PATCH /v1/grants/{principal}/{tenant}/{role}.
type grantPatch struct {
	Status  *string `json:"status"`
	Primary *bool   `json:"primary"`
}

// grantAnswer is a grant.
type grantAnswer struct {
	Principal string `json:"principal"`
	Tenant    string `json:"tenant"`
	Role      string `json:"role"`
	Status    string `json:"status"`
	Primary   bool   `json:"primary"`
}
