package oauth

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

// Name is what the directory file and the audit log call this dialect.
const Name = "oauth"

// The paths below the issuer.
const (
	tokenPath      = "/oauth2/token"
	introspectPath = "/oauth2/introspect"
	revokePath     = "/oauth2/revoke"
	keysPath       = "/oauth2/jwks"
	serverPath     = "/.well-known/oauth-authorization-server"
	resourcePath   = "/.well-known/oauth-protected-resource"
)

// Options are what an installation may vary.
type Options struct {
	PublicURL string // the issuer, without a trailing slash
}

// New returns the dialect over an authority.
func New(a *authority.Authority, o Options) dialect.Dialect {
	d := oauth{authority: a, issuer: o.PublicURL}
	return dialect.Dialect{
		Name:          Name,
		Specification: specification,
		Spaces:        []string{"/oauth2", serverPath, resourcePath},
		Routes: []dialect.Route{
			d.byClient(tokenPath, d.token, grantTypeField, scopeField, resourceField, audienceField, subjectField, subjectTypeField,
				actorField, actorTypeField, requestedTypeField),
			d.byClient(introspectPath, d.introspect, tokenField, hintField),
			d.byClient(revokePath, d.revoke, tokenField, hintField),
			{Method: http.MethodGet, Path: keysPath, Access: dialect.Open("public keys"), Check: noQuery, Handle: d.keys},
			{Method: http.MethodGet, Path: serverPath, Access: dialect.Open("describes this server"), Check: noQuery, Handle: d.describeServer},
			{Method: http.MethodGet, Path: resourcePath, Access: dialect.Open("describes this installation as a resource"), Check: noQuery, Handle: d.describeInstallation},
			{Method: http.MethodGet, Path: resourcePath + "/audiences/{id}", Access: dialect.Open("describes an audience as a resource"), Check: noQuery, Handle: d.describeAudience},
		},
		Fail: fail,
	}
}

type oauth struct {
	authority *authority.Authority
	issuer    string
}

// byClient is a route that clients post forms to.
func (o oauth) byClient(path string, handle func(c *dialect.Call, form form) error, fields ...string) dialect.Route {
	return dialect.Route{
		Method: http.MethodPost, Path: path,
		Check: func(c *dialect.Call) (err error) {
			c.Input, err = o.parse(c, path, fields)
			return err
		},
		Access: dialect.ByCredential("HTTP Basic, client_secret or client_assertion", "", func(c *dialect.Call) (authority.Proof, error) {
			return c.Input.(posted).proof, nil
		}),
		Handle: func(c *dialect.Call) error { return handle(c, c.Input.(posted).form) },
	}
}
