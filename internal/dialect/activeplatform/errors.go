package activeplatform

import (
	"net/http"
	"strconv"

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
	fault.Unmet:           http.StatusUnprocessableEntity,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusMethodNotAllowed,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// fail writes a failure as a JSON:API error document with one error.
func fail(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
	status := statuses[f.Kind]
	e := errorObject{Status: strconv.Itoa(status), Title: http.StatusText(status), Detail: f.Message}
	if f.Parameter != "" {
		e.Detail = f.Parameter + ": " + f.Message
		e.Source = &errorSource{Parameter: f.Parameter}
	}
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", keyHeader+` realm="doorward"`) // RFC 9110 §15.5.2 wants a challenge
	}
	_ = web.WriteJSON(w, status, mediaType, errorDocument{Errors: []errorObject{e}})
}
