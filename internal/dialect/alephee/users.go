package alephee

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// webAPI is the module whose tokens this API itself asks for.
const webAPI authority.AudienceID = 2

// usersParameters is what a well-formed request for an account's users says.
type usersParameters struct {
	caller
	page
	account int64
	token   secret.Text // perhaps none and perhaps nobody's
}

func parseUsers(r *http.Request) (p usersParameters, err error) {
	query, err := web.ParseQuery(r, foldName, parameterNames...)
	if err != nil {
		return p, err
	}
	if p.key, err = presentedKey(r, query); err != nil {
		return p, err
	}
	if p.account, err = parseAccount(r, query); err != nil {
		return p, err
	}
	p.token = secret.Of(query[parameterToken])
	p.page, err = parsePage(query)
	return p, err
}

func (d wire) checkUsers(c *dialect.Call) error {
	d.deprecate(c)
	parameters, err := parseUsers(c.Request)
	c.Input = parameters
	return err
}

func (p usersParameters) checkRequest() authority.CheckRequest {
	return authority.CheckRequest{Token: p.token, Account: tenant.Account(p.account), Audience: webAPI}
}

// pretendToCheck does for a key that is refused what is done for one whose token is, since the answer is the same.
func (d wire) pretendToCheck(c *dialect.Call) error {
	return d.authority.PretendToCheckLoginToken(c.Context(), c.Input.(usersParameters).checkRequest())
}

// listUsers answers GET /v2/accounts/{accountId}/users. The validation token is checked and not spent.
func (d wire) listUsers(c *dialect.Call) error {
	p := c.Input.(usersParameters)
	if _, err := d.authority.CheckLoginToken(c.Context(), c.By, p.checkRequest()); err != nil {
		return err
	}
	members, total, err := d.authority.Members(c.Context(), c.By, tenant.Account(p.account), authority.MemberPage{
		ByName: p.order.byName, Descending: p.order.descending, Offset: p.offset, Limit: p.limit,
	})
	if err != nil {
		return err
	}
	users := make([]user, 0, len(members))
	for _, m := range members {
		users = append(users, user{ID: m.ID.Number(), Name: m.Name, Email: m.Email})
	}
	return writeList(c.ResponseWriter, p.page, total, users)
}
