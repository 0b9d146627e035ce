// Package grant says what an actor may do, and because of what.
//
// A role is a named set of permissions; a grant says that a principal has a
// role at a tenant and, where the role inherits, in the subtree below it.
// The package is pure: who holds what is loaded elsewhere.
package grant

import (
	"slices"
	"strconv"
	"strings"

	"github.com/doorward/doorward/internal/tenant"
)

// PrincipalID names a principal as "person:3" or "service:CRMDEMO/ERP integration".
type PrincipalID string

// Person returns the ID of the person with that number.
func Person(number int64) PrincipalID {
	return PrincipalID("person:" + strconv.FormatInt(number, 10))
}

// Service returns the ID of the service of that name.
func Service(name string) PrincipalID { return PrincipalID("service:" + name) }

// IsPerson reports whether the principal is a person and not a service.
func (id PrincipalID) IsPerson() bool { return strings.HasPrefix(string(id), "person:") }

// Number returns the number a person is known by on the wires, or 0 for a service.
func (id PrincipalID) Number() int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(id), "person:"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Permission is the right to do one kind of thing, ours ("login-token.mint") or the platform's ("readApplications").
type Permission string

// Doorward's own permissions.
const (
	MintLoginToken   Permission = "login-token.mint"   // hand over a member of an account
	ActAsOwner       Permission = "account.act-as"     // hand oneself over as the owner of an account
	RedeemLoginToken Permission = "login-token.redeem" // spend a login token of one's audience
	CloseSession     Permission = "session.close"      // end any session in the subtree
	ManageDirectory  Permission = "directory.manage"   // apply a directory file, suspend and resume
	ReadDirectory    Permission = "directory.read"     // list tenants, people and credentials, never a secret
	ManageCredential Permission = "credential.manage"  // issue, rotate, change and revoke credentials
	ReadEvents       Permission = "event.read"         // read the audit log
	VerifySession    Permission = "session.verify"     // ask whether any session or access token of the subtree counts
	ReadFeed         Permission = "revocation.read"    // follow what has ended or changed
	ManageSigningKey Permission = "signing-key.manage" // list, rotate and kill signing keys
)

// IsOwn reports whether a permission is Doorward's own, which no organisation's role can give.
func (p Permission) IsOwn() bool { return slices.Contains(Own, p) }

// Own are Doorward's own permissions.
var Own = []Permission{
	MintLoginToken, ActAsOwner, RedeemLoginToken, CloseSession, ManageDirectory, ReadDirectory, ManageCredential, ReadEvents,
	VerifySession, ReadFeed, ManageSigningKey,
}

// Permissions of the platform's own that decide about its integrators' keys (WIRE.md §2, keys).
const (
	ReadAPIKeys  Permission = "readApiKeys"
	WriteAPIKeys Permission = "writeApiKeys"
)

// RoleID names a role: "account.owner" for a built-in one, "CRMDEMO/agent" for an organisation's own.
type RoleID string

// The built-in roles.
const (
	Operator       RoleID = "installation.operator"
	ManagerSales   RoleID = "reseller.sales"
	ManagerMarket  RoleID = "reseller.marketing"
	ManagerOwner   RoleID = "reseller.owner"
	ManagerAdmin   RoleID = "reseller.admin"
	AccountOwner   RoleID = "account.owner"
	AccountAdmin   RoleID = "account.admin"
	AccountFinance RoleID = "account.finance"
	AccountUser    RoleID = "account.user"
	UnitMember     RoleID = "unit.member"
	Integrator     RoleID = "service.integrator"
	RelyingModule  RoleID = "service.audience"
)

// ManagerRole returns the role of a reseller's staff by its directory name.
func ManagerRole(name string) RoleID { return RoleID("reseller." + name) }

// AccountLevel returns the role of an account's member by its directory level.
func AccountLevel(name string) RoleID { return RoleID("account." + name) }

// OrganisationRole returns the ID of an organisation's own role.
func OrganisationRole(organisation, name string) RoleID { return RoleID(organisation + "/" + name) }

// Name returns the role's short name, as its directory entry spells it.
func (id RoleID) Name() string {
	if at := strings.LastIndexAny(string(id), "./"); at >= 0 && id.BuiltIn() {
		return string(id)[at+1:]
	}
	_, name, _ := strings.Cut(string(id), "/")
	return name
}

// BuiltIn reports whether the role is Doorward's own and not an organisation's.
func (id RoleID) BuiltIn() bool { return !strings.Contains(string(id), "/") }

// IsLevel reports whether the role is a member's level in an account.
func (id RoleID) IsLevel() bool { return strings.HasPrefix(string(id), "account.") && id.BuiltIn() }

// Role is a named set of permissions.
type Role struct {
	ID          RoleID
	Inherits    bool // it holds in the whole subtree below the tenant of the grant
	Permissions []Permission
}

// Grant says that a principal has a role at a tenant.
type Grant struct {
	Principal PrincipalID
	Tenant    tenant.ID
	Role      RoleID
	Inactive  bool // the person is inactive at this one tenant
	Primary   bool // the account or unit chosen when none is named
	Position  int64
}

// Held is a grant with its role resolved.
type Held struct {
	Grant
	RoleOf Role
}

// Covers reports whether the grant counts at the tenant that path belongs to.
func (h Held) Covers(path tenant.Path) bool {
	if h.Inactive || len(path) == 0 {
		return false
	}
	return h.Tenant == path.ID() || h.RoleOf.Inherits && path.Within(h.Tenant)
}

// Allows returns the first grant that gives a permission at the tenant of path, and whether there is one.
func Allows(held []Held, permission Permission, path tenant.Path) (because Held, ok bool) {
	for _, h := range held {
		if h.Covers(path) && slices.Contains(h.RoleOf.Permissions, permission) {
			return h, true
		}
	}
	return Held{}, false
}

// AllowsSomewhere reports whether any active grant gives the permission at any tenant.
func AllowsSomewhere(held []Held, permission Permission) bool {
	return slices.ContainsFunc(held, func(h Held) bool {
		return !h.Inactive && slices.Contains(h.RoleOf.Permissions, permission)
	})
}
