package gateways_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// contract is what a gateway that Debian does not have sends to Doorward and makes of its answer, by its documentation
// and source. What it is to ask stands in its configuration of this folder.
type contract struct {
	client     http.Client
	cleans     func(header http.Header) // a client's request, before all else
	asks       func(r *http.Request) *http.Request
	passes     func(status int) bool
	answered   func(name string) bool     // whether a header of a refusal goes to the client
	handsOn    func(to, from http.Header) // of an answer to the request
	forgets    []string                   // headers that the application does not get
	unanswered int                        // the status where Doorward does not answer
}

// serve runs the contract in front of an application and returns where.
func (c contract) serve(t *testing.T, application string) (address string) {
	t.Helper()
	c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: application})
	}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.cleans(r.Header)
		asked := c.asks(r)
		answer, err := c.client.Do(asked)
		if err != nil {
			w.WriteHeader(c.unanswered)
			return
		}
		defer answer.Body.Close()
		if !c.passes(answer.StatusCode) {
			for name, values := range answer.Header {
				if c.answered(name) {
					w.Header()[name] = values
				}
			}
			w.WriteHeader(answer.StatusCode)
			_, _ = io.Copy(w, answer.Body)
			return
		}
		c.handsOn(r.Header, answer.Header)
		for _, name := range c.forgets {
			r.Header.Del(name)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// readConfiguration reads a configuration of this folder, another address of Doorward put in.
func readConfiguration(t *testing.T, name, doorward string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(string(text), doorwardAddress, doorward)), into); err != nil {
		t.Fatal(err)
	}
}

type traefikHeaders struct {
	Headers struct {
		CustomRequestHeaders map[string]string `yaml:"customRequestHeaders"` // an empty value takes a header away
	} `yaml:"headers"`
}

var hopByHop = []string{"Connection", "Keep-Alive", "Te", "Trailers", "Transfer-Encoding", "Upgrade"}

// traefik is the middleware ForwardAuth (doc.traefik.io, and pkg/middlewares/auth/forward.go of v2 and v3): GET to the
// configured address with all of the client's headers and five X-Forwarded-* of its own; 2xx passes, and the listed
// headers are deleted from the request and set from the answer; anything else is the client's answer.
func traefik(t *testing.T, doorward string) contract {
	var c struct {
		HTTP struct {
			Middlewares struct {
				Doorward struct {
					ForwardAuth struct {
						Address             string   `yaml:"address"`
						TrustForwardHeader  bool     `yaml:"trustForwardHeader"`
						AuthResponseHeaders []string `yaml:"authResponseHeaders"`
					} `yaml:"forwardAuth"`
				} `yaml:"doorward"`
				Forged traefikHeaders `yaml:"forged"`
				Clean  traefikHeaders `yaml:"clean"`
			} `yaml:"middlewares"`
		} `yaml:"http"`
	}
	readConfiguration(t, "traefik/dynamic.yaml", doorward, &c)
	forward := c.HTTP.Middlewares.Doorward.ForwardAuth
	if forward.TrustForwardHeader {
		t.Fatal("it trusts its clients")
	}
	return contract{
		cleans: func(header http.Header) {
			for name := range c.HTTP.Middlewares.Forged.Headers.CustomRequestHeaders {
				header.Del(name)
			}
		},
		asks: func(r *http.Request) *http.Request {
			asked, err := http.NewRequestWithContext(r.Context(), http.MethodGet, forward.Address, nil)
			if err != nil {
				panic(err)
			}
			asked.Header = r.Header.Clone()
			for _, name := range hopByHop {
				asked.Header.Del(name)
			}
			asked.Header.Set("X-Forwarded-Method", r.Method)
			asked.Header.Set("X-Forwarded-Proto", "http")
			asked.Header.Set("X-Forwarded-Host", r.Host)
			asked.Header.Set("X-Forwarded-Uri", r.URL.RequestURI())
			asked.Header.Set("X-Forwarded-For", "127.0.0.1")
			return asked
		},
		passes:   func(status int) bool { return status >= 200 && status < 300 },
		answered: func(string) bool { return true },
		handsOn: func(to, from http.Header) {
			for _, name := range forward.AuthResponseHeaders {
				to.Del(name)
				if values := from.Values(name); len(values) > 0 {
					to[http.CanonicalHeaderKey(name)] = values
				}
			}
		},
		forgets:    slices.Collect(maps.Keys(c.HTTP.Middlewares.Clean.Headers.CustomRequestHeaders)),
		unanswered: http.StatusInternalServerError,
	}
}

// matcher is Envoy's StringMatcher as far as the configuration uses it.
type matcher struct {
	Patterns []struct {
		Exact string `yaml:"exact"`
	} `yaml:"patterns"`
}

func (m matcher) matches(name string) bool {
	for _, p := range m.Patterns {
		if strings.EqualFold(p.Exact, name) {
			return true
		}
	}
	return false
}

type authorizer struct {
	FailureModeAllow bool    `yaml:"failure_mode_allow"`
	AllowedHeaders   matcher `yaml:"allowed_headers"`
	HTTPService      struct {
		PathPrefix string `yaml:"path_prefix"`
		Request    struct {
			HeadersToAdd []struct{ Key, Value string } `yaml:"headers_to_add"`
		} `yaml:"authorization_request"`
		Response struct {
			Upstream matcher `yaml:"allowed_upstream_headers"`
			Client   matcher `yaml:"allowed_client_headers"`
		} `yaml:"authorization_response"`
	} `yaml:"http_service"`
}

// envoy is the filter ext_authz with an HTTP service (ext_authz.proto): the client's method and Host, its path behind
// path_prefix, Authorization and the allowed headers, and no body; 200 passes, and the allowed headers of the answer
// replace those of the request; anything else is the client's answer with the allowed headers.
func envoy(t *testing.T, doorward string) contract {
	var tree any
	readConfiguration(t, "envoy/envoy.yaml", doorward, &tree)
	var a authorizer
	found := typed(tree, "ext_authz.v3.ExtAuthz")
	text, err := yaml.Marshal(found)
	if err == nil {
		err = yaml.Unmarshal(text, &a)
	}
	manager, _ := typed(tree, "HttpConnectionManager").(map[string]any)
	if err != nil || a.HTTPService.PathPrefix == "" || a.FailureModeAllow || manager == nil {
		t.Fatalf("%v, %+v", err, a)
	}
	return contract{
		cleans: func(header http.Header) { // headers_with_underscores_action: DROP_HEADER
			maps.DeleteFunc(header, func(name string, _ []string) bool { return strings.Contains(name, "_") })
		},
		asks: func(r *http.Request) *http.Request {
			asked, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+doorward+"/", nil)
			if err != nil {
				panic(err)
			}
			asked.URL.Opaque, asked.Host = a.HTTPService.PathPrefix+r.RequestURI, r.Host
			for name, values := range r.Header {
				if name == "Authorization" || a.AllowedHeaders.matches(name) {
					asked.Header[name] = values
				}
			}
			for _, add := range a.HTTPService.Request.HeadersToAdd {
				asked.Header.Set(add.Key, add.Value)
			}
			return asked
		},
		passes:   func(status int) bool { return status == http.StatusOK },
		answered: a.HTTPService.Response.Client.matches,
		handsOn: func(to, from http.Header) {
			for name, values := range from {
				if a.HTTPService.Response.Upstream.matches(name) {
					to[name] = values
				}
			}
		},
		forgets: []string{"Authorization", "DPoP"}, unanswered: http.StatusServiceUnavailable,
	}
}

// typed finds the mapping of a type in Envoy's configuration.
func typed(tree any, suffix string) any {
	switch at := tree.(type) {
	case map[string]any:
		if kind, _ := at["@type"].(string); strings.HasSuffix(kind, suffix) {
			return at
		}
		for _, below := range at {
			if found := typed(below, suffix); found != nil {
				return found
			}
		}
	case []any:
		for _, below := range at {
			if found := typed(below, suffix); found != nil {
				return found
			}
		}
	}
	return nil
}
