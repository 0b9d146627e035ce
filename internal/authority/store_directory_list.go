package authority

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantFilter selects tenants; the zero value of a field does not narrow.
type TenantFilter struct {
	Below  tenant.ID // below this one at any depth, itself not included
	Parent tenant.ID // directly below this one
	Kind   tenant.Kind
	Name   string // the name contains it, letter for letter
	Status Status // Active or Suspended, by the directory or a command, whatever is above
}

// PrincipalFilter selects principals; the zero value of a field does not narrow.
type PrincipalFilter struct {
	Organisation tenant.ID
	Services     bool   // services and not people
	Email        string // canonical
	Name         string // the name contains it, letter for letter
	Status       Status // by the directory; Suspended: by a command
}

// GrantFilter selects grants; the zero value of a field does not narrow.
type GrantFilter struct {
	Principal grant.PrincipalID
	Tenant    tenant.ID // at this very tenant
	Role      grant.RoleID
}

// GrantKey names a grant: a principal has a role at a tenant once.
type GrantKey struct {
	Principal grant.PrincipalID
	Tenant    tenant.ID
	Role      grant.RoleID
}

// String returns the key as one text, which ParseGrantKey reads.
func (k GrantKey) String() string {
	return string(k.Principal) + "\n" + string(k.Tenant) + "\n" + string(k.Role)
}

// ParseGrantKey reads what String returns; no ID has a line break.
func ParseGrantKey(text string) (k GrantKey, ok bool) {
	parts := strings.Split(text, "\n")
	if len(parts) != 3 {
		return GrantKey{}, false
	}
	return GrantKey{grant.PrincipalID(parts[0]), tenant.ID(parts[1]), grant.RoleID(parts[2])}, true
}

// DirectoryListView reads the directory page by page, each page after the last entry of the one before.
type DirectoryListView interface {
	// TenantPage returns up to limit tenants after one, in byte order of their IDs.
	TenantPage(ctx context.Context, f TenantFilter, after tenant.ID, limit int) ([]Tenant, error)
	// PrincipalPage returns up to limit principals after one, in byte order of their IDs.
	PrincipalPage(ctx context.Context, f PrincipalFilter, after grant.PrincipalID, limit int) ([]Principal, error)
	// GrantPage returns up to limit grants after one, in byte order of principal, tenant and role.
	GrantPage(ctx context.Context, f GrantFilter, after GrantKey, limit int) ([]grant.Grant, error)
	// HeightOf returns how many levels are below a tenant: 0 when there is nothing. A circle, which no directory makes,
	// is higher than tenant.MaxDepth.
	HeightOf(ctx context.Context, id tenant.ID) (int, error)
}
