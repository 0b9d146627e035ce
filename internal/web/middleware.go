package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// Recover turns a panic into a bare 500 and keeps the stack for the log; a panic must not cut the answers of others.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			record := RecordOf(r.Context())
			record.Reason = "panic"
			// Only the type: the value may hold what the request held.
			record.Cause = fmt.Errorf("panic: %T\n%s", cause, debug.Stack())
			w.WriteHeader(http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// Log writes one line for each request: what was asked by its pattern, never by its path or query, which hold secrets,
// and the reason of whatever was refused, so that the request id of an answer leads to it.
func Log(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
			next.ServeHTTP(status, r)
			record := RecordOf(r.Context())
			level, attrs := slog.LevelInfo, []any{
				"request", record.ID, "surface", record.Surface, "method", methodOf(r), "route", record.Route,
				"status", status.status, "source", record.Source.String(), "took", time.Since(began).String(),
			}
			reason := record.Reason
			if record.Cause != nil && reason == "" {
				reason = fault.ReasonOf(record.Cause)
			}
			if reason != "" {
				attrs = append(attrs, "reason", reason)
			}
			if record.Cause != nil {
				level = slog.LevelError
				attrs = append(attrs, "cause", record.Cause.Error())
			}
			log.Log(r.Context(), level, "request", attrs...)
		})
	}
}

// methodOf keeps a method that a stranger made up out of the log.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return "other"
}

// statusWriter remembers the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader remembers the first status.
func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is an implicit 200.
func (w *statusWriter) Write(body []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
