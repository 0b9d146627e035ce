package client

import (
	"net/http"
	"strings"
)

// presented is what a request is authenticated by.
type presented struct {
	scheme string // bearer, dpop or cookie
	token  string
}

const (
	schemeBearer = "bearer"
	schemeDPoP   = "dpop"
	schemeCookie = "cookie"
)

// presentedIn reads one Authorization header, or else the session cookie, if the requirement takes one. A token in a
// query or a form is never looked at.
func presentedIn(r *http.Request, cookie string) (presented, error) {
	given := r.Header.Values("Authorization")
	switch {
	case len(given) > 1:
		return presented{}, refuse(ReasonMalformed)
	case len(given) == 1:
		scheme, token, _ := strings.Cut(given[0], " ")
		scheme = strings.ToLower(scheme)
		if scheme != schemeBearer && scheme != schemeDPoP {
			return presented{}, refuse(ReasonScheme)
		}
		if token == "" || strings.ContainsAny(token, " \t,") {
			return presented{}, refuse(ReasonMalformed)
		}
		return presented{scheme: scheme, token: token}, nil
	case cookie == "":
		return presented{}, refuse(ReasonMissing)
	}
	found := r.CookiesNamed(cookie)
	switch {
	case len(found) == 0 || len(found) == 1 && found[0].Value == "":
		return presented{}, refuse(ReasonMissing)
	case len(found) > 1: // one that was planted beside ours cannot be told from it
		return presented{}, refuse(ReasonMalformed)
	}
	return presented{scheme: schemeCookie, token: found[0].Value}, nil
}

// VerifyRequest returns who a request comes from, as the middleware does that Require makes, and by the same rules.
func (v *Verifier) VerifyRequest(r *http.Request, need Requirement) (Identity, error) {
	p, err := presentedIn(r, need.Cookie)
	if err != nil {
		return Identity{}, err
	}
	i, err := v.verifyPresented(r, p)
	if err != nil {
		return Identity{}, err
	}
	return i, need.refuses(r, i)
}

func (v *Verifier) verifyPresented(r *http.Request, p presented) (Identity, error) {
	if p.scheme == schemeCookie {
		// A browser adds a cookie to whatever another site makes it send.
		if err := crossOrigin.Check(r); err != nil {
			return Identity{}, &Refused{Reason: ReasonOrigin, Cause: err}
		}
		return v.VerifySession(r.Context(), p.token)
	}
	i, err := v.Verify(r.Context(), p.token)
	switch {
	case err != nil:
		return Identity{}, err
	case (p.scheme == schemeDPoP) != (i.Thumbprint != ""):
		return Identity{}, refuse(ReasonScheme) // RFC 9449 §7.1: a bound token is no bearer, and the other way round
	case i.Thumbprint != "":
		return i, v.checkProof(r, p.token, i.Thumbprint)
	}
	return i, nil
}

var crossOrigin = http.NewCrossOriginProtection()
