package authority

import (
	"context"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantView reads tenants.
type TenantView interface {
	// Lineage returns the tenant and all above it, nearest first; they are shared and never changed.
	Lineage(ctx context.Context, id tenant.ID) ([]*Tenant, error)
	// LineageOfPortal returns the lineage of the account whose portal has this host (and port, if any), in lower case.
	LineageOfPortal(ctx context.Context, host string) ([]*Tenant, error)
	// Tenants returns those of ids that exist, in no order.
	Tenants(ctx context.Context, ids []tenant.ID) ([]Tenant, error)
	// Roles returns those of ids that exist.
	Roles(ctx context.Context, ids []grant.RoleID) ([]grant.Role, error)
	// TenantIDs returns up to limit IDs after one ("" is the beginning), in byte order.
	TenantIDs(ctx context.Context, after tenant.ID, limit int) ([]tenant.ID, error)
	// RoleIDs returns the IDs of all organisations' own roles: an installation has a few hundred at most.
	RoleIDs(ctx context.Context) ([]grant.RoleID, error)
}

// DirectoryView reads pages of the directory, ordered by position and ID, and how many there are in all. What is in a
// circle, which no directory makes, is listed once; nothing is below itself.
type DirectoryView interface {
	// TenantsIn returns the part of a set of tenants that a window shows.
	TenantsIn(ctx context.Context, set TenantSet, w Window) (page []Tenant, total int64, err error)
	// ManagersOf returns the part of a reseller's staff that a window shows; the deleted are not among them.
	ManagersOf(ctx context.Context, reseller tenant.ID, w Window) (page []Manager, total int64, err error)
	// OwnersOf returns the owners of those of these accounts that have one who is not deleted.
	OwnersOf(ctx context.Context, accounts []tenant.ID) (map[tenant.ID]Principal, error)
}

// TenantTx writes tenants.
type TenantTx interface {
	// LockDirectory waits until no other change holds the directory and holds it until this change ends.
	// What is read after it is what those before committed (PostgreSQL: pg_advisory_xact_lock; SQLite has one writer anyway).
	LockDirectory(ctx context.Context) error
	PutTenant(t Tenant)
	PutRole(r grant.Role)
	// DropRole takes away an organisation's own role, if there is one. Grants of it stay, and give nothing.
	DropRole(id grant.RoleID)
}

// PrincipalView reads principals and what they hold.
type PrincipalView interface {
	// Standing returns a principal with all that decides what it may do.
	Standing(ctx context.Context, id grant.PrincipalID) (Standing, error)
	// StandingByEmail finds the person by canonical e-mail.
	StandingByEmail(ctx context.Context, canonical string) (Standing, error)
	// StandingOfOwner finds the person who is owner of the account.
	StandingOfOwner(ctx context.Context, account tenant.ID) (Standing, error)
	// Principals returns those of ids that exist.
	Principals(ctx context.Context, ids []grant.PrincipalID) ([]Principal, error)
	// Grants returns all grants of these principals.
	Grants(ctx context.Context, ids []grant.PrincipalID) ([]grant.Grant, error)
	// PrincipalIDs returns up to limit IDs after one ("" is the beginning), in byte order.
	PrincipalIDs(ctx context.Context, after grant.PrincipalID, limit int) ([]grant.PrincipalID, error)
}

// PrincipalTx writes principals and grants.
type PrincipalTx interface {
	PutPrincipal(p Principal)
	// PutGrant gives a grant, or changes the one with the same principal, tenant and role.
	PutGrant(g grant.Grant)
	// DropGrant takes away the grant with the same principal, tenant and role, if there is one. Writes take
	// effect in the order they were queued: a drop before a put frees what only one grant may have.
	DropGrant(g grant.Grant)
}

// MemberView reads who is in an account.
type MemberView interface {
	// Members returns a page of the people who are active, and whose level in the account is, and how many they are in all.
	Members(ctx context.Context, account tenant.ID, page MemberPage) (members []Principal, total int64, err error)
}

// OverviewView reads what surrounds a tenant.
type OverviewView interface {
	// ChildCounts counts the tenants directly below one, by kind.
	ChildCounts(ctx context.Context, id tenant.ID) (map[tenant.Kind]int64, error)
	// GrantsAt returns the grants of these roles at these tenants, in directory order.
	GrantsAt(ctx context.Context, at []tenant.ID, roles []grant.RoleID) ([]grant.Grant, error)
}
