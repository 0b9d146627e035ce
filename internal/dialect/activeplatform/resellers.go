package activeplatform

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// showReseller answers the reseller of the path.
func (p platform) showReseller(c *dialect.Call) error {
	id, err := parseReseller(c)
	if err != nil {
		return err
	}
	shown, err := p.authority.Tenant(c.Context(), c.By, id)
	if err != nil {
		return err
	}
	return writeOne(c, http.StatusOK, resellerOf(shown))
}

// listChildResellers answers all resellers downstream of that of the path, at any depth.
func (p platform) listChildResellers(c *dialect.Call) error {
	return p.listTenants(c, tenant.KindReseller, authority.AllLevels, resellerOf)
}

// listTenants answers a page of what is below the reseller of the path.
func (p platform) listTenants(c *dialect.Call, kind tenant.Kind, levels authority.Levels, show func(authority.ListedTenant) resource) error {
	below, err := parseReseller(c)
	if err != nil {
		return err
	}
	page, err := parsePage(c.Request)
	if err != nil {
		return err
	}
	listed, err := p.authority.Tenants(c.Context(), c.By, authority.TenantSet{Below: below, Kind: kind, Levels: levels}, page)
	if err != nil {
		return err
	}
	var entries []resource
	for _, t := range listed.Tenants {
		entries = append(entries, show(t))
	}
	return p.writeList(c, entries, page, listed.Total)
}

// parseReseller reads the reseller of the path, in a request whose query is well-formed whatever it says.
func parseReseller(c *dialect.Call) (tenant.ID, error) {
	n, err := parseID("reseller_id", c.Request.PathValue("reseller_id"))
	if err == nil {
		_, err = web.ParseQuery(c.Request, nil, queryNames...)
	}
	return tenant.Reseller(n), err
}

func resellerOf(t authority.ListedTenant) resource {
	attributes := resellerAttributes{
		Status: string(t.StatusNow()), CreatedAt: at(t.CreatedAt), UpdatedAt: at(t.UpdatedAt),
		General: resellerGeneral{Name: t.Name, CreatedAt: at(t.CreatedAt), UpdatedAt: at(t.UpdatedAt)},
	}
	if t.Parent.Kind() == tenant.KindReseller {
		attributes.Parent = new(t.Parent.Key())
	}
	return resource{ID: t.ID.Key(), Type: "resellers", Attributes: attributes}
}
