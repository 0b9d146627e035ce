package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// place is where a client presented a token.
type place int

const (
	nowhere place = iota
	inAuthorization
	inCookie
	inQuery
)

// presented is a token and where it was.
type presented struct {
	token  secret.Text
	at     place
	proven bool // by the scheme DPoP: with a proof in a header of its own
}

// present finds the one token of a request among the places that the gateway's configuration names. More than one is
// refused: what is behind the gateway might believe another than the one that was looked at.
func (d demand) present(r *http.Request) (presented, error) {
	found := inHeaders(r)
	for _, cookie := range d.cookies(r) {
		found = append(found, presented{token: secret.Of(cookie.Value), at: inCookie})
	}
	queried, err := d.queried(r)
	if err != nil {
		return presented{}, err
	}
	for _, text := range queried {
		found = append(found, presented{token: secret.Of(text), at: inQuery})
	}
	switch {
	case len(found) == 0:
		return presented{}, fault.New(fault.Unauthenticated, authority.ReasonNobody, "A session token is required.")
	case len(found) > 1:
		return presented{}, fault.New(fault.Unauthenticated, reasonMany, "More than one token is presented.")
	case !dialect.IsVisible(found[0].token.Reveal()):
		return found[0], fault.New(fault.Unauthenticated, authority.ReasonUnknown, "The token is malformed.")
	}
	return found[0], nil
}

// inHeaders returns what follows the schemes Bearer (RFC 6750 §2.1) and DPoP (RFC 9449 §7.1); credentials of other
// schemes are for whoever is behind the gateway.
func inHeaders(r *http.Request) (found []presented) {
	for _, given := range r.Header.Values("Authorization") {
		scheme, token, _ := strings.Cut(given, " ")
		if proven := dialect.IsScheme(scheme, dialect.SchemeDPoP); proven || dialect.IsScheme(scheme, dialect.SchemeBearer) {
			found = append(found, presented{secret.Of(token), inAuthorization, proven})
		}
	}
	return found
}

func (d demand) cookies(r *http.Request) []*http.Cookie {
	if d.cookie == "" {
		return nil
	}
	return r.CookiesNamed(d.cookie)
}

// queried returns the values of the parameter in the query of the client's URL.
func (d demand) queried(r *http.Request) (tokens []string, _ error) {
	if d.query == "" {
		return nil, nil
	}
	target, err := d.from.target(r)
	if err != nil {
		return nil, err
	}
	for pair := range strings.SplitSeq(target.RawQuery, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil || name != d.query {
			continue // the client's own business with whoever is behind the gateway
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			value = "" // refused as malformed
		}
		tokens = append(tokens, value)
	}
	return tokens, nil
}
