package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
)

// Chain is what every request passes before a handler; without anything but Log it works.
type Chain struct {
	Log     *slog.Logger
	Trusted []netip.Prefix                  // proxies: what they say of where a request comes from is believed; nobody else is asked
	Admit   func(http.Handler) http.Handler // refuses what is too much; nil: nothing is
}

// Middleware wraps a handler in the chain.
func Middleware(c Chain, handler http.Handler) http.Handler {
	for _, wrap := range slices.Backward([]func(http.Handler) http.Handler{ // from the outside
		WithRecord(c.Trusted...),
		c.Admit, // outside the log: a refusal has no line
		Log(c.Log),
		Recover, // inside the log, which then sees its 500
	}) {
		if wrap != nil {
			handler = wrap(handler)
		}
	}
	return handler
}
