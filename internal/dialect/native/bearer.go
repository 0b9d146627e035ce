package native

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

func audienceKey(c *dialect.Call) (authority.Proof, error) {
	key, err := parseBearer(c.Request.Header)
	return authority.ByKey(key), err
}

func sessionSecret(c *dialect.Call) (secret.Text, error) { return parseBearer(c.Request.Header) }

// parseBearer reads "Authorization: Bearer <secret>" (RFC 6750 §2.1): one header, the scheme in any letter case, one
// space, then visible ASCII only. Anything else fails with Unauthenticated. The secret's alphabet is wider than the
// RFC's b64token, because keys that customers bring are accepted as they are.
func parseBearer(header http.Header) (secret.Text, error) {
	given := header.Values("Authorization")
	if len(given) == 1 {
		scheme, credential, _ := strings.Cut(given[0], " ")
		if dialect.IsScheme(scheme, dialect.SchemeBearer) && dialect.IsVisible(credential) {
			return secret.Of(credential), nil
		}
	}
	return secret.Text{}, fault.New(fault.Unauthenticated, authority.ReasonNobody,
		"One header \"Authorization: Bearer …\" is required.")
}

// presents reports whether something was presented by a scheme, well-formed or not.
func presents(header http.Header, wanted string) bool {
	for _, given := range header.Values("Authorization") {
		if scheme, _, _ := strings.Cut(given, " "); dialect.IsScheme(scheme, wanted) {
			return true
		}
	}
	return false
}
