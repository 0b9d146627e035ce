package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// Purpose says what a fingerprint is of, so that one string never stands for another kind.
type Purpose string

// The purposes. Their text is part of every stored fingerprint and never changes.
const (
	PurposeAPIKey             Purpose = "api-key"
	PurposePairKey            Purpose = "pair-key"
	PurposePairSecret         Purpose = "pair-secret"
	PurposeManagerKey         Purpose = "manager-key"
	PurposePassCodeIdentifier Purpose = "pass-code-identifier"
	PurposeAuthenticationCode Purpose = "authentication-code"
	PurposeSession            Purpose = "session"
	PurposeLoginToken         Purpose = "login-token"
	PurposeAccessToken        Purpose = "access-token"
	PurposeClientID           Purpose = "client-id" // of a client that signs what it proves itself by
	PurposeOnce               Purpose = "once"      // ids of assertions and proofs
	PurposeIdempotency        Purpose = "idempotency"
	PurposePresented          Purpose = "presented" // limiter keys of what nobody knows
)

// Fingerprint is the keyed lookup value of a secret with at least 128 bits of entropy.
type Fingerprint [sha256.Size]byte

// Equal compares two fingerprints in constant time.
func (f Fingerprint) Equal(other Fingerprint) bool {
	return subtle.ConstantTimeCompare(f[:], other[:]) == 1
}

// Fingerprint returns HMAC-SHA-256(pepper, purpose || 0x00 || the exact bytes of the text).
func (k *Keys) Fingerprint(purpose Purpose, text Text) Fingerprint {
	mac := hmac.New(sha256.New, k.pepper[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(text.Reveal()))
	return Fingerprint(mac.Sum(nil))
}
