package native

import (
	"net/http"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// problemPages is where the page of each problem is, below the installation's URL.
const problemPages = "/docs/problems/"

// reasonRefused is the one reason under which every useless login token is refused.
const reasonRefused = "login-token-refused"

type row struct {
	status int
	code   string
	title  string
}

// byReason comes before byKind: failures that a client must tell from others of their kind.
var byReason = map[string]row{
	reasonRefused:              {http.StatusBadRequest, "login-token-refused", "The login token was refused"},
	fault.ReasonUnknownOutcome: {http.StatusServiceUnavailable, "unknown-outcome", "The outcome is not known"},
}

// byKind is the one table from kind of failure to HTTP status and stable code.
var byKind = map[fault.Kind]row{
	fault.Internal:        {http.StatusInternalServerError, "internal", "Something went wrong on our side"},
	fault.Malformed:       {http.StatusBadRequest, "malformed-request", "The request cannot be understood"},
	fault.Unauthenticated: {http.StatusUnauthorized, "unauthenticated", "A valid credential is required"},
	fault.Denied:          {http.StatusForbidden, "denied", "The credential does not allow this"},
	fault.NotFound:        {http.StatusNotFound, "not-found", "There is nothing here"},
	fault.Conflict:        {http.StatusConflict, "conflict", "It contradicts what is stored"},
	fault.Unmet:           {http.StatusConflict, "unmet", "A precondition does not hold"},
	fault.TooMany:         {http.StatusTooManyRequests, "too-many-requests", "Too many requests"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "too-large", "The request is too large"},
	fault.Unsupported:     {http.StatusMethodNotAllowed, "method-not-allowed", "The method is not allowed here"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "unavailable", "Doorward cannot decide now"},
}

// fail writes a failure as a problem document (RFC 9457).
func fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	row, known := byReason[f.Reason]
	if !known {
		row = byKind[f.Kind]
	}
	if f.RetryAfter > 0 {
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	if row.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", challenge(r))
	}
	_ = write(w, row.status, "application/problem+json", problem{
		Type: problemPages + row.code, Title: row.title, Status: row.status, Detail: f.Message,
		Code: row.code, RequestID: web.RecordOf(r.Context()).ID, Parameter: f.Parameter,
	})
}

// challenge names the error only to who presented a token (RFC 6750 §3.1).
func challenge(r *http.Request) string {
	if presentsBearer(r.Header) {
		return bearerScheme + ` realm="doorward", error="invalid_token"`
	}
	return bearerScheme + ` realm="doorward"`
}
