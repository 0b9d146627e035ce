package secret

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/x509"
	"encoding/binary"
	"fmt"

	"github.com/doorward/doorward/internal/fault"
)

const sealedVersion = 1

// SealSigningKey returns the private part of key for the store, which can only be opened as the same kid and algorithm.
//
// It is a version byte (1), a 12-byte random nonce, and the PKCS #8 encoding
// under AES-256-GCM with a key of its own that is derived from the sealing key.
func (k *Keys) SealSigningKey(key SigningKey) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key.private.signer)
	if err != nil {
		return nil, fmt.Errorf("encode signing key %s: %w", key.ID, err)
	}
	defer clear(plain)
	aead, err := k.signingKeyAEAD()
	if err != nil {
		return nil, err
	}
	return aead.Seal([]byte{sealedVersion}, nil, plain, sealedRow(key.ID, key.Algorithm)), nil
}

// OpenSigningKey returns the key that SealSigningKey sealed for this kid and algorithm; anything else is Unmet.
func (k *Keys) OpenSigningKey(id ID, alg Algorithm, sealed []byte) (SigningKey, error) {
	aead, err := k.signingKeyAEAD()
	if err != nil {
		return SigningKey{}, err
	}
	if len(sealed) == 0 || sealed[0] != sealedVersion {
		return SigningKey{}, cannotOpen(id, nil)
	}
	plain, err := aead.Open(nil, nil, sealed[1:], sealedRow(id, alg))
	if err != nil {
		return SigningKey{}, cannotOpen(id, err)
	}
	defer clear(plain)
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return SigningKey{}, cannotOpen(id, err)
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return SigningKey{}, cannotOpen(id, nil)
	}
	if actual, ok := algorithmOf(signer.Public()); !ok || actual != alg {
		return SigningKey{}, cannotOpen(id, nil)
	}
	return SigningKey{ID: id, Algorithm: alg, private: &privatePart{signer}}, nil
}

func (k *Keys) signingKeyAEAD() (cipher.AEAD, error) {
	block, err := aes.NewCipher(framedMAC(k.sealing, "seal-signing-key"))
	if err != nil {
		return nil, fmt.Errorf("seal signing keys: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealedRow is authenticated with the private key, so that a row cannot be given another's key or algorithm.
func sealedRow(id ID, alg Algorithm) []byte {
	row := append([]byte("doorward-signing-key\x00"), id[:]...)
	row = binary.BigEndian.AppendUint16(row, uint16(len(alg)))
	return append(row, alg...)
}

func cannotOpen(id ID, cause error) error {
	return &fault.Error{
		Kind: fault.Unmet, Reason: "signing-key-sealed", Cause: cause,
		Message: fmt.Sprintf("The signing key %s cannot be opened: its row is damaged or was sealed with another sealing key; restore the keys directory that belongs to this store.", id),
	}
}
