package dialecttest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Contract is a dialect's OpenAPI specification.
type Contract struct {
	Document *openapi3.T // its servers, if any, have paths only
	router   routers.Router
}

// ReadContract reads and validates a specification. Of its servers only the paths count.
func ReadContract(file string) (Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return Contract{}, fmt.Errorf("read %s: %w", file, err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return Contract{}, fmt.Errorf("%s is not OpenAPI 3.1 or later", file)
	}
	var servers openapi3.Servers
	for _, server := range doc.Servers {
		if at, err := url.Parse(server.URL); err == nil && strings.Trim(at.Path, "/") != "" {
			server.URL = strings.TrimSuffix(at.Path, "/")
			servers = append(servers, server)
		}
	}
	doc.Servers = servers
	router, err := legacy.NewRouter(doc, openapi3.IsOpenAPI31OrLater())
	if err != nil {
		return Contract{}, fmt.Errorf("%s: %w", file, err)
	}
	return Contract{Document: doc, router: router}, nil
}

// Check says how an exchange breaks the specification, or nothing. A request that is malformed need not keep to it.
func (c Contract) Check(request *http.Request, sent string, malformed bool, response *http.Response, body []byte) error {
	asked := request.Clone(request.Context())
	asked.URL.Scheme, asked.URL.Host = "", ""
	asked.Body = io.NopCloser(strings.NewReader(sent))
	escaped := asked.URL.EscapedPath() // in which a slash within a parameter is none between segments
	asked.URL.Path, asked.URL.RawPath = escaped, ""
	route, parameters, err := c.router.FindRoute(asked)
	if err == nil && !isOf(route, escaped) {
		err = routers.ErrPathNotFound
	}
	for name, value := range parameters {
		if text, bad := url.PathUnescape(value); bad == nil {
			parameters[name] = text
		}
	}
	if err != nil {
		if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed || malformed {
			return nil
		}
		return fmt.Errorf("%s %s is not in the specification: %w", request.Method, request.URL.Path, err)
	}
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true,
	}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: parameters, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(request.Context(), input); err != nil && response.StatusCode < 400 && !malformed {
		return fmt.Errorf("the specification does not allow this request: %w", err)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header, Options: options,
	}
	if err := openapi3filter.ValidateResponse(request.Context(), answer.SetBodyBytes(body)); err != nil {
		return fmt.Errorf("the specification does not allow this answer: %w", err)
	}
	return nil
}

// isOf reports whether the path is the route's own: the router takes it with a slash too many for the same.
func isOf(route *routers.Route, asked string) bool {
	return path.Clean(asked) == asked || strings.HasSuffix(route.Path, "/")
}
