package web

import (
	"net/http"
	"strconv"
	"time"
)

// StrictTransport tells browsers on every answer to come by https only, for an age (RFC 6797); age 0 tells nothing.
func StrictTransport(age time.Duration) func(http.Handler) http.Handler {
	if age == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	// Without includeSubDomains: other hosts below this one's name are not ours to speak for.
	value := []string{"max-age=" + strconv.FormatInt(int64(age/time.Second), 10)}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Strict-Transport-Security"] = value
			next.ServeHTTP(w, r)
		})
	}
}
