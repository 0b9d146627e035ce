package directory

import (
	"slices"
	"strconv"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// above is where an entry hangs: its parent and all above, the nearest last, without the installation.
type above []tenant.ID

func (o *organisation) reseller(from item, path above) {
	m, ok := o.mapping(from, "a reseller", "id", "name", "status", "managers", "accounts", "resellers")
	if !ok {
		return
	}
	m.require("id", "name")
	n, ok := m.number("id")
	id := tenant.Reseller(n)
	if ok && slices.Contains(path, id) {
		o.problem(m.at("id"), "the reseller %d is below itself: a cycle; give this one another id, or move it", n)
		return
	}
	if ok && !o.unique(m.at("id"), "reseller", string(id), "the reseller "+number(n), "give each reseller an id of its own") ||
		o.tooDeep(m, path) {
		return
	}
	o.directory.Tenants = append(o.directory.Tenants, authority.Tenant{
		ID: id, Parent: path[len(path)-1], Name: m.optional("name"), Position: o.next(),
		Status: m.status(authority.Active, authority.Suspended),
	})
	path = append(slices.Clip(path), id)
	o.managers(m, id)
	for one := range m.list("accounts") {
		o.account(one, path)
	}
	for one := range m.list("resellers") {
		o.reseller(one, path)
	}
}

func (o *organisation) tooDeep(m mapping, path above) bool {
	if len(path) < tenant.MaxDepth {
		return false
	}
	o.problem(m.line, "%s is more than %d levels below the installation; move it up", m.what, tenant.MaxDepth)
	return true
}

func (o *organisation) managers(reseller mapping, at tenant.ID) {
	lines := map[grant.PrincipalID]int{}
	for one := range reseller.list("managers") {
		m, ok := o.mapping(one, "a manager", "person", "role", "status", "api_token")
		if !ok || !m.require("person", "role") {
			continue
		}
		person, found := o.find(m, "person")
		role, known := m.choice("role", grant.ManagerNames...)
		status := m.status(authority.Active, authority.Inactive)
		if !found || !known || !o.once(m, lines, person, "manager of this reseller") {
			continue
		}
		o.grants(grant.Grant{Principal: person, Tenant: at, Role: grant.ManagerRole(role), Inactive: status == authority.Inactive})
		o.managerKey(m, person)
	}
}

// once refuses a second entry of the same person in one list.
func (o *organisation) once(m mapping, lines map[grant.PrincipalID]int, person grant.PrincipalID, as string) bool {
	if first, twice := lines[person]; twice {
		o.problem(m.at("person"), "this person is already a %s on line %d; remove one", as, first)
		return false
	}
	lines[person] = m.at("person")
	return true
}

// managerKey reads a manager's own token. There is one per person: a second would cancel the first at every apply.
func (o *organisation) managerKey(m mapping, person grant.PrincipalID) {
	key, ok := m.secret("api_token")
	if !ok {
		return
	}
	if !o.unique(m.at("api_token"), "manager", string(person), "an api_token of this person", "a manager has one, for all resellers") {
		return
	}
	o.credential(m, "api_token", authority.DirectoryCredential{Key: key, Credential: authority.Credential{
		Kind: authority.ManagerKey, Principal: person, Name: "api_token", Status: authority.Active,
	}}, "")
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
