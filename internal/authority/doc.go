// Package authority holds every rule of Doorward: a credential comes in, the
// principal and tenant are resolved, a session or a one-time login token goes
// out, is verified, redeemed exactly once, closed, and recorded.
//
// Each operation takes the Actor first. Every change goes through one door
// (act.go): it checks what the actor may do, opens the transaction, runs the
// change, appends the event in the same transaction and commits. Only what is no
// act goes past it: the counts of pages shown and the last uses of sessions. Rights are
// computed at use, from what the store says now, never from what was true when
// a token was made.
//
// The package defines the Store it needs. It knows no HTTP, no SQL and no
// cryptography of its own; no dialect's words appear here.
package authority
