package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// fail writes a failure as a problem document (RFC 9457).
func fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	row := rowOf(f)
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if row.Status == http.StatusUnauthorized {
		for _, challenge := range challenges(r, f) {
			w.Header().Add("WWW-Authenticate", challenge)
		}
	}
	_ = web.WriteJSON(w, row.Status, "application/problem+json", problem{
		Type: problemSpace + "/" + row.Code, Title: row.Title, Status: row.Status, Detail: f.Message,
		Code: row.Code, RequestID: web.RecordOf(r.Context()).ID, Parameter: f.Parameter,
	})
}

// challenges say what would help, one for each scheme (RFC 6750 §3, RFC 9449 §7). An error is named only to who presented
// a token, in the scheme that it came by.
func challenges(r *http.Request, f *fault.Error) []string {
	const realm = ` realm="doorward"`
	const dpop = dialect.SchemeDPoP + realm + ", "
	bearer := dialect.SchemeBearer + realm
	if presents(r.Header, dialect.SchemeBearer) {
		bearer += `, error="invalid_token"`
	}
	switch {
	case r.URL.Path == redemptionPath || r.URL.Path == ownSessionPath:
		return []string{bearer}
	case presents(r.Header, dialect.SchemeDPoP):
		return []string{dpop + dialect.TokenError(f) + ", " + dialect.ProofAlgorithms}
	}
	return []string{bearer, dpop + dialect.ProofAlgorithms}
}
