package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	rolesPath = "/v1/roles"
	rolePath  = rolesPath + "/{role}"
)

func (n native) roleRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, rolesPath, grant.ReadDirectory, n.listRoles),
		n.route(http.MethodPost, rolesPath, grant.ManageDirectory, n.createRole),
		n.route(http.MethodGet, rolePath, grant.ReadDirectory, n.showRole),
		n.route(http.MethodPatch, rolePath, grant.ManageDirectory, n.changeRole),
		n.route(http.MethodDelete, rolePath, grant.ManageDirectory, n.deleteRole),
	}
}

// listRoles answers the built-in roles and an organisation's own, by ID.
func (n native) listRoles(c *dialect.Call) error {
	q, p, err := n.parseList(c, "organisation")
	if err != nil {
		return err
	}
	organisation, err := n.reach(c, q["organisation"])
	if err != nil {
		return err
	}
	listed, err := n.authority.ListRoles(c.Context(), c.By, organisation, grant.RoleID(p.position), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(r grant.Role) string { return string(r.ID) }, showOneRole)
}

func (n native) createRole(c *dialect.Call) error {
	var body roleRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	organisation, err := idText[tenant.ID]("organisation", body.Organisation)
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		made, err := n.authority.CreateRole(c.Context(), by, organisation, body.Name, permissions(body.Permissions))
		return writeRole(c, http.StatusCreated, made, err)
	}, func(by authority.Actor, made string) error {
		role, err := n.authority.ReadRole(c.Context(), by, grant.RoleID(made))
		return writeRole(c, http.StatusCreated, role, err)
	})
}

func (n native) showRole(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	role, err := n.authority.ReadRole(c.Context(), c.By, grant.RoleID(c.PathValue("role")))
	return writeRole(c, http.StatusOK, role, err)
}

func (n native) changeRole(c *dialect.Call) error {
	var body roleChange
	if err := decode(c, &body); err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	changed, err := n.authority.ChangeRole(c.Context(), c.By, grant.RoleID(c.PathValue("role")), permissions(body.Permissions), match)
	return writeRole(c, http.StatusOK, changed, err)
}

func (n native) deleteRole(c *dialect.Call) error {
	if err := refuseInput(c); err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	return removed(c, n.authority.DeleteRole(c.Context(), c.By, grant.RoleID(c.PathValue("role")), match))
}

func writeRole(c *dialect.Call, status int, r grant.Role, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, authority.VersionOfRole(r))
	if status == http.StatusCreated {
		return created(c, at(rolesPath, string(r.ID)), showOneRole(r))
	}
	return answer(c, status, showOneRole(r))
}

func showOneRole(r grant.Role) roleAnswer {
	a := roleAnswer{ID: string(r.ID), Name: r.ID.Name(), BuiltIn: r.ID.BuiltIn(), Inherits: r.Inherits, Permissions: make([]string, len(r.Permissions))}
	for i, p := range r.Permissions {
		a.Permissions[i] = string(p)
	}
	if !a.BuiltIn {
		a.Organisation = optional(authority.OrganisationOf(r.ID))
	}
	return a
}

func permissions(texts []string) []grant.Permission {
	all := make([]grant.Permission, len(texts))
	for i, text := range texts {
		all[i] = grant.Permission(text)
	}
	return all
}
