package crmcom

import (
	"net/http"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// code is what an answer's status says; WIRE.md §4 lists them, but for the last two, which a path or method gets.
type code string

const (
	codeOK                 code = "OK"
	codeInvalidCredentials code = "INVALID_CREDENTIALS"
	codeInvalidToken       code = "INVALID_TOKEN"
	codeMissingParameter   code = "MISSING_PARAMETER"
	codeInvalidParameter   code = "INVALID_PARAMETER"
	codeInvalidUnit        code = "INVALID_UNIT"
	codeTooManyRequests    code = "TOO_MANY_REQUESTS"
	codeInternalError      code = "INTERNAL_ERROR"
	codeNotFound           code = "NOT_FOUND"
	codeMethodNotAllowed   code = "METHOD_NOT_ALLOWED"
)

// failure is how one kind of failure looks: its code, and its HTTP status where the operator wants statuses.
type failure struct {
	code   code
	status int
	always bool // with that status also where failures carry HTTP 200: it is no call of this API at all
}

// failures is the one table from kind of failure to its look.
var failures = map[fault.Kind]failure{
	fault.Internal:        {codeInternalError, http.StatusInternalServerError, false},
	fault.Malformed:       {codeInvalidParameter, http.StatusBadRequest, false},
	fault.Unauthenticated: {codeInvalidToken, http.StatusUnauthorized, false},
	fault.Denied:          {codeInvalidToken, http.StatusForbidden, false},
	fault.NotFound:        {codeNotFound, http.StatusNotFound, true},
	fault.Conflict:        {codeInvalidParameter, http.StatusConflict, false},
	fault.Unmet:           {codeInvalidUnit, http.StatusForbidden, false},
	fault.TooMany:         {codeTooManyRequests, http.StatusTooManyRequests, false},
	fault.TooLarge:        {codeInvalidParameter, http.StatusRequestEntityTooLarge, false},
	fault.Unsupported:     {codeMethodNotAllowed, http.StatusMethodNotAllowed, true},
	fault.Unavailable:     {codeInternalError, http.StatusServiceUnavailable, false},
}

// refused is how every credential that does not count looks.
var refused = failure{codeInvalidCredentials, http.StatusUnauthorized, false}

const refusedMessage = "The credentials are not valid."

// reasonMissing marks a Malformed failure whose parameter is not there at all.
const reasonMissing = "missing-parameter"

func missing(parameter string) error {
	f := fault.BadParameter(parameter, "The parameter is required.")
	f.Reason = reasonMissing
	return f
}

// look returns how a failure looks in answer to a request.
func look(r *http.Request, f *fault.Error) failure {
	l := failures[f.Kind]
	switch {
	case f.Reason == reasonMissing:
		l.code = codeMissingParameter
	case l.code == codeInvalidToken && isLogin(r):
		l = refused // a credential that is right and opens no session here too: nothing tells it from a wrong one
	}
	return l
}

// isLogin reports whether the request presented credentials, and not a token.
func isLogin(r *http.Request) bool {
	route := web.RecordOf(r.Context()).Route
	return r.Method == http.MethodPost && (route == tokenPath || route == keyLoginPath)
}

// fail writes a failure in the one shape of all of them.
func (m crm) fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	l := look(r, f)
	message := f.Message
	switch {
	case l == refused:
		message = refusedMessage
	case f.Parameter != "":
		message = f.Parameter + ": " + f.Message
	}
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	httpStatus := http.StatusOK
	if l.always || m.options.ErrorStatuses {
		httpStatus = l.status
	}
	_ = web.WriteJSON(w, httpStatus, mediaType, envelope{Status: status{Code: l.code, Message: &message}})
}
