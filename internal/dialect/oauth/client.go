package oauth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// method is how a client proves itself; it is found, or not there.
type method func(h http.Header, f form) (proof authority.Proof, found bool, err error)

// clientProof returns what the client of a request proves itself by: exactly one method (RFC 6749 §2.3).
func (o oauth) clientProof(h http.Header, f form, path string) (proof authority.Proof, err error) {
	found := 0
	for _, read := range []method{basic, inBody, o.asserted(path)} {
		p, ok, err := read(h, f)
		if err != nil {
			return authority.Proof{}, err
		}
		if ok {
			found, proof = found+1, p
		}
	}
	switch found {
	case 0:
		return authority.Proof{}, fault.New(fault.Unauthenticated, authority.ReasonNobody, "Client authentication is required.")
	case 1:
		return proof, nil
	}
	return authority.Proof{}, fault.BadParameter("body", "A client authenticates by one method at a time.")
}

// basic reads HTTP Basic, in which client_id and secret are encoded like a form (RFC 6749 §2.3.1).
func basic(h http.Header, f form) (authority.Proof, bool, error) {
	given := h.Values("Authorization")
	switch len(given) {
	case 0:
		return authority.Proof{}, false, nil
	case 1:
	default:
		return authority.Proof{}, false, fault.BadParameter("Authorization", "The header is given more than once.")
	}
	id, clientSecret, ok := parseBasic(given[0])
	if !ok {
		return authority.Proof{}, false, fault.New(fault.Unauthenticated, authority.ReasonUnknown, "Client authentication failed.")
	}
	if f[clientField] != "" && f[clientField] != id {
		return authority.Proof{}, false, fault.BadParameter(clientField, "The parameter is not the client that authenticates.")
	}
	return authority.ByClient(id, secret.Of(clientSecret)), true, nil
}

func parseBasic(header string) (id, clientSecret string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if len(scheme) != len("Basic") || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	decoded, exact := web.DecodeBase64(strings.TrimLeft(encoded, " "))
	rawID, rawSecret, whole := strings.Cut(decoded, ":")
	if !exact || !whole {
		return "", "", false
	}
	id, err := url.QueryUnescape(rawID)
	clientSecret, failed := url.QueryUnescape(rawSecret)
	return id, clientSecret, err == nil && failed == nil && id != "" && web.Clean(id+clientSecret)
}

// inBody reads client_id and client_secret in the body, which the RFC allows to who cannot do otherwise.
func inBody(_ http.Header, f form) (authority.Proof, bool, error) {
	if f[secretField] == "" {
		return authority.Proof{}, false, nil
	}
	id, err := f.required(clientField)
	return authority.ByClient(id, secret.Of(f[secretField])), true, err
}

// asserted reads what a client has signed (RFC 7523) for the issuer, for the token endpoint or for this one.
func (o oauth) asserted(path string) method {
	return func(_ http.Header, f form) (authority.Proof, bool, error) {
		if f[assertionField] == "" && f[assertionTypeField] == "" {
			return authority.Proof{}, false, nil
		}
		if f[assertionTypeField] != assertionType {
			return authority.Proof{}, false, fault.BadParameter(assertionTypeField, "The parameter must be "+assertionType+".")
		}
		text, err := f.required(assertionField)
		audiences := []string{o.issuer, o.issuer + tokenPath, o.issuer + path}
		return authority.ByAssertion(f[clientField], secret.Of(text), audiences), true, err
	}
}
