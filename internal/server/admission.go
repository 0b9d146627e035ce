package server

import (
	"cmp"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/web"
)

// readyAtOnce are places of their own for those who ask whether this node can serve: it can, however many it refuses.
const readyAtOnce = 64

// admission bounds the requests at work.
type admission struct {
	places, ready *limit.Places
	asked         atomic.Int64 // how often, but for who asks whether this node can serve
	refused       atomic.Int64 // since it was last told
}

// newAdmission has the defaults of the flags where a value is zero.
func newAdmission(l config.Load) *admission {
	most, queue := cmp.Or(l.Requests, config.DefaultRequests), cmp.Or(l.Queue, config.DefaultQueue)
	wait := cmp.Or(l.Wait, config.DefaultRequestWait)
	return &admission{places: limit.NewPlaces(most, queue, wait), ready: limit.NewPlaces(readyAtOnce, readyAtOnce, wait)}
}

// admit lets requests in while there are places. A refusal is counted and not logged: a flood of requests must not be
// one of lines.
func (s *Server) admit(mux *http.ServeMux) func(http.Handler) http.Handler {
	shaped := dialect.Refuse(mux, s.refuseElsewhere, s.dialects...)
	refuse := func(w http.ResponseWriter, r *http.Request, f *fault.Error) {
		s.admission.refused.Add(1)
		shaped(w, r, f)
		s.metrics.refused.WithLabelValues(web.RecordOf(r.Context()).Surface).Inc()
	}
	return func(next http.Handler) http.Handler {
		public, ready := web.Admit(s.admission.places, refuse)(next), web.Admit(s.admission.ready, refuse)(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == readyPath {
				ready.ServeHTTP(w, r)
				return
			}
			s.admission.asked.Add(1)
			public.ServeHTTP(w, r)
		})
	}
}

// tellRefused says in one line how many requests were refused since the last.
func (s *Server) tellRefused(since time.Duration) {
	if n := s.admission.refused.Swap(0); n > 0 {
		s.log.Warn("requests were refused because too many were at work and waiting: serve with more cores or nodes, or look at --load-queue and --load-wait",
			"refused", n, "within", since.String())
	}
}
