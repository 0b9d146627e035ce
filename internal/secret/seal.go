package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// Seal is a running MAC over what is written to it: who has not the sealing key can neither make nor change it unseen.
type Seal struct{ mac hash.Hash }

// NewSeal returns the seal of nothing yet: HMAC-SHA-256 under a key of its own for each purpose.
func (k *Keys) NewSeal(purpose string) *Seal {
	return &Seal{hmac.New(sha256.New, framedMAC(k.sealing, "seal", purpose))}
}

// Write adds bytes to what is sealed; it never fails.
func (s *Seal) Write(p []byte) (int, error) { return s.mac.Write(p) }

// String returns the seal of all that was written so far, in 64 hex digits.
func (s *Seal) String() string { return hex.EncodeToString(s.mac.Sum(nil)) }
