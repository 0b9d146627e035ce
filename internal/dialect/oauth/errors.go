package oauth

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Reasons of the wire, beside those of the authority.
const (
	reasonGrant = "unsupported-grant"
)

// row is how a failure is answered.
type row struct {
	status    int
	code      string
	parameter string // what is at fault where the authority does not know the wire's word for it
}

// byReason is what is told apart from others of its kind (RFC 6749 §5.2, RFC 8707 §2, RFC 8693 §2.2.2, RFC 9449 §5).
var byReason = map[string]row{
	reasonGrant:                     {http.StatusBadRequest, "unsupported_grant_type", ""},
	authority.ReasonBadProof:        {http.StatusBadRequest, "invalid_dpop_proof", ""},
	authority.ReasonUnknownAudience: {http.StatusBadRequest, "invalid_target", resourceField},
	authority.ReasonNotHeld:         {http.StatusBadRequest, "invalid_scope", scopeField},
	authority.ReasonTokenRefused:    {http.StatusBadRequest, "invalid_request", subjectField},
	authority.ReasonNotSigned:       {http.StatusBadRequest, "invalid_request", requestedTypeField},
	authority.ReasonTooDeep:         {http.StatusBadRequest, "invalid_request", subjectField},
}

// byKind is the one table from kind of failure to answer.
var byKind = map[fault.Kind]row{
	fault.Internal:        {http.StatusInternalServerError, "server_error", ""},
	fault.Malformed:       {http.StatusBadRequest, "invalid_request", ""},
	fault.Unauthenticated: {http.StatusBadRequest, "invalid_client", ""},
	fault.Denied:          {http.StatusBadRequest, "unauthorized_client", ""},
	fault.NotFound:        {http.StatusNotFound, "invalid_request", ""},
	fault.Conflict:        {http.StatusBadRequest, "invalid_request", ""},
	fault.Unmet:           {http.StatusBadRequest, "invalid_request", ""},
	fault.TooMany:         {http.StatusTooManyRequests, "temporarily_unavailable", ""},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "invalid_request", ""},
	fault.Unsupported:     {http.StatusMethodNotAllowed, "invalid_request", ""},
	fault.Unavailable:     {http.StatusServiceUnavailable, "temporarily_unavailable", ""},
}

// fail writes a failure as RFC 6749 §5.2 has it, whatever the endpoint.
func fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	answer, special := byReason[f.Reason]
	if !special || f.Kind == fault.NotFound {
		answer = byKind[f.Kind]
	}
	// 401 is for who could answer a challenge, and demanded where the header was tried.
	if f.Kind == fault.Unauthenticated && (f.Reason == authority.ReasonNobody || len(r.Header.Values("Authorization")) > 0) {
		answer.status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="doorward", charset="UTF-8"`)
	}
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	description := f.Message
	if parameter := cmp.Or(f.Parameter, answer.parameter); parameter != "" {
		description = parameter + ": " + f.Message
	}
	_ = web.WriteJSON(w, answer.status, mediaType, errorAnswer{Error: answer.code, Description: speakable(description)})
}

// speakable leaves out what an error_description must not have (RFC 6749 §5.2).
func speakable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, text)
}
