package client

import "errors"

// Reason says why something presented was refused. It is for logs; who presented it is told less.
type Reason string

// The reasons.
const (
	ReasonMissing    Reason = "nothing-presented"
	ReasonMalformed  Reason = "malformed"
	ReasonSize       Reason = "too-large"
	ReasonHeader     Reason = "jws-header"
	ReasonType       Reason = "wrong-type"
	ReasonKey        Reason = "unknown-key"
	ReasonSignature  Reason = "wrong-signature"
	ReasonClaims     Reason = "missing-or-malformed-claims"
	ReasonIssuer     Reason = "another-issuer"
	ReasonAudience   Reason = "another-audience"
	ReasonExpired    Reason = "expired"
	ReasonEarly      Reason = "not-yet-valid"
	ReasonLifetime   Reason = "lives-too-long"
	ReasonEnded      Reason = "ended" // the feed says so
	ReasonInactive   Reason = "inactive"
	ReasonKind       Reason = "another-kind"
	ReasonScheme     Reason = "wrong-scheme"
	ReasonProof      Reason = "no-proof-of-possession"
	ReasonRepeated   Reason = "proof-presented-before"
	ReasonPermission Reason = "permission-missing"
	ReasonAccount    Reason = "another-account"
	ReasonActing     Reason = "acting-session"
	ReasonOrigin     Reason = "another-site"
)

// Refused is a no: what was presented does not count here. It holds nothing of it.
type Refused struct {
	Reason Reason
	Cause  error // of a library, where it says more; never quotes what was presented
}

// Error says the reason.
func (r *Refused) Error() string { return "doorward: refused: " + string(r.Reason) }

// Unwrap returns the cause.
func (r *Refused) Unwrap() error { return r.Cause }

// ReasonOf returns why something was refused, and nothing for an error that is no refusal.
func ReasonOf(err error) Reason {
	var refused *Refused
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return ""
}

func refuse(reason Reason) error { return &Refused{Reason: reason} }

// ErrUndecided is wrapped by every error of a verifier that means: it could not be found out now. Answer 503, not 401.
var ErrUndecided = errors.New("doorward: it cannot be decided now")
