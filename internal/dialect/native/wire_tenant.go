package native

// tenantRequest is the body of POST /v1/tenants.
type tenantRequest struct {
	Kind    string           `json:"kind"`
	ID      *string          `json:"id"`
	Parent  string           `json:"parent"`
	Name    *string          `json:"name"`
	Owner   *string          `json:"owner"`
	Portal  *string          `json:"portal"`
	Profile *profileOnTheWay `json:"profile"`
}

// tenantChange is the body of PATCH /v1/tenants/{tenant}.
type tenantChange struct {
	Parent  *string                   `json:"parent"`
	Name    *string                   `json:"name"`
	Status  *string                   `json:"status"`
	Portal  nullable[string]          `json:"portal"`
	Profile nullable[profileOnTheWay] `json:"profile"`
}

// tenantAnswer is a tenant.
type tenantAnswer struct {
	ID          string           `json:"id"`
	Kind        string           `json:"kind"`
	Parent      *string          `json:"parent"`
	Name        string           `json:"name"`
	Status      string           `json:"status"`
	SuspendedAt *string          `json:"suspended_at"`
	Portal      *string          `json:"portal"`
	Profile     *profileOnTheWay `json:"profile"`
	CreatedAt   *string          `json:"created_at"`
	UpdatedAt   *string          `json:"updated_at"`
}

// profileOnTheWay is what an account's dialects answer of it, as it is sent and answered.
type profileOnTheWay struct {
	BusinessName    *string         `json:"business_name"`
	DocType         *string         `json:"doc_type"`
	DocNumber       *string         `json:"doc_number"`
	OwnCode         *string         `json:"own_code"`
	PickupCode      *string         `json:"pickup_code"`
	Repcode         *string         `json:"repcode"`
	CustomerService *serviceContact `json:"customer_service"`
	Whitelabel      *map[string]any `json:"whitelabel"`
}

type serviceContact struct {
	Phone *string `json:"phone"`
	Email *string `json:"email"`
}

// heldAnswer says what suspending has stopped, or resuming lets count again.
type heldAnswer struct {
	Changed     bool  `json:"changed"`
	Sessions    int64 `json:"sessions"`
	LoginTokens int64 `json:"login_tokens"`
}
