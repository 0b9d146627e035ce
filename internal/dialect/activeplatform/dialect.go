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
		Name:   Name,
		Spaces: []string{"/api/v3"},
		Routes: []dialect.Route{{
			Method: http.MethodGet,
			Path:   "/api/v3/resellers/{reseller_id}/user_authentication/token",
			Access: dialect.ByCredential(keyHeader, grant.ActAsOwner, managerKey),
			Handle: p.mintLoginToken,
		}},
		Fail: fail,
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
