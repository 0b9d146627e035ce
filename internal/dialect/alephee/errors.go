package alephee

import (
	"net/http"
	"strconv"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// refused is the one message for every failure of key, account and person (WIRE.md §1, status).
const refused = "The API key, the account or the user is not valid."

// statuses is the table from kinds of failure to this wire. What the key may not do and what it cannot see is a
// failure to authenticate here, so that nothing tells one from the other.
var statuses = map[fault.Kind]int{
	fault.Malformed:       http.StatusBadRequest,
	fault.TooLarge:        http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied:          http.StatusUnauthorized,
	fault.NotFound:        http.StatusUnauthorized,
	fault.Unmet:           http.StatusPreconditionFailed,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unsupported:     http.StatusMethodNotAllowed,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// reasonStatuses go before the kinds.
var reasonStatuses = map[string]int{
	"unknown-path":                  http.StatusNotFound,
	authority.ReasonTenantSuspended: http.StatusUnauthorized, // found before the person is looked at
}

func statusOf(f *fault.Error) int {
	if status, ok := reasonStatuses[f.Reason]; ok {
		return status
	}
	if status, ok := statuses[f.Kind]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// wireNames are the parameters as this wire spells them, by the authority's words.
var wireNames = map[string]string{"lifetime": "ttl"}

func messageOf(status int, f *fault.Error) string {
	switch {
	case status == http.StatusUnauthorized:
		return refused
	case status == http.StatusInternalServerError:
		return "Something went wrong on our side."
	case f.Parameter == "":
		return f.Message
	}
	parameter := f.Parameter
	if name, ok := wireNames[parameter]; ok {
		parameter = name
	}
	return parameter + ": " + f.Message
}

// fail writes a failure with the rate headers, which every answer of this dialect has.
func (d wire) fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	d.limits.showWithoutTaking(w, r)
	status := statusOf(f)
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if status == http.StatusTooManyRequests {
		w.Header().Set(headerRemaining, "0")
		w.Header().Set(headerRetryAfter, strconv.FormatInt(seconds(f.RetryAfter), 10))
	}
	write(w, status, encodeFailure(status, messageOf(status, f)))
}
