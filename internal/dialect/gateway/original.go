package gateway

import (
	"net/http"
	"net/url"

	"github.com/doorward/doorward/internal/fault"
)

// form is one way in which gateways say what their client's request is. Which one it is stands in the configuration: a
// client that writes the headers of another form is not listened to.
type form struct {
	method func(r *http.Request) (string, error)
	target func(r *http.Request) (*url.URL, error) // path and query; scheme and host where the form has them
}

// forms is every form, by the value of the option from.
var forms = map[string]form{
	"forwarded": {method: header("X-Forwarded-Method"), target: inHeader("X-Forwarded-Uri")}, // Traefik, Caddy
	"original":  {method: header("X-Original-Method"), target: inHeader("X-Original-URL")},   // nginx, HAProxy, Apache
	"request":   {method: own, target: behindOptions},                                        // Envoy
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

// parseTarget reads a URL that a client wrote and its gateway took for one.
func parseTarget(text string) (*url.URL, error) {
	target, err := url.ParseRequestURI(text)
	if err != nil {
		return nil, fault.New(fault.Denied, reasonTarget, "The URL of the request cannot be understood.")
	}
	return target, nil
}

// changes reports whether a method may change something: all but the safe ones (RFC 9110 §9.2.1).
func changes(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return false
	}
	return true
}

// overridden reports whether the request asks what is behind the gateway to take it for one of another method.
func overridden(r *http.Request) bool {
	for _, name := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}
