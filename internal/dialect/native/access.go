package native

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const basicScheme = "Basic"

// byAnybody lets in who presents a session, an access token or a key. With a permission it must hold it somewhere;
// where exactly is for the authority to decide.
func (n native) byAnybody(permission grant.Permission) dialect.Access {
	const where = "Authorization: Bearer (session, access token or key), DPoP (access token with a proof) or Basic (key and secret)"
	return dialect.ByCredential(where, permission, n.presented)
}

// presented reads what a request is authenticated by.
func (n native) presented(c *dialect.Call) (authority.Proof, error) {
	if given := c.Request.Header.Values("Authorization"); len(given) == 1 {
		scheme, credentials, _ := strings.Cut(given[0], " ")
		switch {
		case dialect.IsScheme(scheme, basicScheme):
			return parseBasic(credentials)
		case dialect.IsScheme(scheme, dialect.SchemeDPoP) && dialect.IsVisible(credentials):
			return n.parsePossession(c, secret.Of(credentials))
		}
	}
	text, err := parseBearer(c.Request.Header)
	return authority.ByBearer(text), err
}

// parsePossession reads an access token that is bound to a key and the proof of that key (RFC 9449 §7.1). The proof is for
// the public URL: what a proxy in front calls us, or a client in Host, is nobody's claim to check.
func (n native) parsePossession(c *dialect.Call, token secret.Text) (authority.Proof, error) {
	proof, err := dialect.ParseProof(c.Request.Header)
	return authority.ByBoundToken(token, authority.Possession{
		Proof: proof, Method: c.Request.Method, URL: n.publicURL + c.Request.URL.EscapedPath(),
	}), err
}

// parseBasic reads a key and its secret (RFC 7617); with an empty password the user name is a key of one string.
func parseBasic(credentials string) (authority.Proof, error) {
	decoded, exact := web.DecodeBase64(credentials)
	key, pairSecret, found := strings.Cut(decoded, ":")
	if !exact || !found || !dialect.IsVisible(key) {
		return authority.Proof{}, fault.New(fault.Unauthenticated, authority.ReasonNobody,
			"One header \"Authorization\" with a key and its secret is required.")
	}
	if pairSecret == "" {
		return authority.ByKey(secret.Of(key)), nil
	}
	return authority.ByKeyPair(secret.Of(key), secret.Of(pairSecret)), nil
}

// route is a route of the API proper: authenticated, within the credential's allowance, and then handled.
func (n native) route(method, path string, permission grant.Permission, handle func(*dialect.Call) error) dialect.Route {
	return n.limited(defaultPolicy, method, path, permission, handle)
}

// limited is route under an allowance of its own.
func (n native) limited(policy, method, path string, permission grant.Permission, handle func(*dialect.Call) error) dialect.Route {
	return dialect.Route{
		Method: method, Path: path, Access: n.byAnybody(permission),
		Handle: func(c *dialect.Call) error {
			if err := n.limits.take(c, policy); err != nil {
				return err
			}
			return handle(c)
		},
	}
}

// created answers what a POST has made, and where it is.
func created(c *dialect.Call, at string, v any) error {
	c.ResponseWriter.Header().Set("Location", at)
	return answer(c, http.StatusCreated, v)
}
