package activeplatform

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// Name is what the directory file and the audit log call this dialect.
const Name = "activeplatform"

const keyHeader = "X-Api-Token"

// Options are an operator's choices; the zero value is the default of each.
type Options struct {
	TokenLifetime time.Duration        // of an owner token, within the audience's range; 0: 5 minutes
	Audience      authority.AudienceID // that owner tokens are minted for; 0: 3
	PublicURL     string               // that links begin with, without a trailing slash; empty: they begin with the path
}

// New returns the dialect over an authority.
func New(a *authority.Authority, o Options) dialect.Dialect {
	if o.TokenLifetime == 0 {
		o.TokenLifetime = 5 * time.Minute
	}
	if o.Audience == 0 {
		o.Audience = 3
	}
	p := platform{authority: a, options: o}
	return dialect.Dialect{
		Name:          Name,
		Specification: specification,
		Spaces:        []string{"/api/v3"},
		Routes: []dialect.Route{
			get("/user_authentication/token", grant.ActAsOwner, p.mintLoginToken),
			get("", grant.ReadDirectory, p.showReseller),
			get("/child_resellers", grant.ReadDirectory, p.listChildResellers),
			get("/accounts", grant.ReadDirectory, p.listAccounts),
			get("/accounts/{account_id}", grant.ReadDirectory, p.showAccount),
			get("/child_reseller_accounts", grant.ReadDirectory, p.listChildAccounts),
			get("/child_reseller_accounts/{account_id}", grant.ReadDirectory, p.showChildAccount),
			get("/managers", grant.ReadDirectory, p.listManagers),
			below(http.MethodPost, "/managers/{manager_id}/api_token", grant.ReadDirectory, p.regenerateManagerKey),
		},
		Fail: fail,
	}
}

func get(path string, permission grant.Permission, handle func(c *dialect.Call) error) dialect.Route {
	return below(http.MethodGet, path, permission, handle)
}

// below is a route below one reseller for who holds a permission somewhere; where is for the authority to decide.
func below(method, path string, permission grant.Permission, handle func(c *dialect.Call) error) dialect.Route {
	return dialect.Route{
		Method: method, Path: "/api/v3/resellers/{reseller_id}" + path,
		Access: dialect.ByCredential(keyHeader, permission, managerKey), Handle: handle,
	}
}

type platform struct {
	authority *authority.Authority
	options   Options
}

// managerKey reads the manager's personal token, which must be there exactly once.
func managerKey(c *dialect.Call) (authority.Proof, error) {
	given := c.Request.Header.Values(keyHeader)
	if len(given) != 1 || given[0] == "" {
		return authority.Proof{}, fault.New(fault.Unauthenticated, authority.ReasonNobody, "The header "+keyHeader+" is required exactly once.")
	}
	return authority.ByKey(secret.Of(given[0])), nil
}
