package directory

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// resource reads the identifier of an audience (RFC 8707 §2): an absolute URI without a fragment, one for each.
func (r *reader) resource(m mapping) string {
	text, ok := m.textUpTo("resource", maxURL)
	if !ok {
		return ""
	}
	if !authority.IsResource(text) {
		r.problem(m.at("resource"), "resource is not an absolute URI; write it such as https://api.example.com/orders, without a fragment")
		return ""
	}
	r.unique(m.at("resource"), "resource", text, "the resource "+shown(text), "give each audience a resource of its own")
	return text
}

// accessTokens reads how access tokens for an audience are made; what is left out is as the installation is configured.
func (r *reader) accessTokens(from mapping) (a authority.AccessTokens) {
	v, ok := from.values["access_token"]
	if !ok {
		return a
	}
	m, ok := r.mapping(v, "access_token", "format", "algorithm", "lifetime")
	if !ok {
		return a
	}
	if m.has("format") {
		format, _ := m.choice("format", string(authority.JWT), string(authority.Opaque))
		a.Format = authority.AccessFormat(format)
	}
	if m.has("algorithm") {
		algorithm, _ := m.choice("algorithm", string(secret.ES256), string(secret.EdDSA), string(secret.RS256))
		a.Algorithm = secret.Algorithm(algorithm)
	}
	if m.has("lifetime") {
		a.Lifetime, ok = m.duration("lifetime")
		if ok && (a.Lifetime < authority.ShortestAccess || a.Lifetime > authority.LongestAccess) {
			r.problem(m.at("lifetime"), "lifetime of an access token is out of range; it may be from 1m to 1h")
		}
	}
	return a
}
