package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	servicesPath = "/v1/services"
	servicePath  = servicesPath + "/{service}"
)

func (n native) serviceRoutes() []dialect.Route {
	k := principalKind{native: n, what: "service", list: servicesPath, is: isService, show: func(p authority.Principal) any { return showOneService(p) }}
	return append(k.routes(servicePath),
		n.route(http.MethodGet, servicesPath, grant.ReadDirectory, n.listServices),
		n.route(http.MethodPost, servicesPath, grant.ManageDirectory, func(c *dialect.Call) error { return n.createService(c, k) }),
		n.route(http.MethodPatch, servicePath, grant.ManageDirectory, func(c *dialect.Call) error { return n.changeService(c, k) }),
	)
}

// listServices answers the services of an organisation, by ID.
func (n native) listServices(c *dialect.Call) error {
	q, p, err := n.parseList(c, "organisation", "name", "status")
	if err != nil {
		return err
	}
	f := authority.PrincipalFilter{Services: true, Name: q["name"]}
	return n.listPrincipals(c, q, p, f, func(p authority.Principal) any { return showOneService(p) })
}

func (n native) createService(c *dialect.Call, k principalKind) error {
	var body serviceRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	organisation, err := idText[tenant.ID]("organisation", body.Organisation)
	if err != nil {
		return err
	}
	r := authority.ServiceRequest{Organisation: organisation, Name: body.Name}
	return k.create(c, func(by authority.Actor) (authority.Principal, error) {
		return n.authority.CreateService(c.Context(), by, r)
	})
}

func (n native) changeService(c *dialect.Call, k principalKind) error {
	var body serviceChange
	if err := decode(c, &body); err != nil {
		return err
	}
	return k.change(c, authority.PrincipalChange{Status: wanted(body.Status)})
}

func showOneService(p authority.Principal) serviceAnswer {
	return serviceAnswer{
		ID: string(p.ID), Organisation: optional(p.Organisation), Name: p.Name, Status: string(p.Status),
		SuspendedAt: formatTime(p.HeldAt), CreatedAt: formatTime(p.CreatedAt), UpdatedAt: formatTime(p.UpdatedAt),
	}
}
