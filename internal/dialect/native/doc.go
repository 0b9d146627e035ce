// Package native speaks Doorward's own API, /v1: what the back end of a relying
// module calls to redeem a login token, and what any service calls to learn
// whose a session is.
//
// README.md is the contract. Failures are RFC 9457 problem documents with a
// stable code. The package parses, calls the authority and writes the answer.
package native
