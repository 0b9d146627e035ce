// Package limit keeps load, guessing and request rates within bounds.
//
//   - [Pool] runs slow hashing: so many at once, a bounded queue behind them, and
//     a refusal at once beyond that.
//   - [Places] bounds how many are at work at once, how many wait and for how long.
//   - [Guesses] counts failed tries per key and locks a key that has failed too
//     often. A try is reserved before its work, so that a burst sent at once
//     gets no more hashes than one sent slowly.
//   - [Meter] limits the rate of calls per key by the generic cell rate algorithm.
//   - [SourcePrefix] is the part of a client's address that limits belong to.
//
// All state is in memory, bounded in size, and of this process only. Time comes
// from the clock given; a nil clock is time.Now.
//
// Keys are opaque here: the caller gives a resolved principal or a fingerprint,
// never a spelling that a client chooses, or one login would get many budgets.
// This package knows no credential, no principal and no HTTP.
package limit
