package server

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/web"
)

const readyPath = "/readyz"

// Routes lists every method and path that is served, with its surface and access rule, sorted.
func (s *Server) Routes() []string {
	lines := []string{routeLine(http.MethodGet, readyPath, "server", "open: says whether this node can serve")}
	for _, d := range s.dialects {
		for _, r := range d.Routes {
			lines = append(lines, routeLine(r.Method, r.Path, d.Name, r.Access.String()))
		}
		for _, space := range d.Spaces {
			lines = append(lines, routeLine("*", space+"/…", d.Name, "open: unknown paths, 404"))
		}
	}
	for _, r := range handoff.Routes() {
		lines = append(lines, routeLine(r.Method, r.Path, handoff.Surface, r.Access))
	}
	slices.Sort(lines)
	return lines
}

func routeLine(method, path, surface, access string) string {
	return fmt.Sprintf("%-70s %-6s %-15s %s", path, method, surface, access)
}

// answerReady answers 200 when this node can serve and 503 when it cannot; the reason is in the log.
func (s *Server) answerReady(w http.ResponseWriter, r *http.Request) {
	setPlain(w, r, readyPath)
	if err := s.authority.Ready(r.Context()); err != nil {
		web.RecordOf(r.Context()).Cause = err
		notReady(w)
		return
	}
	fmt.Fprintln(w, "ready")
}

// refuseElsewhere answers what is no dialect's and nobody has looked at.
func (s *Server) refuseElsewhere(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	if r.URL.Path != readyPath {
		handoff.Refuse(w, r, f)
		return
	}
	setPlain(w, r, readyPath)
	notReady(w)
}

func setPlain(w http.ResponseWriter, r *http.Request, route string) {
	record, h := web.RecordOf(r.Context()), w.Header()
	record.Surface, record.Route = "server", route
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "text/plain; charset=utf-8")
}

func notReady(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprintln(w, "not ready")
}
