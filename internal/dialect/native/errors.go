package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// fail writes a failure as a problem document (RFC 9457).
func fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	row := rowOf(f)
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if row.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", challenge(r))
	}
	_ = web.WriteJSON(w, row.Status, "application/problem+json", problem{
		Type: problemSpace + "/" + row.Code, Title: row.Title, Status: row.Status, Detail: f.Message,
		Code: row.Code, RequestID: web.RecordOf(r.Context()).ID, Parameter: f.Parameter,
	})
}

// challenge names the error only to who presented a token (RFC 6750 §3.1).
func challenge(r *http.Request) string {
	if presentsBearer(r.Header) {
		return bearerScheme + ` realm="doorward", error="invalid_token"`
	}
	return bearerScheme + ` realm="doorward"`
}
