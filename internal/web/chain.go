package web

import (
	"log/slog"
	"net/http"
	"net/netip"
)

// Middleware wraps a handler in what every request passes, innermost first. What trusted proxies say of where a request
// comes from is believed; nobody else is asked.
func Middleware(log *slog.Logger, handler http.Handler, trusted ...netip.Prefix) http.Handler {
	for _, wrap := range []func(http.Handler) http.Handler{
		Recover, // inside the log, which then sees its 500
		Log(log),
		WithRecord(trusted...),
	} {
		handler = wrap(handler)
	}
	return handler
}
