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
	handler := log.Handler()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			status := watched(w)
			next.ServeHTTP(status, r)
			line := lineOf(r, status.status, began)
			if handler.Enabled(r.Context(), line.Level) {
				_ = handler.Handle(r.Context(), line)
			}
		})
	}
}

// lineOf is made by hand, because a Logger would look up from where in the program it is called, which nobody is shown.
func lineOf(r *http.Request, status int, began time.Time) slog.Record {
	record, now := RecordOf(r.Context()), time.Now()
	level, reason := slog.LevelInfo, record.Reason
	if record.Cause != nil {
		level = slog.LevelError
		if reason == "" {
			reason = fault.ReasonOf(record.Cause)
		}
	}
	line := slog.NewRecord(now, level, "request", 0)
	attrs := [...]slog.Attr{
		slog.String("request", record.ID), slog.String("surface", record.Surface), slog.String("method", methodOf(r)),
		slog.String("route", record.Route), slog.Int("status", status), slog.String("source", record.Source.String()),
		slog.String("took", now.Sub(began).String()), slog.String("reason", reason),
		{},
	}
	known := attrs[:len(attrs)-1]
	if record.Cause != nil {
		attrs[len(attrs)-1] = slog.String("cause", record.Cause.Error())
		known = attrs[:]
	} else if reason == "" {
		known = attrs[:len(attrs)-2]
	}
	line.AddAttrs(known...)
	return line
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

// watched returns a writer that remembers the status: w itself when it does already.
func watched(w http.ResponseWriter) *statusWriter {
	if status, ok := w.(*statusWriter); ok {
		return status
	}
	return &statusWriter{ResponseWriter: w, status: http.StatusOK}
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
