package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Tenant is a node of the tenant tree.
type Tenant struct {
	ID          string     `json:"id"`   // "account:1200"
	Kind        string     `json:"kind"` // organisation, reseller, account or unit
	Parent      string     `json:"parent"`
	Name        string     `json:"name"`
	Status      string     `json:"status"`
	SuspendedAt *time.Time `json:"suspended_at"` // by an operator's act; nil: not
	Portal      string     `json:"portal"`       // base URL of an account's own portal, or empty
	CreatedAt   *time.Time `json:"created_at"`
	UpdatedAt   *time.Time `json:"updated_at"`
}

// TenantFilter selects tenants; an empty member selects all.
type TenantFilter struct {
	Below, Parent, Kind, Name, Status string
}

const tenantsPath = "/v1/tenants"

// Tenants goes through the tenants that a filter selects.
func (c *Client) Tenants(ctx context.Context, f TenantFilter) iter.Seq2[Tenant, error] {
	return List[Tenant](ctx, c, tenantsPath, values("below", f.Below, "parent", f.Parent, "kind", f.Kind, "name", f.Name, "status", f.Status))
}

// Tenant reads one tenant, with its version.
func (c *Client) Tenant(ctx context.Context, id string) (Tenant, Version, error) {
	return Get[Tenant](ctx, c, tenantsPath+"/"+url.PathEscape(id))
}

// TenantRequest says what tenant to create; what is empty is left to Doorward.
type TenantRequest struct {
	Kind   string `json:"kind"`
	ID     string `json:"id,omitzero"`
	Parent string `json:"parent"`
	Name   string `json:"name,omitzero"`
	Owner  string `json:"owner,omitzero"` // of an account: "person:3"
	Portal string `json:"portal,omitzero"`
}

// CreateTenant makes a tenant. An empty key is an idempotency key made for this call.
func (c *Client) CreateTenant(ctx context.Context, r TenantRequest, key string) (Tenant, error) {
	return Create[Tenant](ctx, c, tenantsPath, r, key)
}

// Held says what a suspension has stopped, or a resumption lets count again.
type Held struct {
	Changed     bool  `json:"changed"`
	Sessions    int64 `json:"sessions"`
	LoginTokens int64 `json:"login_tokens"`
}

// SuspendTenant stops everything at a tenant and below, at once and everywhere, until it is resumed.
func (c *Client) SuspendTenant(ctx context.Context, id string) (Held, error) {
	return Create[Held](ctx, c, tenantsPath+"/"+url.PathEscape(id)+"/suspend", nil, "")
}

// ResumeTenant lets what was suspended count again.
func (c *Client) ResumeTenant(ctx context.Context, id string) (Held, error) {
	return Create[Held](ctx, c, tenantsPath+"/"+url.PathEscape(id)+"/resume", nil, "")
}
