package native

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
)

// reasonRefused is the one reason under which every useless login token is refused.
const reasonRefused = "login-token-refused"

// row is one problem as an answer says it and as its page explains it.
type row struct {
	Status  int
	Code    string // stable: programs decide by it
	Title   string
	Meaning string
	Next    string // what the reader can do
}

// byReason comes before byKind: failures that a client must tell from others of their kind.
var byReason = map[string]row{
	reasonRefused: {
		http.StatusBadRequest, "login-token-refused", "The login token was refused",
		"The login token cannot be redeemed. It may be unknown, cut, spent, expired or cancelled, made for another audience or for somebody with another e-mail, or somebody it depends on may not count any more. Which of these it is, is told to nobody but the operator.",
		"Send the person back to where the link came from to get a new one. If that fails too, ask the operator of the installation; the request id leads to the reason. Never try the same token again without the Idempotency-Key of the first try.",
	},
	authority.ReasonChanged: {
		http.StatusPreconditionFailed, "precondition-failed", "It is not any more what the request was decided by",
		"The request has an If-Match with the ETag of an older version: somebody has changed it meanwhile. Nothing was done.",
		"Read it again, decide again, and send the request with the new ETag.",
	},
	authority.ReasonKeyReused: {
		http.StatusUnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key came with another request",
		"A request with this Idempotency-Key has made something in the last 24 hours, and this one asks for something else. Nothing was done.",
		"Use a new key for each new request; keep the key only to repeat the very same one.",
	},
	fault.ReasonUnknownOutcome: {
		http.StatusServiceUnavailable, "unknown-outcome", "The outcome is not known",
		"The connection to the store broke while the act was being confirmed: it may or may not have happened.",
		"Repeat the request after the seconds in Retry-After, with the same Idempotency-Key if it had one. If it had none, look whether it has happened; a login token may be spent: have a new one made.",
	},
}

// byKind is the one table from kind of failure to HTTP status, stable code and page.
var byKind = map[fault.Kind]row{
	fault.Internal: {
		http.StatusInternalServerError, "internal", "Something went wrong on our side",
		"The installation failed in a way that it did not expect. Nothing in the request is to blame.",
		"Try again later. If it happens again, give the request id to the operator of the installation, who finds the cause under it.",
	},
	fault.Malformed: {
		http.StatusBadRequest, "malformed-request", "The request cannot be understood",
		"The body, a member of it, a header or the query is missing, has the wrong form or is there twice. Where it is known, parameter names it. Nothing was done.",
		"Correct the program that sends the request; the same request will fail again. The README of this API says what each parameter may be.",
	},
	fault.Unauthenticated: {
		http.StatusUnauthorized, "unauthenticated", "A valid credential is required",
		"The request has no credential or session token, more than one, or one that is not valid now: unknown, wrong, disabled, expired, ended, or not allowed from here.",
		"Send one header Authorization with Bearer and a credential that counts; an access token that is bound to a key goes with DPoP, and a new proof for each request. A session that has ended does not come back: sign in again.",
	},
	fault.Denied: {
		http.StatusForbidden, "denied", "The credential does not allow this",
		"The credential is valid, and who holds it may not do this. Somebody who acts for somebody else may read whose session it is, and nothing more.",
		"Use a credential that may, or ask the operator of the installation to grant the permission.",
	},
	fault.NotFound: {
		http.StatusNotFound, "not-found", "There is nothing here",
		"Nothing is at this path, or nothing that the credential may see.",
		"Check the path; a path has one spelling, without a slash at its end.",
	},
	fault.Conflict: {
		http.StatusConflict, "conflict", "It contradicts what is stored",
		"What was sent cannot stand beside what the installation holds: such a thing exists already, has ended, or was replaced. Nothing was done.",
		"Read what is stored, decide again and send that.",
	},
	fault.Unmet: {
		http.StatusConflict, "unmet", "A precondition does not hold",
		"The request is well-formed and allowed, but something that it depends on is missing. Nothing was done.",
		"See to what the detail names, then send the request again.",
	},
	fault.TooMany: {
		http.StatusTooManyRequests, "too-many-requests", "Too many requests",
		"The credential has used up its allowance, which RateLimit and RateLimit-Policy tell. Or too many tries to authenticate have failed from this address, or too many tokens that nobody has were presented; a credential or token that counts is not held up by those.",
		"Wait for the seconds in Retry-After. If RateLimit is missing, correct the credential or token before the next try.",
	},
	fault.TooLarge: {
		http.StatusRequestEntityTooLarge, "too-large", "The request is too large",
		"The body is larger than 64 KiB. Nothing was done.",
		"Send less; no request of this API needs a body of that size.",
	},
	fault.Unsupported: {
		http.StatusMethodNotAllowed, "method-not-allowed", "The method is not allowed here",
		"The path exists, but not with this method; HEAD is not allowed anywhere. Nothing was done.",
		"Use a method that the header Allow names.",
	},
	fault.Unavailable: {
		http.StatusServiceUnavailable, "unavailable", "Doorward cannot decide now",
		"The installation could not reach what it decides by, and so decided nothing. The request may be right or wrong.",
		"Try again, after the seconds in Retry-After where there are any. If it lasts, tell the operator of the installation.",
	},
}

// rowOf returns how a failure is answered.
func rowOf(f *fault.Error) row {
	if special, ok := byReason[f.Reason]; ok {
		return special
	}
	return byKind[f.Kind]
}

// problems returns all rows by code.
func problems() []row {
	all := slices.AppendSeq(slices.Collect(maps.Values(byReason)), maps.Values(byKind))
	slices.SortFunc(all, func(a, b row) int { return cmp.Compare(a.Code, b.Code) })
	return all
}
