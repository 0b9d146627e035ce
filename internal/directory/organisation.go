package directory

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// organisation is one organisation while it is read: what its own entries may refer to.
type organisation struct {
	*reader
	name     string
	people   map[string]grant.PrincipalID // by canonical e-mail and user name
	units    map[string]bool
	roles    map[string]bool
	accounts map[int64]bool
}

func (o *organisation) id() tenant.ID { return tenant.Organisation(o.name) }

// organisation reads an organisation in the order of what refers to what, whatever the order in the file.
func (r *reader) organisation(from item) {
	m, ok := r.mapping(from, "an organisation", "name", "status", "units", "roles", "people", "resellers", "api_keys")
	if !ok {
		return
	}
	o := r.openOrganisation(m)
	r.directory.Tenants = append(r.directory.Tenants, authority.Tenant{
		ID: o.id(), Parent: tenant.Installation, Name: o.name, Position: r.next(),
		Status: m.status(authority.Active, authority.Suspended),
	})
	for one := range m.list("units") {
		o.unit(one)
	}
	for one := range m.list("roles") {
		o.role(one)
	}
	for one := range m.list("people") {
		o.person(one)
	}
	for one := range m.list("resellers") {
		o.reseller(one, above{o.id()})
	}
	for one := range m.list("api_keys") {
		o.apiKey(one)
	}
}

// openOrganisation returns what the entries below are read into, whatever is wrong with the name, so that their
// problems are found too: a second organisation of a name is read as a part of the first.
func (r *reader) openOrganisation(m mapping) *organisation {
	m.require("name")
	name, ok := m.text("name")
	if ok {
		r.organisationName(m.at("name"), name)
	} else {
		name = placeholderName(m)
	}
	if o := r.organisations[name]; o != nil {
		return o
	}
	o := &organisation{
		reader: r, name: name, people: map[string]grant.PrincipalID{}, units: map[string]bool{},
		roles: map[string]bool{}, accounts: map[int64]bool{},
	}
	r.organisations[name] = o
	return o
}

func (r *reader) organisationName(line int, name string) {
	if wrong := authority.CheckOrganisationName(name); wrong != "" {
		r.problem(line, "%s", wrong)
		return
	}
	r.unique(line, "organisation", name, "the organisation "+shown(name), "put both into one")
}

// placeholderName stands for a name that cannot be used, so that what depends on it is no further problem.
func placeholderName(m mapping) string { return "line " + number(int64(m.line)) }

func (o *organisation) unit(from item) {
	m, ok := o.mapping(from, "a unit", "id", "name", "status")
	if !ok {
		return
	}
	m.require("id", "name")
	var id string
	if v, written := m.values["id"]; written {
		if id, ok = o.unitKey(v, "id"); ok && o.unique(v.line, "unit", id, "the unit "+id, "give each unit an id of its own") {
			o.units[id] = true
		}
	}
	o.directory.Tenants = append(o.directory.Tenants, authority.Tenant{
		ID: tenant.Unit(id), Parent: o.id(), Name: m.optional("name"), Position: o.next(),
		Status: m.status(authority.Active, authority.Suspended),
	})
}

func (o *organisation) unitKey(v item, what string) (string, bool) {
	text, ok := o.scalar(v, what)
	if ok && !authority.IsUnitKey(text) {
		o.problem(v.line, "%s %s is not a unit's id; write 32 upper-case hexadecimal digits", what, shown(text))
		return "", false
	}
	return text, ok
}

func (o *organisation) role(from item) {
	m, ok := o.mapping(from, "a role", "name", "permissions")
	if !ok {
		return
	}
	m.require("name", "permissions")
	name, named := m.text("name")
	if named {
		o.unique(m.at("name"), "role "+o.name, name, "the role "+shown(name), "put both into one")
		o.roles[name] = true
	}
	role := grant.Role{ID: grant.OrganisationRole(o.name, name)}
	words, _ := m.words("permissions", func(v item) (string, bool) { return o.rolePermission(v) })
	for _, word := range words {
		role.Permissions = append(role.Permissions, grant.Permission(word))
	}
	o.directory.Roles = append(o.directory.Roles, role)
}

func (o *organisation) permission(v item) (string, bool) {
	text, ok := o.plain(v, "a permission", maxText)
	if ok && !authority.IsPermissionShaped(text) {
		o.problem(v.line, "the permission %s is malformed; begin with a letter, go on with letters, digits and . _ : -", shown(text))
		return "", false
	}
	return text, ok
}

// rolePermission refuses Doorward's own permissions: an organisation's role is about the platform, and must not make
// its holders integrators or operators.
func (o *organisation) rolePermission(v item) (string, bool) {
	text, ok := o.permission(v)
	if grant.Permission(text).IsOwn() {
		o.problem(v.line, "the permission %q is Doorward's own; an organisation's role has the platform's permissions only", text)
		return "", false
	}
	return text, ok
}

// find resolves a reference to a person of the organisation, by e-mail or user name.
func (o *organisation) find(m mapping, key string) (grant.PrincipalID, bool) {
	name, ok := m.text(key)
	if !ok {
		return "", false
	}
	canonical, _ := authority.Canonical(name)
	id, ok := o.people[canonical]
	if !ok {
		o.problem(m.at(key), "there is no person %s in the organisation %s; write the e-mail or user name of one under people",
			shown(name), shown(o.name))
	}
	return id, ok
}

// grants adds a grant, in the order of the file.
func (r *reader) grants(g grant.Grant) {
	g.Position = r.next()
	r.directory.Grants = append(r.directory.Grants, g)
}
