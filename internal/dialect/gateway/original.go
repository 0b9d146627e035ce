package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/fault"
)

// form is one way in which gateways say what their client's request is. Which one it is stands in the configuration: a
// client that writes the headers of another form is not listened to.
type form struct {
	method   func(r *http.Request) (string, error)
	target   func(r *http.Request) (*url.URL, error)      // at least path and query
	complete func(r *http.Request, target *url.URL) error // adds scheme and host as the client sees them
}

// forms is every form, by the value of the option from.
var forms = map[string]form{
	// Traefik, Caddy
	"forwarded": {header("X-Forwarded-Method"), inHeader("X-Forwarded-Uri"), forwardedOrigin},
	// nginx, HAProxy, Apache
	"original": {header("X-Original-Method"), inHeader("X-Original-URL"), mustBeAbsolute},
	// Envoy, which sends its client's method and Host as they are
	"request": {own, behindOptions, ownOrigin},
}

func own(r *http.Request) (string, error) { return r.Method, nil }

// header reads a header that the gateway sets, exactly once and not empty.
func header(name string) func(r *http.Request) (string, error) {
	return func(r *http.Request) (string, error) {
		given := r.Header.Values(name)
		if len(given) != 1 || given[0] == "" {
			return "", fault.BadParameter(name, "The gateway must set the header, once.")
		}
		return given[0], nil
	}
}

func inHeader(name string) func(r *http.Request) (*url.URL, error) {
	read := header(name)
	return func(r *http.Request) (*url.URL, error) {
		text, err := read(r)
		if err != nil {
			return nil, err
		}
		return parseTarget(text)
	}
}

func behindOptions(r *http.Request) (*url.URL, error) {
	target, ok := appended(r)
	if !ok {
		return nil, misconfigured("Nothing comes behind the options: from=request is for gateways that append their client's path.")
	}
	return parseTarget(target)
}

func forwardedOrigin(r *http.Request, target *url.URL) (err error) {
	if target.Scheme, err = header("X-Forwarded-Proto")(r); err != nil {
		return err
	}
	target.Host, err = header("X-Forwarded-Host")(r)
	return err
}

func mustBeAbsolute(_ *http.Request, target *url.URL) error {
	if target.Scheme == "" || target.Host == "" {
		return fault.BadParameter("X-Original-URL", "The gateway must set the header to an absolute URL where clients prove possession of keys.")
	}
	return nil
}

func ownOrigin(r *http.Request, target *url.URL) (err error) {
	target.Host = r.Host
	target.Scheme, err = header("X-Forwarded-Proto")(r)
	return err
}

// urlOf returns the URL of the request as the gateway's client sees it.
func (f form) urlOf(r *http.Request) (string, error) {
	target, err := f.target(r)
	if err != nil {
		return "", err
	}
	if err := f.complete(r, target); err != nil {
		return "", err
	}
	return target.String(), nil
}

// parseTarget reads a URL that a client wrote and its gateway took for one.
func parseTarget(text string) (*url.URL, error) {
	target, err := url.ParseRequestURI(text)
	if err != nil {
		return nil, fault.New(fault.Denied, reasonTarget, "The URL of the request cannot be understood.")
	}
	return target, nil
}

// overridden reports whether the request asks what is behind the gateway to take it for one of another method.
func overridden(r *http.Request) bool {
	for _, name := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
		if len(spelled(r.Header, name)) > 0 {
			return true
		}
	}
	return false
}

// spelled returns the values of a header in every spelling that what is behind the gateway may read as its name: to CGI
// and what came of it (RFC 3875 §4.1.18) an underscore is a hyphen.
func spelled(header http.Header, name string) (values []string) {
	for spelling, given := range header {
		if strings.EqualFold(strings.ReplaceAll(spelling, "_", "-"), name) {
			values = append(values, given...)
		}
	}
	return values
}
