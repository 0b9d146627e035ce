// Package alephee speaks the Alephee API: an integrator's key mints a login
// token that hands a person over to the account's portal, and lists the key's
// accounts and, with a validation token, the people of one.
//
// README.md is the contract with every divergence, openapi.yaml the same for
// machines. The package parses, asks the authority and writes the answer; it
// decides nothing but the shape of the wire and the rate of calls.
package alephee
