package dialect

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Mount registers the routes of dialects on a mux. It panics on a route without an access rule or a handler and on one
// that its dialect has twice: such a mistake must not get as far as serving.
func Mount(mux *http.ServeMux, a *authority.Authority, dialects ...Dialect) {
	for _, d := range dialects {
		m := &mounted{Dialect: d, authority: a}
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

func (m *mounted) byPath() map[string][]Route {
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
func (m *mounted) serve(pattern string, routes []Route) http.Handler {
	allow := make([]string, len(routes))
	for i := range routes {
		allow[i] = routes[i].Method
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.begin(w, r, pattern)
		i := indexOf(routes, r.Method)
		if i < 0 {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			m.fail(w, r, fault.New(fault.Unsupported, "method-not-allowed", "The method is not allowed here."))
			return
		}
		if err := m.run(&routes[i], w, r); err != nil {
			m.fail(w, r, err)
		}
	})
}

func indexOf(routes []Route, method string) int {
	for i := range routes { // not slices.IndexFunc, which copies each
		if routes[i].Method == method || routes[i].Method == AnyMethod {
			return i
		}
	}
	return -1
}

// run takes a request through the phases.
func (m *mounted) run(route *Route, w http.ResponseWriter, r *http.Request) error {
	if err := checkPath(r); err != nil {
		return err
	}
	body, err := web.ReadBody(r)
	if err != nil {
		return err
	}
	record := web.RecordOf(r.Context())
	c := calls.Get().(*Call)
	c.ResponseWriter, c.Request, c.Body = w, r, body
	c.Origin = authority.Origin{Dialect: m.Name, Request: record.ID, Source: record.Source}
	err = m.phases(route, c)
	*c = Call{} // before anybody else has it; one whose handler panics is left to the collector
	calls.Put(c)
	return err
}

// calls are used again, because each has room for an actor and a verdict. As with the ResponseWriter in it,
// nobody may keep one beyond its handler.
var calls = sync.Pool{New: func() any { return new(Call) }}

func (m *mounted) phases(route *Route, c *Call) error {
	if err := optional(route.Check, c); err != nil {
		return err
	}
	if err := optional(route.Limit, c); err != nil {
		return err
	}
	if err := route.Access.authenticate(m.authority, c); err != nil {
		return err
	}
	return route.Handle(c)
}

// optional runs a phase that a route may do without.
func optional(phase func(*Call) error, c *Call) error {
	if phase == nil {
		return nil
	}
	return phase(c)
}

// checkPath refuses what a path wildcard may hold after unescaping but no store and no log should see.
func checkPath(r *http.Request) error {
	if !web.Clean(r.URL.Path) {
		return fault.BadParameter("path", "The path is not valid UTF-8 text.")
	}
	return nil
}

func (m *mounted) unknown() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.begin(w, r, "unknown path")
		m.fail(w, r, fault.New(fault.NotFound, "unknown-path", "There is nothing at this path."))
	})
}

// begin sets what holds for every answer: it may carry a credential.
func (m *mounted) begin(w http.ResponseWriter, r *http.Request, pattern string) {
	record := web.RecordOf(r.Context())
	record.Route, record.Surface = pattern, m.Name
	h := w.Header()
	h["Cache-Control"], h["Referrer-Policy"], h["X-Content-Type-Options"] = noStore, noReferrer, noSniff
}

// The values of those headers, shared by all answers: nothing changes a value in place.
var noStore, noReferrer, noSniff = []string{"no-store"}, []string{"no-referrer"}, []string{"nosniff"}

// fail answers a failure in the dialect's shape; its reason is kept for the log, and the cause of what is our own fault.
func (m *mounted) fail(w http.ResponseWriter, r *http.Request, err error) {
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
	strip := strips(dialects)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = strip(r)
		if isClean(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if d, ok := ownerOf(r.URL.Path, dialects); ok {
			(&mounted{Dialect: d}).unknown().ServeHTTP(w, r)
			return
		}
		elsewhere.ServeHTTP(w, r)
	})
}

// ownerOf returns the dialect in whose space a path is.
func ownerOf(at string, dialects []Dialect) (Dialect, bool) {
	clean := path.Clean("/"+at) + "/"
	i := slices.IndexFunc(dialects, func(d Dialect) bool {
		return slices.ContainsFunc(d.Spaces, func(space string) bool { return strings.HasPrefix(clean, space+"/") })
	})
	if i < 0 {
		return Dialect{}, false
	}
	return dialects[i], true
}

func isClean(p string) bool {
	clean := path.Clean(p)
	return p == clean || p == clean+"/" && clean != "/"
}
