package server

import (
	"fmt"
	"net/http"
	"slices"

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
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	record := web.RecordOf(r.Context())
	record.Surface, record.Route = "server", readyPath
	if err := s.authority.Ready(r.Context()); err != nil {
		record.Cause = err
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "not ready")
		return
	}
	fmt.Fprintln(w, "ready")
}
