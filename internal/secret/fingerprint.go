package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
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
	m := k.takeMAC()
	defer k.macs.Put(m)
	m.framed = append(append(append(m.framed[:0], purpose...), 0), text.Reveal()...)
	m.mac.Write(m.framed)
	m.sum = m.mac.Sum(m.sum[:0])
	clear(m.framed) // it is clear text
	return Fingerprint(m.sum)
}

// fingerprinter is an HMAC under the pepper with its room. Taking the key in is half of the work for a short text, and
// done once for each: every request with a secret needs a fingerprint or two.
type fingerprinter struct {
	mac    hash.Hash
	framed []byte
	sum    []byte
}

func (k *Keys) takeMAC() *fingerprinter {
	if m, ok := k.macs.Get().(*fingerprinter); ok {
		m.mac.Reset()
		return m
	}
	return &fingerprinter{mac: hmac.New(sha256.New, k.pepper[:])}
}
