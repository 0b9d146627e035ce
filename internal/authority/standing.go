package authority

import (
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// node returns what the tree needs of the tenant.
func (t Tenant) node() tenant.Node {
	return tenant.Node{ID: t.ID, Parent: t.Parent, Suspended: t.Status != Active || !t.HeldAt.IsZero()}
}

// pathOf turns a lineage, nearest first, into the path of its first tenant.
func pathOf(lineage []*Tenant) tenant.Path {
	path := make(tenant.Path, 0, 8) // as in Standing.Path
	for i := range lineage {
		path = append(path, lineage[i].node())
	}
	return path
}

// Path returns the path of a tenant the principal is granted at, or nil when it is not among them.
func (s *Standing) Path(id tenant.ID) tenant.Path {
	// So small that it is inlined: who looks at a path and lets it go, as nearly all do, has it on its stack.
	return s.pathInto(make(tenant.Path, 0, 8), id) // deep enough for most
}

func (s *Standing) pathInto(room tenant.Path, id tenant.ID) tenant.Path {
	path, err := tenant.ClimbInto(room, id, func(id tenant.ID) (tenant.Node, bool) {
		t, ok := s.Tenants[id]
		if !ok {
			return tenant.Node{}, false
		}
		return t.node(), true
	})
	if err != nil {
		return nil
	}
	return path
}

// Tenant returns a tenant that the principal is granted at or at home in, or one above, and the zero Tenant for any other.
func (s *Standing) Tenant(id tenant.ID) Tenant {
	if t, ok := s.Tenants[id]; ok {
		return *t
	}
	return Tenant{}
}

// heldOf resolves the roles of a principal's grants; a role that nobody defines any more has no permissions.
func (a *Authority) heldOf(s *Standing) []grant.Held {
	held := make([]grant.Held, 0, len(s.Grants))
	for _, g := range s.Grants {
		role, ok := a.roles[g.Role]
		if !ok {
			role = s.Roles[g.Role]
		}
		held = append(held, grant.Held{Grant: g, RoleOf: role})
	}
	return held
}

// refusal returns why a principal does not count at all now, or "".
func (s *Standing) refusal() string { return s.refusalAlong(nil) }

// refusalAlong is refusal for who has the path of an account, which leads through the organisations of most of its people.
func (s *Standing) refusalAlong(path tenant.Path) string {
	switch s.Principal.Status {
	case Active:
		if !s.Principal.HeldAt.IsZero() {
			return ReasonInactive
		}
	case "": // nobody was found
		return ReasonUnknown
	case Deleted:
		return ReasonDeleted
	default:
		return ReasonInactive
	}
	if s.Principal.Organisation == "" {
		return ""
	}
	home := path.From(s.Principal.Organisation)
	if home == nil {
		home = s.Path(s.Principal.Organisation)
	}
	if _, suspended := home.Suspended(); suspended {
		return ReasonTenantSuspended
	}
	return ""
}

// Level returns the principal's active level in an account; ok is false when it is not a member there.
func (s *Standing) Level(account tenant.ID) (level grant.RoleID, ok bool) {
	return levelAmong(s.Grants, account)
}

func levelAmong(grants []grant.Grant, account tenant.ID) (level grant.RoleID, ok bool) {
	for i := range grants {
		if g := &grants[i]; g.Tenant == account && g.Role.IsLevel() {
			return g.Role, !g.Inactive
		}
	}
	return "", false
}

// grantAt returns the principal's grant of a role at a tenant.
func (s *Standing) grantAt(at tenant.ID, role grant.RoleID) (grant.Grant, bool) {
	for _, g := range s.Grants {
		if g.Tenant == at && g.Role == role && !g.Inactive {
			return g, true
		}
	}
	return grant.Grant{}, false
}
