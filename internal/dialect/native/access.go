package native

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

const basicScheme = "Basic"

// byAnybody lets in who presents a session, an access token or a key. With a permission it must hold it somewhere;
// where exactly is for the authority to decide.
func byAnybody(permission grant.Permission) dialect.Access {
	return dialect.ByCredential("Authorization: Bearer (session, access token or key) or Basic (key and secret)", permission, presented)
}

// presented reads what a request is authenticated by.
func presented(c *dialect.Call) (authority.Proof, error) {
	if given := c.Request.Header.Values("Authorization"); len(given) == 1 {
		if scheme, credentials, _ := strings.Cut(given[0], " "); isScheme(scheme, basicScheme) {
			return parseBasic(credentials)
		}
	}
	text, err := parseBearer(c.Request.Header)
	return authority.ByBearer(text), err
}

// parseBasic reads a key and its secret (RFC 7617); with an empty password the user name is a key of one string.
func parseBasic(credentials string) (authority.Proof, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(credentials)
	key, pairSecret, found := strings.Cut(string(raw), ":")
	if err != nil || !found || !isVisible(key) || strings.ContainsAny(credentials, "\r\n") {
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
		Method: method, Path: path, Access: byAnybody(permission),
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
