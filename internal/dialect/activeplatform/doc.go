// Package activeplatform speaks the part of the ActivePlatform API by which a
// manager of a reseller is handed over as the owner of an account, reads the
// resellers, accounts and managers downstream, and replaces a personal token.
//
// README.md is the contract. The package parses, calls the authority and writes
// the answer; it decides nothing about who may be handed over, shown or given
// a token.
package activeplatform
