package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	grantsPath = "/v1/grants"
	grantPath  = grantsPath + "/{principal}/{tenant}/{role}"
)

func (n native) grantRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, grantsPath, grant.ReadDirectory, n.listGrants),
		n.route(http.MethodPost, grantsPath, grant.ManageDirectory, n.giveGrant),
		n.route(http.MethodGet, grantPath, grant.ReadDirectory, n.showGrant),
		n.route(http.MethodPatch, grantPath, grant.ManageDirectory, n.changeGrant),
		n.route(http.MethodDelete, grantPath, grant.ManageDirectory, n.takeGrant),
	}
}

// listGrants answers the grants at one tenant or of one principal. Of a principal's those are left out that are where
// the actor does not read: such a part can be shorter than the limit, and is not the last while it has a cursor.
func (n native) listGrants(c *dialect.Call) error {
	q, p, err := n.parseList(c, "principal", "tenant", "role")
	if err != nil {
		return err
	}
	after, ok := authority.ParseGrantKey(p.position)
	if !ok && p.position != "" {
		return fault.BadParameter("cursor", "The parameter must be a next_cursor of this very list and filter.")
	}
	f := authority.GrantFilter{Principal: grant.PrincipalID(q["principal"]), Tenant: tenant.ID(q["tenant"]), Role: grant.RoleID(q["role"])}
	if f.Principal == "" && f.Tenant == "" {
		if f.Tenant, err = n.reach(c, ""); err != nil {
			return err
		}
	}
	listed, last, more, err := n.authority.ListGrants(c.Context(), c.By, f, after, p.limit)
	if err != nil {
		return err
	}
	a := listAnswer[grantAnswer]{Items: make([]grantAnswer, len(listed))}
	for i, g := range listed {
		a.Items[i] = showOneGrant(g)
	}
	if more {
		next := n.authority.Cursor(p.list, last.String())
		a.NextCursor = &next
	}
	return answer(c, http.StatusOK, a)
}

func (n native) giveGrant(c *dialect.Call) error {
	var body grantRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	g, err := body.grant()
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		given, err := n.authority.GiveGrant(c.Context(), by, g)
		return writeGrant(c, http.StatusCreated, given, err)
	}, func(by authority.Actor, made string) error {
		key, _ := authority.ParseGrantKey(made)
		given, err := n.authority.ReadGrant(c.Context(), by, key)
		return writeGrant(c, http.StatusCreated, given, err)
	})
}

func (body grantRequest) grant() (g grant.Grant, err error) {
	if g.Principal, err = idText[grant.PrincipalID]("principal", body.Principal); err != nil {
		return g, err
	}
	if g.Tenant, err = idText[tenant.ID]("tenant", body.Tenant); err != nil {
		return g, err
	}
	if g.Role, err = idText[grant.RoleID]("role", body.Role); err != nil {
		return g, err
	}
	inactive, err := parseInactive(body.Status)
	if inactive != nil {
		g.Inactive = *inactive
	}
	if body.Primary != nil {
		g.Primary = *body.Primary
	}
	return g, err
}

func parseInactive(status *string) (*bool, error) {
	if status == nil {
		return nil, nil
	}
	inactive := *status == string(authority.Inactive)
	if !inactive && *status != string(authority.Active) {
		return nil, fault.BadParameter("status", "A grant is active or inactive.")
	}
	return &inactive, nil
}

// keyOf reads which grant a path names.
func keyOf(c *dialect.Call) authority.GrantKey {
	return authority.GrantKey{
		Principal: grant.PrincipalID(c.PathValue("principal")), Tenant: tenant.ID(c.PathValue("tenant")), Role: grant.RoleID(c.PathValue("role")),
	}
}

func (n native) showGrant(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	g, err := n.authority.ReadGrant(c.Context(), c.By, keyOf(c))
	return writeGrant(c, http.StatusOK, g, err)
}

func (n native) changeGrant(c *dialect.Call) (err error) {
	var body grantPatch
	if err := decode(c, &body); err != nil {
		return err
	}
	change := authority.GrantChange{Primary: body.Primary}
	if change.Match, err = parseMatch(c.Request); err != nil {
		return err
	}
	if change.Inactive, err = parseInactive(body.Status); err != nil {
		return err
	}
	g, err := n.authority.ChangeGrant(c.Context(), c.By, keyOf(c), change)
	return writeGrant(c, http.StatusOK, g, err)
}

func (n native) takeGrant(c *dialect.Call) error {
	if err := refuseInput(c); err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	return removed(c, n.authority.TakeGrant(c.Context(), c.By, keyOf(c), match))
}

func writeGrant(c *dialect.Call, status int, g grant.Grant, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, authority.VersionOfGrant(g))
	if status == http.StatusCreated {
		return created(c, at(grantsPath, string(g.Principal), string(g.Tenant), string(g.Role)), showOneGrant(g))
	}
	return answer(c, status, showOneGrant(g))
}

func showOneGrant(g grant.Grant) grantAnswer {
	a := grantAnswer{Principal: string(g.Principal), Tenant: string(g.Tenant), Role: string(g.Role), Status: string(authority.Active), Primary: g.Primary}
	if g.Inactive {
		a.Status = string(authority.Inactive)
	}
	return a
}
