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
	personsPath = "/v1/persons"
	personPath  = personsPath + "/{person}"
)

func (n native) personRoutes() []dialect.Route {
	k := principalKind{native: n, what: "person", list: personsPath, is: grant.PrincipalID.IsPerson, show: func(p authority.Principal) any { return showOnePerson(p) }}
	return append(k.routes(personPath),
		n.route(http.MethodGet, personsPath, grant.ReadDirectory, n.listPersons),
		n.route(http.MethodPost, personsPath, grant.ManageDirectory, func(c *dialect.Call) error { return n.createPerson(c, k) }),
		n.route(http.MethodPatch, personPath, grant.ManageDirectory, func(c *dialect.Call) error { return n.changePerson(c, k) }),
	)
}

// listPersons answers the people of an organisation, by ID.
func (n native) listPersons(c *dialect.Call) error {
	q, p, err := n.parseList(c, "organisation", "email", "name", "status")
	if err != nil {
		return err
	}
	f := authority.PrincipalFilter{Name: q["name"]}
	if q.Has("email") {
		var ok bool
		if f.Email, ok = authority.CheckEmail(q["email"]); !ok {
			return fault.BadParameter("email", "The parameter must be an e-mail.")
		}
	}
	return n.listPrincipals(c, q, p, f, func(p authority.Principal) any { return showOnePerson(p) })
}

func (n native) createPerson(c *dialect.Call, k principalKind) error {
	var body personRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	organisation, err := idText[tenant.ID]("organisation", body.Organisation)
	if err != nil {
		return err
	}
	if err := notEmpty(map[string]*string{"username": body.Username}); err != nil {
		return err
	}
	r := authority.PersonRequest{Organisation: organisation, Email: body.Email, Username: value(body.Username), Name: body.Name}
	if body.ID != nil {
		id := grant.PrincipalID(*body.ID)
		if r.Number = id.Number(); r.Number < 1 || id != grant.Person(r.Number) {
			return fault.BadParameter("id", "The ID of a person is \"person:\" and a number from 1.")
		}
	}
	return k.create(c, func(by authority.Actor) (authority.Principal, error) {
		return n.authority.CreatePerson(c.Context(), by, r)
	})
}

func (n native) changePerson(c *dialect.Call, k principalKind) error {
	var body personChange
	if err := decode(c, &body); err != nil {
		return err
	}
	if err := notEmpty(map[string]*string{"username": body.Username.value}); err != nil {
		return err
	}
	return k.change(c, authority.PrincipalChange{Email: body.Email, Username: body.Username.asked(), Name: body.Name, Status: wanted(body.Status)})
}

func showOnePerson(p authority.Principal) personAnswer {
	return personAnswer{serviceAnswer: showOneService(p), Email: optional(p.Email), Username: optional(p.Username)}
}
