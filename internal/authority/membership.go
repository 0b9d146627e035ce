package authority

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// Membership is what an actor is in one account, now and through the credential it came with.
type Membership struct {
	Account     Tenant
	Level       grant.RoleID       // empty for a service
	Roles       []grant.Role       // the organisation's own, their permissions narrowed to what the credential allows
	Permissions []grant.Permission // of all these roles, each once
	Primary     bool               // the account that counts when none is chosen: exactly one, if there is any
}

// Memberships returns the accounts that the actor is a member of, in directory order. Left out are those where it is
// inactive, those that are suspended themselves or below a suspended tenant, and those its credential does not reach.
func (a *Authority) Memberships(by Actor) []Membership {
	var memberships []Membership
	preferred := 0
	accounts, grants := by.standing().accounts()
	roles := by.platformRoles()
	for _, account := range accounts {
		path := by.standing().Path(account)
		if _, suspended := path.Suspended(); suspended || len(path) == 0 || !by.credential().reaches(path) {
			continue
		}
		there := Standing{Grants: grants[account]}
		if there.prefers(account) {
			preferred = len(memberships)
		}
		m := by.membership(path, roles)
		m.Level, _ = there.Level(account)
		memberships = append(memberships, m)
	}
	if len(memberships) > 0 {
		memberships[preferred].Primary = true
	}
	return memberships
}

// platformRoles returns by tenant where among what is held the organisations' own roles are. Looking through all that
// is held at each account takes seconds for an integrator of thousands.
func (by Actor) platformRoles() map[tenant.ID][]int {
	roles := map[tenant.ID][]int{}
	for i, h := range by.held {
		if !h.Role.BuiltIn() {
			roles[h.Tenant] = append(roles[h.Tenant], i)
		}
	}
	return roles
}

// membership describes what roles the actor has in the account that path belongs to, in directory order.
func (by Actor) membership(path tenant.Path, roles map[tenant.ID][]int) Membership {
	m := Membership{Account: by.standing().Tenant(path.ID())}
	var onTheWay []int
	for _, node := range path {
		onTheWay = append(onTheWay, roles[node.ID]...)
	}
	slices.Sort(onTheWay)
	for _, i := range onTheWay {
		h := by.held[i]
		if !h.Covers(path) {
			continue
		}
		role := h.RoleOf
		role.Permissions = nil
		for _, p := range h.RoleOf.Permissions {
			if !by.unrestricted(p) {
				continue
			}
			role.Permissions = append(role.Permissions, p)
			if !slices.Contains(m.Permissions, p) {
				m.Permissions = append(m.Permissions, p)
			}
		}
		m.Roles = append(m.Roles, role)
	}
	return m
}

// accounts returns where the principal counts as a member, in directory order, with its grants at each account alone: a
// person counts by its level, a service by any grant.
func (s *Standing) accounts() (accounts []tenant.ID, at map[tenant.ID][]grant.Grant) {
	at = map[tenant.ID][]grant.Grant{}
	for _, g := range s.Grants {
		if g.Tenant.Kind() == tenant.KindAccount {
			at[g.Tenant] = append(at[g.Tenant], g)
		}
	}
	seen := map[tenant.ID]bool{}
	for _, g := range s.Grants {
		if g.Tenant.Kind() == tenant.KindAccount && !seen[g.Tenant] && s.isMember(g, at[g.Tenant]) {
			seen[g.Tenant] = true
			accounts = append(accounts, g.Tenant)
		}
	}
	return accounts, at
}

// isMember reports whether a grant makes the principal a member of its account, where it has all these.
func (s *Standing) isMember(g grant.Grant, there []grant.Grant) bool {
	if !s.Principal.ID.IsPerson() {
		return !g.Inactive
	}
	_, active := levelAmong(there, g.Tenant)
	return active
}

// prefers reports whether the directory marks the account as the principal's primary one.
func (s *Standing) prefers(account tenant.ID) bool {
	return slices.ContainsFunc(s.Grants, func(g grant.Grant) bool { return g.Tenant == account && g.Primary })
}

// ChooseMembership returns the membership of an account that the actor wants to work in; for the empty ID its primary
// one, or the zero Membership when it has none; and all of them. It fails with Denied, and records it, for an account that
// is not among them.
func (a *Authority) ChooseMembership(ctx context.Context, by Actor, wanted tenant.ID) (chosen Membership, all []Membership, err error) {
	all = a.Memberships(by)
	for _, m := range all {
		if m.Account.ID == wanted || wanted == "" && m.Primary {
			return m, all, nil
		}
	}
	if wanted == "" {
		return Membership{}, all, nil
	}
	e := by.event(audit.Authenticate)
	e.Tenant = wanted
	return Membership{}, nil, a.refuse(ctx, e, fault.New(fault.Denied, ReasonOutside, "The account is not one of this session's."))
}
