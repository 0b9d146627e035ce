package oauth

import (
	"net/http"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/web"
)

// The grants.
const (
	clientCredentials = "client_credentials"
	tokenExchange     = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// token issues an access token.
func (o oauth) token(c *dialect.Call, f form) error {
	kind, err := f.required(grantTypeField)
	if err != nil {
		return err
	}
	asked, err := accessAsked(f)
	if err != nil {
		return err
	}
	if err := checkRequestedType(f); err != nil {
		return err
	}
	if err := o.proveKey(c, &asked); err != nil {
		return err
	}
	switch kind {
	case clientCredentials:
		issued, err := o.authority.IssueAccessToken(c.Context(), c.By, asked)
		if err != nil {
			return refusedOf(err)
		}
		return o.answerToken(c, issued, "")
	case tokenExchange:
		return o.exchange(c, f, asked)
	}
	return &fault.Error{
		Kind: fault.Malformed, Reason: reasonGrant, Parameter: grantTypeField, Message: "There is no such grant here.",
	}
}

// accessAsked reads for which resource an access token is asked and to what it is narrowed. audience is another name of
// resource, as many clients have it.
func accessAsked(f form) (r authority.AccessTokenRequest, err error) {
	r.Resource = f[resourceField]
	if other := f[audienceField]; other != "" && r.Resource != "" && other != r.Resource {
		return r, &fault.Error{
			Kind: fault.Malformed, Reason: authority.ReasonUnknownAudience, Parameter: resourceField + " " + audienceField,
			Message: "An access token is for one resource.",
		}
	} else if other != "" {
		r.Resource = other
	}
	r.Permissions, err = parseScope(f[scopeField])
	return r, err
}

// parseScope reads permissions separated by single spaces (RFC 6749 §3.3); nil: none was asked for.
func parseScope(text string) (permissions []grant.Permission, err error) {
	if text == "" {
		return nil, nil
	}
	seen := map[string]bool{}
	for name := range strings.SplitSeq(text, " ") {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			return nil, &fault.Error{
				Kind: fault.Malformed, Reason: authority.ReasonNotHeld, Parameter: scopeField,
				Message: "The parameter must be permissions separated by single spaces.",
			}
		}
		if !seen[name] {
			seen[name] = true
			permissions = append(permissions, grant.Permission(name))
		}
	}
	return permissions, nil
}

func (o oauth) answerToken(c *dialect.Call, issued authority.IssuedAccessToken, issuedType string) error {
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, tokenAnswer{
		AccessToken: issued.Token.Reveal(), TokenType: tokenType(issued.Session), IssuedTokenType: issuedType,
		// Cut off: an answer never promises more than the token has.
		ExpiresIn: int64(issued.Session.ExpiresAt.Sub(issued.Session.OpenedAt) / time.Second),
		Scope:     scopeOf(issued.Session.Permissions),
	})
}

// tokenType says how an access token is presented (RFC 6750, RFC 9449).
func tokenType(s authority.Session) string {
	if s.Thumbprint != "" {
		return "DPoP"
	}
	return "Bearer"
}

func scopeOf(permissions []grant.Permission) string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}
	return strings.Join(names, " ")
}
