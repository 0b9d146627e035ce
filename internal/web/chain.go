package web

import (
	"log/slog"
	"net/http"
)

// Middleware wraps a handler in what every request passes, innermost first.
func Middleware(log *slog.Logger, handler http.Handler) http.Handler {
	for _, wrap := range []func(http.Handler) http.Handler{
		Recover, // inside the log, which then sees its 500
		Log(log),
		WithRecord,
	} {
		handler = wrap(handler)
	}
	return handler
}
