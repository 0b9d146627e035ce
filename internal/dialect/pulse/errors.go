package pulse

import (
	"net/http"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// statuses is the one table from kind of failure to HTTP status.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Malformed:       http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied:          http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Unmet:           http.StatusForbidden,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusMethodNotAllowed,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// fail writes a failure in the one shape of all of them.
func (p pulse) fail(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
	status := statuses[f.Kind]
	answer := errorAnswer{Error: http.StatusText(status), Message: f.Message}
	if f.Parameter != "" {
		answer.Message = f.Parameter + ": " + f.Message
	}
	if p.options.Development {
		// Kind and reason only: a cause may quote what was sent.
		answer.Development = f.Kind.String() + " (" + f.Reason + ")"
	}
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110 §15.5.2 wants a challenge
	}
	_ = web.WriteJSON(w, status, mediaType, answer)
}
