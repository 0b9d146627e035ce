package grant

import "slices"

// Roles are the built-in roles, with what an installation chose of them.
type Roles map[RoleID]Role

// ManagerNames are the directory names of a reseller's staff roles.
var ManagerNames = []string{"sales", "marketing", "owner", "admin"}

// LevelNames are the directory names of the levels of an account's members.
var LevelNames = []string{"owner", "admin", "finance", "user"}

// BuiltIn returns the built-in roles; actingManagers names the manager roles that may act as an account's owner.
func BuiltIn(actingManagers []string) Roles {
	roles := Roles{
		Operator:       {Inherits: true, Permissions: []Permission{ManageDirectory, ReadDirectory, ManageCredential, ReadEvents, CloseSession, VerifySession, ReadFeed, ManageSigningKey}},
		AccountOwner:   {},
		AccountAdmin:   {},
		AccountFinance: {},
		AccountUser:    {},
		UnitMember:     {},
		Integrator:     {Permissions: []Permission{MintLoginToken}},
		RelyingModule:  {Inherits: true, Permissions: []Permission{RedeemLoginToken, ReadFeed}},
	}
	for _, name := range ManagerNames {
		role := Role{Inherits: true, Permissions: []Permission{ReadDirectory}}
		if slices.Contains(actingManagers, name) {
			role.Permissions = append(role.Permissions, ActAsOwner)
		}
		if name == "owner" || name == "admin" {
			role.Permissions = append(role.Permissions, ManageCredential)
		}
		roles[ManagerRole(name)] = role
	}
	for id, role := range roles {
		role.ID = id
		roles[id] = role
	}
	return roles
}
