package native

import (
	"context"
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/web"
)

// principalKind is what people and services have in common on the wire.
type principalKind struct {
	native
	what string
	list string
	is   func(grant.PrincipalID) bool
	show func(authority.Principal) any
}

func (k principalKind) routes(path string) []dialect.Route {
	return []dialect.Route{
		k.route(http.MethodGet, path, grant.ReadDirectory, k.read),
		k.route(http.MethodDelete, path, grant.ManageDirectory, k.remove),
		k.route(http.MethodPost, path+"/suspend", grant.ManageDirectory, k.hold((*authority.Authority).SuspendPrincipal)),
		k.route(http.MethodPost, path+"/resume", grant.ManageDirectory, k.hold((*authority.Authority).ResumePrincipal)),
	}
}

// id reads which principal a path names; one of the other kind is none.
func (k principalKind) id(c *dialect.Call) (grant.PrincipalID, error) {
	id := grant.PrincipalID(c.PathValue(k.what))
	if !k.is(id) {
		return "", noSuch(k.what)
	}
	return id, nil
}

func (k principalKind) read(c *dialect.Call) error {
	id, err := k.id(c)
	if err == nil {
		err = refuseQuery(c.Request)
	}
	if err != nil {
		return err
	}
	found, err := k.authority.ReadPrincipal(c.Context(), c.By, id)
	return k.write(c, http.StatusOK, found.Principal, err)
}

func (k principalKind) create(c *dialect.Call, make func(by authority.Actor) (authority.Principal, error)) error {
	return k.once(c, func(by authority.Actor) error {
		made, err := make(by)
		return k.write(c, http.StatusCreated, made, err)
	}, func(by authority.Actor, made string) error {
		found, err := k.authority.ReadPrincipal(c.Context(), by, grant.PrincipalID(made))
		return k.write(c, http.StatusCreated, found.Principal, err)
	})
}

func (k principalKind) change(c *dialect.Call, change authority.PrincipalChange) (err error) {
	id, err := k.id(c)
	if err != nil {
		return err
	}
	if change.Match, err = parseMatch(c.Request); err != nil {
		return err
	}
	changed, err := k.authority.ChangePrincipal(c.Context(), c.By, id, change)
	return k.write(c, http.StatusOK, changed, err)
}

// remove deletes a principal: it does not count any more, and its names stay its own.
func (k principalKind) remove(c *dialect.Call) error {
	id, err := k.id(c)
	if err == nil {
		err = refuseInput(c)
	}
	if err != nil {
		return err
	}
	match, err := parseMatch(c.Request)
	if err != nil {
		return err
	}
	return removed(c, k.authority.DeletePrincipal(c.Context(), c.By, id, match))
}

func (k principalKind) hold(hold func(*authority.Authority, context.Context, authority.Actor, string) (bool, authority.Ends, error)) func(*dialect.Call) error {
	return func(c *dialect.Call) error {
		id, err := k.id(c)
		if err == nil {
			err = refuseInput(c)
		}
		if err != nil {
			return err
		}
		changed, ends, err := hold(k.authority, c.Context(), c.By, string(id))
		if err != nil && fault.KindOf(err) == fault.NotFound {
			err = noSuch(k.what) // in words that do not repeat what somebody made up
		}
		return writeHeld(c, changed, ends, err)
	}
}

func (k principalKind) write(c *dialect.Call, status int, p authority.Principal, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, p.UpdatedAt)
	if status == http.StatusCreated {
		return created(c, at(k.list, string(p.ID)), k.show(p))
	}
	return answer(c, status, k.show(p))
}

// listPrincipals answers the principals of an organisation that a filter selects, by ID.
func (n native) listPrincipals(c *dialect.Call, q web.Query, p part, f authority.PrincipalFilter, show func(authority.Principal) any) (err error) {
	if f.Status, err = parseStatus(q, authority.Active, authority.Inactive, authority.Deleted, authority.Suspended); err != nil {
		return err
	}
	if f.Organisation, err = n.reach(c, q["organisation"]); err != nil {
		return err
	}
	listed, err := n.authority.ListPrincipals(c.Context(), c.By, f, grant.PrincipalID(p.position), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(p authority.Principal) string { return string(p.ID) }, show)
}

// refuseInput refuses a query, and a body where there is nothing to say.
func refuseInput(c *dialect.Call) error {
	if len(c.Body) == 0 {
		return refuseQuery(c.Request)
	}
	var empty struct{}
	return decode(c, &empty)
}

// removed answers that something is gone.
func removed(c *dialect.Call, err error) error {
	if err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}
