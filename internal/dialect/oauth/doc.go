// Package oauth is the dialect of the standards: clients get access tokens for
// their own credentials or in exchange for what stands for somebody (RFC 6749,
// 7523, 8693, 8707, 9068, 9449), ask about tokens (RFC 7662), end them (RFC
// 7009), and find what they need to know (RFC 8414, 9728, 7517).
//
// Nobody signs in here: there is no authorization endpoint and no refresh
// token. The rules are the authority's; README.md is the contract.
package oauth
