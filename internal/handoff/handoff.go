package handoff

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Surface is the name under which the page's requests are logged and its acts recorded.
const Surface = "handoff"

// Options are an installation's choices; the zero value works.
type Options struct {
	InstallationURL string       // public URL of the installation; decides whether its cookies can be Secure
	Log             *slog.Logger // nil: slog.Default()
}

// Route is one line of the route list: a method, a path and who may use it.
type Route struct{ Method, Path, Access string }

const (
	rootPath    = "/"
	landingPath = "/{landing}" // stands for the landing path of every audience that is a portal
	signOutPath = "/sign-out"
)

type route struct {
	Route
	handle func(h *handler, v *visit) error
}

func routes() []route {
	return []route{
		{Route{http.MethodGet, rootPath, "open: says who is signed in by the session cookie"}, (*handler).showRoot},
		{Route{http.MethodHead, rootPath, "open: headers only"}, (*handler).showRoot},
		{Route{http.MethodGet, landingPath, "open: shows what a login token is about, spends nothing"}, (*handler).showLanding},
		{Route{http.MethodHead, landingPath, "open: headers only, spends nothing"}, (*handler).showLanding},
		{Route{http.MethodPost, landingPath, "login token in the form, same origin only"}, (*handler).redeem},
		{Route{http.MethodPost, signOutPath, "session cookie, same origin only"}, (*handler).signOut},
	}
}

// Routes returns the page's routes with their access rules, for the golden route list.
func Routes() []Route {
	var list []Route
	for _, r := range routes() {
		list = append(list, r.Route)
	}
	return list
}

type handler struct {
	authority   *authority.Authority
	options     Options
	routes      []route
	crossOrigin *http.CrossOriginProtection
	warnOnce    sync.Once
}

// New returns the page's handler, to be mounted at "/" behind every dialect. It warns once about an
// installation URL at which browsers keep no Secure cookie.
func New(a *authority.Authority, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	h := &handler{authority: a, options: o, routes: routes(), crossOrigin: http.NewCrossOriginProtection()}
	h.namesAt(o.InstallationURL)
	return h
}

// ServeHTTP answers one request; whatever fails becomes a page.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	record := web.RecordOf(r.Context())
	record.Surface, record.Route = Surface, "unknown path"
	v := &visit{
		w: w, Request: r,
		origin: authority.Origin{Dialect: Surface, Request: record.ID, Source: record.Source},
	}
	if err := h.serve(v, record); err != nil {
		h.fail(v, err)
	}
}

func (h *handler) serve(v *visit, record *web.Record) error {
	if err := h.arrive(v); err != nil {
		return err
	}
	pattern := v.pattern()
	var allow []string
	for _, route := range h.routes {
		if route.Path != pattern {
			continue
		}
		if route.Method == v.Method {
			record.Route = pattern
			return route.handle(h, v)
		}
		allow = append(allow, route.Method)
	}
	if allow == nil {
		return fault.New(fault.NotFound, "unknown-path", "There is nothing at this address.")
	}
	record.Route = pattern
	slices.Sort(allow)
	v.w.Header().Set("Allow", strings.Join(allow, ", "))
	return fault.New(fault.Unsupported, "method-not-allowed", "The method is not allowed here.")
}
