// Package crashproof holds the proof that no crash loses, doubles or revives
// anything (promises G1, G2, G3 and G6). It has tests only.
//
// In each round many clients log in, mint, redeem and release at once over HTTP
// against the real program, on each engine; in the middle of it the program
// gets SIGKILL. What was acknowledged and what got no answer is in a ledger.
// The program starts again on the same store and the ledger is held against
// it twice: over HTTP, as a client sees it, and in the store, act by act.
//
// That the proof can fail is shown by lies told between the clients and an
// honest program, and by damages done to a store that was in order.
//
// make crash runs it for CRASH_ROUNDS rounds; the normal test run takes a few.
package crashproof
