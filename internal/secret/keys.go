package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/doorward/doorward/internal/fault"
)

const keyBytes = 32

// Keys holds the pepper and the sealing key of an installation, which are kept outside its store.
type Keys struct {
	pepper, sealing *[keyBytes]byte // pointers, so that fmt prints addresses at most
	repeat          *repeatable     // where what is minted comes from, in place of chance
	macs            *sync.Pool      // of fingerprinters
}

// KeysFrom returns the keys made of two given values, for tests and for what reads them from elsewhere.
func KeysFrom(pepper, sealing [keyBytes]byte) *Keys {
	return &Keys{pepper: &pepper, sealing: &sealing, macs: &sync.Pool{}}
}

// Format writes "[secret]" for every verb, so that keys are never printed.
func (k Keys) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// PepperID returns the eight hex digits that name the pepper without giving it away.
func (k *Keys) PepperID() string { return keyID(k.pepper) }

// SealingKeyID returns the eight hex digits that name the sealing key without giving it away.
func (k *Keys) SealingKeyID() string { return keyID(k.sealing) }

// Check returns what a store keeps to recognise its keys: id:proof of the pepper, a slash, the same of the sealing key.
func (k *Keys) Check() string { return proof(k.pepper) + "/" + proof(k.sealing) }

// Matches returns an Unmet fault that names the wrong key unless check was made by these keys.
func (k *Keys) Matches(check string) error {
	pepper, sealing, found := strings.Cut(check, "/")
	if !found {
		return fault.New(fault.Unmet, "key-check-malformed",
			"The store's key check cannot be read; restore the store from its backup.")
	}
	wrongPepper, wrongSealing := !sameText(pepper, proof(k.pepper)), !sameText(sealing, proof(k.sealing))
	switch {
	case wrongPepper && wrongSealing:
		return wrongKeys("wrong-keys", "The pepper and the sealing key are", pepper, sealing)
	case wrongPepper:
		return wrongKeys("wrong-pepper", "The pepper is", pepper)
	case wrongSealing:
		return wrongKeys("wrong-sealing-key", "The sealing key is", sealing)
	}
	return nil
}

func wrongKeys(reason, subject string, stored ...string) error {
	for i := range stored {
		stored[i], _, _ = strings.Cut(stored[i], ":")
	}
	return fault.New(fault.Unmet, reason, fmt.Sprintf(
		"%s not the one this store was made with (key id %s): restore the keys directory that belongs to this store.",
		subject, strings.Join(stored, ", ")))
}

func proof(key *[keyBytes]byte) string {
	return keyID(key) + ":" + hex.EncodeToString(framedMAC(key, "check"))
}

func keyID(key *[keyBytes]byte) string {
	return hex.EncodeToString(framedMAC(key, "key-id")[:4])
}

func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// framedMAC frames every field with its length, so that no two lists of fields
// share a message; the leading zero byte keeps it apart from every fingerprint's.
func framedMAC(key *[keyBytes]byte, fields ...string) []byte {
	mac := hmac.New(sha256.New, key[:])
	for _, field := range fields {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		mac.Write(length[:])
		mac.Write([]byte(field))
	}
	return mac.Sum(nil)
}
