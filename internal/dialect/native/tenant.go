package native

import (
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	tenantsPath = "/v1/tenants"
	tenantPath  = tenantsPath + "/{tenant}"
)

var tenantKinds = []tenant.Kind{tenant.KindOrganisation, tenant.KindReseller, tenant.KindAccount, tenant.KindUnit}

func (n native) tenantRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, tenantsPath, grant.ReadDirectory, n.listTenants),
		n.route(http.MethodPost, tenantsPath, grant.ManageDirectory, n.createTenant),
		n.route(http.MethodGet, tenantPath, grant.ReadDirectory, n.showTenant),
		n.route(http.MethodPatch, tenantPath, grant.ManageDirectory, n.changeTenant),
		n.route(http.MethodPost, tenantPath+"/suspend", grant.ManageDirectory, n.holdTenant((*authority.Authority).SuspendTenant)),
		n.route(http.MethodPost, tenantPath+"/resume", grant.ManageDirectory, n.holdTenant((*authority.Authority).ResumeTenant)),
	}
}

// listTenants answers the tenants below one, by ID.
func (n native) listTenants(c *dialect.Call) error {
	q, p, err := n.parseList(c, "below", "parent", "kind", "name", "status")
	if err != nil {
		return err
	}
	f := authority.TenantFilter{Parent: tenant.ID(q["parent"]), Kind: tenant.Kind(q["kind"]), Name: q["name"], Below: tenant.ID(q["below"])}
	if f.Kind != "" && !slices.Contains(tenantKinds, f.Kind) {
		return fault.BadParameter("kind", "A tenant is an organisation, a reseller, an account or a unit.")
	}
	if f.Status, err = parseStatus(q, authority.Active, authority.Suspended); err != nil {
		return err
	}
	if f.Parent == "" {
		if f.Below, err = n.reach(c, q["below"]); err != nil {
			return err
		}
	}
	listed, err := n.authority.ListTenants(c.Context(), c.By, f, tenant.ID(p.position), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(t authority.Tenant) string { return string(t.ID) }, showOneTenant)
}

func (n native) createTenant(c *dialect.Call) error {
	var body tenantRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	r, err := body.request()
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		made, err := n.authority.CreateTenant(c.Context(), by, r)
		return writeMadeTenant(c, made, err)
	}, func(by authority.Actor, made string) error {
		listed, err := n.authority.Tenant(c.Context(), by, tenant.ID(made))
		return writeMadeTenant(c, listed.Tenant, err)
	})
}

func (body tenantRequest) request() (r authority.TenantRequest, err error) {
	if err := notEmpty(map[string]*string{"name": body.Name, "portal": body.Portal}); err != nil {
		return r, err
	}
	if r.Profile, err = body.Profile.profile(); err != nil {
		return r, err
	}
	r.Kind, r.Name, r.Portal = tenant.Kind(body.Kind), value(body.Name), value(body.Portal)
	if r.Parent, err = idText[tenant.ID]("parent", body.Parent); err != nil {
		return r, err
	}
	if body.ID != nil {
		id, err := idText[tenant.ID]("id", *body.ID)
		if err != nil {
			return r, err
		}
		if r.Key = id.Key(); id.Kind() != r.Kind || r.Key == "" {
			return r, fault.BadParameter("id", "The ID of a tenant is its kind, a colon and what names it among its kind.")
		}
	}
	if body.Owner != nil {
		r.Owner, err = idText[grant.PrincipalID]("owner", *body.Owner)
	}
	return r, err
}

func writeMadeTenant(c *dialect.Call, made authority.Tenant, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, made.UpdatedAt)
	return created(c, at(tenantsPath, string(made.ID)), showOneTenant(made))
}

func (n native) showTenant(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	shown, err := n.authority.Tenant(c.Context(), c.By, tenant.ID(c.PathValue("tenant")))
	return writeTenant(c, shown.Tenant, err)
}

func writeTenant(c *dialect.Call, t authority.Tenant, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, t.UpdatedAt)
	return answer(c, http.StatusOK, showOneTenant(t))
}

func (n native) changeTenant(c *dialect.Call) error {
	var body tenantChange
	if err := decode(c, &body); err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	change := authority.TenantChange{Match: match, Name: body.Name, Status: wanted(body.Status), Portal: body.Portal.asked()}
	if err := notEmpty(map[string]*string{"portal": body.Portal.value}); err != nil {
		return err
	}
	if body.Profile.given {
		profile, err := body.Profile.value.profile()
		if err != nil {
			return err
		}
		change.Profile = &profile
	}
	if body.Parent != nil {
		parent, err := idText[tenant.ID]("parent", *body.Parent)
		if err != nil {
			return err
		}
		change.Parent = &parent
	}
	changed, err := n.authority.ChangeTenant(c.Context(), c.By, tenant.ID(c.PathValue("tenant")), change)
	return writeTenant(c, changed, err)
}
