// Package secret makes and recognises every string that proves something.
//
// It mints sessions, login tokens and API keys, parses what is presented,
// computes the fingerprints under which a store finds them again, and hashes
// the passwords and pass codes that people type.
//
// # Clear text
//
// A [Text] holds clear text and prints as "[secret]" through every verb, encoder
// and logger. Only Reveal gives it back; call it where the text leaves for its owner.
//
// # Formats
//
// Where a wire leaves the choice to us, a secret is native: a four-character
// prefix and 56 characters of lower-case base32 (RFC 4648 §7, digits 0-9a-v, no
// padding) of 35 bytes:
//
//	dws_ session · dwl_ login token · dwk_ API key
//	16 bytes  identifier: 48-bit big-endian Unix milliseconds, 80 random bits
//	16 bytes  random
//	 3 bytes  checksum: SHA-256 over the prefix and the 32 bytes before, cut
//
// The dialects ask for three more: 64 lower-case hex (identifier and 16 random
// bytes), 32 upper-case hex (16 random bytes) and 22 of [A-Za-z0-9]. Parsing
// is exact: one secret has one spelling, and nothing is trimmed, folded or padded.
//
// # Signed texts
//
// What others check by themselves is a JWS in compact serialisation (RFC 7515
// §7.1): ES256, EdDSA or RS256, at most 16 KiB. [SigningKey.Sign] makes access
// tokens (typ at+jwt) and identities (identity+jwt); each kind has one verifier,
// [VerifyAccess] and [VerifyIdentity], and so have the two kinds that others sign:
// proofs (dpop+jwt, [VerifyDPoP]) and client assertions ([VerifyAssertion]). A
// verifier takes the header members alg, kid and typ, in a proof jwk too, and no
// others; the key, not the header, says which algorithm it is for.
//
// # At rest
//
// A store keeps fingerprints, which are HMAC-SHA-256 under a pepper that lives
// outside of it, password hashes, and signing keys sealed with AES-256-GCM, bound
// to their kid and algorithm. [OpenKeys] reads the pepper and the sealing
// key from their directory; [Keys.Check] lets a store notice the wrong ones at boot.
//
// This package never stores, logs or sends anything, and never decides who may do what.
package secret
