// Package activeplatform speaks the part of the ActivePlatform API by which a
// manager of a reseller is handed over as the owner of an account: one route,
// which answers a one-time token for the owner's log-in page.
//
// README.md is the contract. The package parses, calls the authority and writes
// the answer; it decides nothing about who may be handed over.
package activeplatform
