package dialect

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Mount registers the routes of dialects on a mux. It panics on a route without an access rule or a handler and on one
// that its dialect has twice: such a mistake must not get as far as serving.
func Mount(mux *http.ServeMux, a *authority.Authority, dialects ...Dialect) {
	for _, d := range dialects {
		m := mounted{Dialect: d, authority: a}
		for pathOf, routes := range m.byPath() {
			mux.Handle(pathOf, m.serve(pathOf, routes))
		}
		for _, space := range d.Spaces {
			if !slices.ContainsFunc(d.Routes, func(r Route) bool { return r.Path == space }) {
				mux.Handle(space, m.unknown())
			}
			mux.Handle(space+"/", m.unknown())
		}
	}
}

type mounted struct {
	Dialect
	authority *authority.Authority
}

func (m mounted) byPath() map[string][]Route {
	byPath := map[string][]Route{}
	for _, r := range m.Routes {
		if mistake := mistakeOf(r, byPath[r.Path]); mistake != "" {
			panic(fmt.Sprintf("dialect %s: route %s %s %s", m.Name, r.Method, r.Path, mistake))
		}
		byPath[r.Path] = append(byPath[r.Path], r)
	}
	return byPath
}

// mistakeOf says why a route cannot be mounted beside those of the same path, or "".
func mistakeOf(r Route, beside []Route) string {
	switch {
	case r.Access.authenticate == nil:
		return "has no access rule"
	case r.Handle == nil:
		return "has no handler"
	case slices.ContainsFunc(beside, func(other Route) bool { return other.Method == r.Method }):
		return "is there twice"
	}
	return ""
}

// serve dispatches on the exact method. Go's own "GET" patterns answer HEAD too, and a HEAD must never spend or mint.
func (m mounted) serve(pattern string, routes []Route) http.Handler {
	allow := make([]string, len(routes))
	for i, r := range routes {
		allow[i] = r.Method
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.begin(w, r, pattern)
		i := slices.IndexFunc(routes, func(route Route) bool { return route.Method == r.Method || route.Method == AnyMethod })
		if i < 0 {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			m.fail(w, r, fault.New(fault.Unsupported, "method-not-allowed", "The method is not allowed here."))
			return
		}
		if err := m.run(routes[i], w, r); err != nil {
			m.fail(w, r, err)
		}
	})
}

// run takes a request through the phases.
func (m mounted) run(route Route, w http.ResponseWriter, r *http.Request) error {
	if err := checkPath(r); err != nil {
		return err
	}
	body, err := web.ReadBody(r)
	if err != nil {
		return err
	}
	record := web.RecordOf(r.Context())
	c := &Call{
		ResponseWriter: w, Request: r, Body: body,
		Origin: authority.Origin{Dialect: m.Name, Request: record.ID, Source: record.Source},
	}
	authenticate := func(c *Call) error { return route.Access.authenticate(m.authority, c) }
	for _, phase := range []func(*Call) error{route.Check, route.Limit, authenticate, route.Handle} {
		if phase == nil {
			continue
		}
		if err := phase(c); err != nil {
			return err
		}
	}
	return nil
}

// checkPath refuses what a path wildcard may hold after unescaping but no store and no log should see.
func checkPath(r *http.Request) error {
	if !web.Clean(r.URL.Path) {
		return fault.BadParameter("path", "The path is not valid UTF-8 text.")
	}
	return nil
}

func (m mounted) unknown() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.begin(w, r, "unknown path")
		m.fail(w, r, fault.New(fault.NotFound, "unknown-path", "There is nothing at this path."))
	})
}

// begin sets what holds for every answer: it may carry a credential.
func (m mounted) begin(w http.ResponseWriter, r *http.Request, pattern string) {
	record := web.RecordOf(r.Context())
	record.Route, record.Surface = pattern, m.Name
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

// fail answers a failure in the dialect's shape; its reason is kept for the log, and the cause of what is our own fault.
func (m mounted) fail(w http.ResponseWriter, r *http.Request, err error) {
	f, record := fault.As(err), web.RecordOf(r.Context())
	record.Reason = fault.OriginOf(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		record.Cause = f
	}
	m.Fail(w, r, f)
}

// Unclean answers a path that is not in its one canonical form ("//", "/../") as unknown in the shape of the dialect
// it would belong to, or lets elsewhere answer it, where ServeMux would redirect, with the key in its query, to the
// clean one.
func Unclean(next, elsewhere http.Handler, dialects ...Dialect) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, d := range dialects {
			if d.Strip != nil {
				r = d.Strip(r)
			}
		}
		if isClean(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		for _, d := range dialects {
			if slices.ContainsFunc(d.Spaces, func(s string) bool { return strings.HasPrefix(path.Clean("/"+r.URL.Path)+"/", s+"/") }) {
				mounted{Dialect: d}.unknown().ServeHTTP(w, r)
				return
			}
		}
		elsewhere.ServeHTTP(w, r)
	})
}

func isClean(p string) bool {
	clean := path.Clean(p)
	return p == clean || p == clean+"/" && clean != "/"
}
