// Package fault is the closed set of ways in which an act can fail.
//
// A rule fails with an *Error where the reason is known; a dialect turns the
// kind into its own status and shape. The public message and the operator's
// reason are different fields, and an error of no kind is internal: its text
// never reaches a client. Nothing here knows HTTP.
package fault

import (
	"errors"
	"time"
)

// Kind says in which of the closed set of ways something failed.
type Kind int

// The kinds. The zero value is Internal, so that an unknown error says nothing.
const (
	Internal        Kind = iota // we broke, the cause is for the operator
	Malformed                   // the input cannot be understood
	Unauthenticated             // no, unknown, wrong or ended credential
	Denied                      // the actor is known and may not
	NotFound                    // absent, or outside what the actor may see
	Conflict                    // it contradicts what is stored
	Unmet                       // a precondition of the act does not hold
	TooMany                     // a budget is spent; RetryAfter says for how long
	TooLarge                    // the input is over its size limit
	Unsupported                 // the method or form is not one we speak here
	Unavailable                 // we could not decide now, or do not know the outcome
)

var kindNames = [...]string{
	"internal", "malformed", "unauthenticated", "denied", "not-found", "conflict",
	"unmet", "too-many", "too-large", "unsupported", "unavailable",
}

// String returns the kind's stable name, as used in logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}

// Error is one failure: what a client may read and what the operator needs.
type Error struct {
	Kind       Kind
	Parameter  string        // the input at fault, in the words of the wire, or empty
	Message    string        // public, one sentence
	Reason     string        // stable code for the operator, never shown to the client
	RetryAfter time.Duration // for TooMany and Unavailable
	Cause      error
}

// Error returns the operator's view, cause included.
func (e *Error) Error() string {
	text := e.Kind.String()
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New returns a failure of a kind with the operator's reason and the public message.
func New(kind Kind, reason, message string) *Error {
	return &Error{Kind: kind, Reason: reason, Message: message}
}

// BadParameter returns a Malformed failure that names the parameter at fault.
func BadParameter(parameter, message string) *Error {
	return &Error{Kind: Malformed, Parameter: parameter, Reason: "bad-parameter", Message: message}
}

// UnknownOutcome says that a change may or may not have happened, which is never success (promise G3).
func UnknownOutcome(cause error) *Error {
	return &Error{
		Kind: Unavailable, Reason: ReasonUnknownOutcome, Cause: cause, RetryAfter: time.Second,
		Message: "The outcome is not known; check before trying again.",
	}
}

// ReasonUnknownOutcome is the reason of an act whose commit was neither confirmed nor refused.
const ReasonUnknownOutcome = "unknown-outcome"

// KindOf returns the kind of err: Internal for an error of no kind.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// ReasonOf returns the operator's reason of err, or "internal".
func ReasonOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Reason != "" {
		return e.Reason
	}
	return "internal"
}

// OriginOf returns the reason of the innermost failure in err: where it was known first, before a dialect gave it a
// name of its own.
func OriginOf(err error) string {
	reason := ReasonOf(err)
	for {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return reason
		}
		if e.Reason != "" {
			reason = e.Reason
		}
		err = e.Cause
	}
}

// As returns err as an *Error; one of no kind becomes Internal with err as its cause.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Reason: "internal", Message: "Something went wrong on our side.", Cause: err}
}
