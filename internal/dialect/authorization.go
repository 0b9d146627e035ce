package dialect

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// The schemes of Authorization by which tokens are presented (RFC 6750 §2.1, RFC 9449 §7.1).
const (
	SchemeBearer = "Bearer"
	SchemeDPoP   = "DPoP"
)

// ProofAlgorithms are those that a proof of possession may be signed by, as a challenge names them (RFC 9449 §7.1).
const ProofAlgorithms = `algs="ES256 EdDSA RS256"`

// ParseProof reads the one proof of possession that a request must have beside the scheme DPoP; it fails with
// Unauthenticated.
func ParseProof(header http.Header) (secret.Text, error) {
	given := header.Values("DPoP")
	if len(given) != 1 || !IsVisible(given[0]) {
		return secret.Text{}, fault.New(fault.Unauthenticated, authority.ReasonBadProof, "One header DPoP with a proof is required.")
	}
	return secret.Of(given[0]), nil
}

// TokenError returns what a challenge says of a token that was refused: that the proof beside it is not valid for this
// request (RFC 9449 §7.1), or else that the token does not count (RFC 6750 §3.1).
func TokenError(f *fault.Error) string {
	if f.Reason == authority.ReasonBadProof || f.Reason == authority.ReasonRepeated {
		return `error="invalid_dpop_proof"`
	}
	return `error="invalid_token"`
}

// IsScheme compares schemes byte by byte but for ASCII letter case: strings.EqualFold alone folds letters outside ASCII too.
func IsScheme(scheme, wanted string) bool {
	return len(scheme) == len(wanted) && strings.EqualFold(scheme, wanted)
}

// IsVisible reports whether text is one or more visible ASCII characters, without spaces.
func IsVisible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != ""
}
