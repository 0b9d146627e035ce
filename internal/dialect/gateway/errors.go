package gateway

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Reasons of the wire, beside those of the authority.
const (
	reasonMany    = "many-tokens"
	reasonTarget  = "bad-target"
	reasonAccount = "bad-account"
)

// row is how a kind of failure is answered.
type row struct {
	status int
	code   string // stable: programs decide by it
}

// rows is the one table from kind of failure to answer. nginx knows 401 and 403 alone, so that whatever a client can do
// wrong is one of these; 400 is a mistake of the gateway's configuration.
var rows = map[fault.Kind]row{
	fault.Internal:        {http.StatusInternalServerError, "internal"},
	fault.Malformed:       {http.StatusBadRequest, "misconfigured"},
	fault.Unauthenticated: {http.StatusUnauthorized, "unauthenticated"},
	fault.Denied:          {http.StatusForbidden, "denied"},
	fault.NotFound:        {http.StatusNotFound, "not-found"},
	fault.Conflict:        {http.StatusForbidden, "denied"},
	fault.Unmet:           {http.StatusForbidden, "denied"},
	fault.TooMany:         {http.StatusUnauthorized, "unauthenticated"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "too-large"},
	fault.Unsupported:     {http.StatusMethodNotAllowed, "method-not-allowed"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "unavailable"},
}

// fail writes a failure as a problem document (RFC 9457), which gateways other than nginx hand on to their clients.
func (g gateway) fail(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	row := rows[f.Kind]
	setVary(w.Header())
	web.SetRetryAfter(w.Header(), f.RetryAfter)
	if challenge := g.challenge(r, f, row.status); challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	_ = web.WriteJSON(w, row.status, "application/problem+json", problem{
		Type: "about:blank", Title: http.StatusText(row.status), Status: row.status, Detail: f.Message,
		Code: row.code, RequestID: web.RecordOf(r.Context()).ID, Parameter: f.Parameter,
	})
}

// challenge says what would help (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1), in one header: nginx hands on one.
func (g gateway) challenge(r *http.Request, f *fault.Error, status int) string {
	d, err := parseDemand(r.PathValue("options"))
	if err != nil || status != http.StatusUnauthorized && status != http.StatusForbidden {
		return ""
	}
	p, err := d.present(r)
	scheme, parameters := dialect.SchemeBearer, []string{`realm="doorward"`}
	if p.proven {
		scheme, parameters = dialect.SchemeDPoP, append(parameters, dialect.ProofAlgorithms)
	}
	switch {
	case status == http.StatusForbidden && len(d.permissions) > 0:
		parameters = append(parameters, `error="insufficient_scope"`, `scope="`+d.scope()+`"`)
	case status == http.StatusForbidden:
		parameters = append(parameters, `error="insufficient_scope"`)
	case f.Reason == reasonMany:
		parameters = append(parameters, `error="invalid_request"`)
	case err == nil || p.at != nowhere: // an error is named only to who has presented something (RFC 6750 §3.1)
		parameters = append(parameters, dialect.TokenError(f))
	}
	parameters = append(parameters, `resource_metadata="`+g.metadataURL(d)+`"`)
	if p.at == nowhere && f.Reason != reasonMany {
		parameters = append(parameters, dialect.SchemeDPoP+" "+dialect.ProofAlgorithms)
	}
	return scheme + " " + strings.Join(parameters, ", ")
}

// metadataURL is where a client learns which authorization server the audience trusts (RFC 9728 §3).
func (g gateway) metadataURL(d demand) string {
	at := strings.TrimSuffix(g.options.PublicURL, "/") + "/.well-known/oauth-protected-resource"
	if d.audience != 0 {
		at += "/audiences/" + d.audience.String()
	}
	return at
}

// scope lists the permissions that are demanded, with what cannot stand in a scope (RFC 6749 §3.3) encoded.
func (d demand) scope() string {
	names := make([]string, len(d.permissions))
	for i, p := range d.permissions {
		names[i] = strings.NewReplacer(`"`, "%22", `\`, "%5C").Replace(encode(string(p)))
	}
	return strings.Join(names, " ")
}
