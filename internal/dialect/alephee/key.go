package alephee

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// keyHeader carries the key in place of the query, where it would get into logs and histories.
const keyHeader = "X-API-Key"

// What a key in the query is answered with when the operator has turned that on (RFC 9745; the date is that of the
// first release, which has always had the header).
const (
	deprecatedAt    = "@1767225600"
	deprecationLink = `<https://github.com/doorward/doorward/blob/main/internal/dialect/alephee/README.md>; rel="deprecation"; type="text/markdown"`
)

// keyed is what Check makes of every request.
type keyed interface{ presented() secret.Text }

// caller is the key of a request.
type caller struct{ key secret.Text } // empty: none was given

func (c caller) presented() secret.Text { return c.key }

// presentedKey returns the key of a request, which may be none at all; one given twice, whether in the query, in the
// header or in both, is malformed.
func presentedKey(r *http.Request, query web.Query) (secret.Text, error) {
	given := r.Header.Values(keyHeader)
	if query.Has(parameterKey) {
		given = append([]string{query[parameterKey]}, given...)
	}
	switch len(given) {
	case 0:
		return secret.Of(""), nil
	case 1:
		return secret.Of(given[0]), nil
	}
	if !query.Has(parameterKey) {
		return secret.Text{}, fault.BadParameter(keyHeader, "The header is given more than once.")
	}
	return secret.Text{}, fault.BadParameter(parameterKey, "The parameter is given more than once.")
}

func hasKeyInQuery(r *http.Request) bool {
	for name := range r.URL.Query() {
		if foldName(name) == parameterKey {
			return true
		}
	}
	return false
}

// proof is what Limit has looked up of the key that Check has read. No key is authenticated like a wrong one, so that it
// fails alike.
func proof(c *dialect.Call) (authority.Proof, error) { return c.Proof, nil }

// deprecate says that the key belongs into the header, when it was in the query and the operator wants it said.
func (d wire) deprecate(c *dialect.Call) {
	if d.options.DeprecateQueryKey && hasKeyInQuery(c.Request) {
		c.ResponseWriter.Header().Set("Deprecation", deprecatedAt)
		c.ResponseWriter.Header().Set("Link", deprecationLink)
	}
}
