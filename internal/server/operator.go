package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/doorward/doorward/internal/web"
)

// health is what this node says of itself to its operator, who may know why.
type health struct {
	Ready bool       `json:"ready"`
	Cause string     `json:"cause,omitempty"`
	Feed  feedHealth `json:"feed"`
}

type feedHealth struct {
	Heard     bool    `json:"heard"`
	Lag       float64 `json:"lag_seconds"`
	Stale     bool    `json:"stale"`
	Entries   int     `json:"entries"`
	Followers int     `json:"followers"`
	Cause     string  `json:"cause,omitempty"`
}

// operatorHandler is what the operator's own listener serves: nothing of it is on the public one.
func (s *Server) operatorHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("GET /health", s.answerHealth)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// answerHealth answers like /readyz, with the reasons.
func (s *Server) answerHealth(w http.ResponseWriter, r *http.Request) {
	feed := s.authority.FeedStatus()
	h := health{Ready: true, Feed: feedHealth{
		Heard: feed.Heard, Lag: feed.Ago.Seconds(), Stale: feed.Stale, Entries: feed.Entries, Followers: feed.Followers,
	}}
	if feed.LastFailed != nil {
		h.Feed.Cause = feed.LastFailed.Error()
	}
	status := http.StatusOK
	if err := s.authority.Ready(r.Context()); err != nil {
		h.Ready, h.Cause, status = false, err.Error(), http.StatusServiceUnavailable
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = web.WriteJSON(w, status, "application/json", h)
}

// listenOperator opens the operator's listener, or none when there is no address for it.
func (s *Server) listenOperator(ctx context.Context) (net.Listener, error) {
	if s.config.MetricsListen == "" {
		return nil, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("the address of --metrics-listen: %w", err)
	}
	s.log.Info("serving metrics and health to the operator", "address", listener.Addr().String())
	return listener, nil
}

// serveOperatorUntil answers the operator until ctx ends.
func (s *Server) serveOperatorUntil(ctx context.Context, listener net.Listener) {
	if listener == nil {
		return
	}
	h := &http.Server{
		Handler: s.operatorHandler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second,
	}
	stop := context.AfterFunc(ctx, func() { _ = h.Close() })
	defer stop()
	if err := h.Serve(listener); err != nil && ctx.Err() == nil {
		s.log.Error("metrics and health are not served any more", "cause", err.Error())
	}
}
