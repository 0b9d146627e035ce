package crmcom

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const headerAuthorization = "Authorization"

// checkKeyLogin keeps as Input the key of the header and the unit of the body, which real clients leave out altogether.
func checkKeyLogin(c *dialect.Call) error {
	user, password, err := basic(c.Request.Header)
	if err != nil {
		return err
	}
	var body keyLoginRequest
	if len(bytes.TrimSpace(c.Body)) > 0 {
		if err := web.DecodeJSON(c.Body, &body, false); err != nil {
			return err
		}
	}
	c.Input = loginInput{proof: keyProof(user, password), unit: body.Unit}
	return nil
}

// keyProof takes a user name alone for a key, and one with a password for nothing but a key pair: a key of one string
// is refused with whatever password (WIRE.md §4).
func keyProof(user, password secret.Text) authority.Proof {
	if password.IsZero() {
		return authority.ByKey(user)
	}
	return authority.ByKeyPairOnly(user, password)
}

// basic reads HTTP Basic credentials (RFC 7617), the scheme in any letter case. Real clients leave out the colon that
// ends the user name, which net/http does not accept. It fails with Malformed, naming the header and nothing of it.
func basic(h http.Header) (user, password secret.Text, err error) {
	given := h.Values(headerAuthorization)
	switch {
	case len(given) == 0:
		return user, password, missing(headerAuthorization)
	case len(given) > 1:
		return user, password, fault.BadParameter(headerAuthorization, "The header is given more than once.")
	}
	scheme, encoded, _ := strings.Cut(given[0], " ")
	decoded, exact := web.DecodeBase64(strings.Trim(encoded, " "))
	// By length too: to Unicode a long s is an s.
	if len(scheme) != len("Basic") || !strings.EqualFold(scheme, "Basic") || !exact || !web.Clean(decoded) {
		return user, password, fault.BadParameter(headerAuthorization, "It must be Basic and the key in base64.")
	}
	name, rest, _ := strings.Cut(decoded, ":")
	if name == "" {
		return user, password, missing(headerAuthorization)
	}
	return secret.Of(name), secret.Of(rest), nil
}
