package client

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

const algorithms = "ES256 EdDSA RS256"

// Challenge answers who does not pass, by RFC 6750 §3, RFC 9449 §7.1 and RFC 9728 §5.1: 401 for a token that does not
// count, 403 for one that is not enough, 400 for one presented twice over, 503 when it could not be found out.
func (v *Verifier) Challenge(w http.ResponseWriter, need Requirement, err error) {
	a := answerOf(err)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/problem+json")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	} else {
		v.setChallenges(h, a, need)
	}
	body, _ := json.Marshal(map[string]any{"title": a.title, "status": a.status, "code": a.code})
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// failure is how a refusal is answered; err is the error code of RFC 6750 §3.1 and RFC 9449 §7.1.
type failure struct {
	status     int
	err        string
	code       string
	title      string
	possession bool // about a proof
}

// answerOf tells who presented something no more than what the RFCs let it know.
func answerOf(err error) failure {
	switch ReasonOf(err) {
	case "":
		return failure{status: 503, code: "unavailable", title: "It cannot be decided now."}
	case ReasonMissing:
		return failure{status: 401, code: "unauthenticated", title: "An access token is required."}
	case ReasonMalformed:
		return failure{status: 400, err: "invalid_request", code: "malformed-request", title: "The request is malformed."}
	case ReasonProof, ReasonRepeated:
		return failure{status: 401, err: "invalid_dpop_proof", code: "unauthenticated", title: "The proof of possession is missing or wrong.", possession: true}
	case ReasonPermission:
		return failure{status: 403, err: "insufficient_scope", code: "denied", title: "The access token does not permit this."}
	case ReasonAccount:
		return failure{status: 403, err: "insufficient_scope", code: "denied", title: "The access token is not for this account."}
	case ReasonActing:
		return failure{status: 403, err: "insufficient_scope", code: "denied", title: "Who acts for somebody else may not do this."}
	case ReasonOrigin:
		return failure{status: 403, code: "denied", title: "The request came from another site."}
	}
	return failure{status: 401, err: "invalid_token", code: "unauthenticated", title: "The access token does not count."}
}

// setChallenges names the error in the scheme that it is about, and the other scheme without.
func (v *Verifier) setChallenges(h http.Header, a failure, need Requirement) {
	common := ` resource_metadata="` + v.metadataURL() + `"`
	if a.err == "insufficient_scope" && len(need.Permissions) > 0 {
		common = ` scope="` + scopeOf(need.Permissions) + `",` + common
	}
	bearer, dpop := "", ""
	if a.err != "" && a.possession {
		dpop = ` error="` + a.err + `",`
	} else if a.err != "" {
		bearer = ` error="` + a.err + `",`
	}
	if v.options.PublicURL != "" {
		h.Add("WWW-Authenticate", "DPoP"+dpop+` algs="`+algorithms+`",`+common)
	}
	if !a.possession {
		h.Add("WWW-Authenticate", "Bearer"+bearer+common)
	}
}

// metadataURL is where a client learns who gives out tokens for this module (RFC 9728).
func (v *Verifier) metadataURL() string {
	if v.options.MetadataURL != "" {
		return v.options.MetadataURL
	}
	const wellKnown = "/.well-known/oauth-protected-resource"
	if own, ok := strings.CutPrefix(v.resource, v.options.Issuer); ok && (own == "" || own[0] == '/') {
		return v.options.Issuer + wellKnown + own
	}
	return v.options.Issuer + wellKnown
}
