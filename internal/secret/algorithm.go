package secret

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"slices"

	"github.com/doorward/doorward/internal/fault"
)

// Algorithm is how a JWS is signed, by its name of RFC 7518 and RFC 8037; a key has exactly one.
type Algorithm string

// The algorithms: all of them asymmetric, so that no verifier can sign.
const (
	ES256 Algorithm = "ES256" // ECDSA on P-256 with SHA-256
	EdDSA Algorithm = "EdDSA" // Ed25519
	RS256 Algorithm = "RS256" // RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 4096 bits
)

const (
	rsaBits    = 2048
	rsaBitsMax = 4096
)

// Algorithms returns every algorithm that we sign and verify with, the default first.
func Algorithms() []Algorithm { return []Algorithm{ES256, EdDSA, RS256} }

// ParseAlgorithm reads the exact name of one of the algorithms.
func ParseAlgorithm(name string) (Algorithm, error) {
	if alg := Algorithm(name); slices.Contains(Algorithms(), alg) {
		return alg, nil
	}
	return "", fault.BadParameter("algorithm", "An algorithm is ES256, EdDSA or RS256.")
}

func generate(alg Algorithm) (crypto.Signer, error) {
	switch alg {
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case RS256:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	}
	_, err := ParseAlgorithm(string(alg))
	return nil, err
}

// algorithmOf returns the one algorithm a public key is for; false for a kind, curve or size that we do not take.
func algorithmOf(key crypto.PublicKey) (Algorithm, bool) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ES256, k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return EdDSA, len(k) == ed25519.PublicKeySize
	case *rsa.PublicKey:
		bits := k.N.BitLen()
		return RS256, bits >= rsaBits && bits <= rsaBitsMax && k.E >= 3 && k.E%2 == 1
	}
	return "", false
}
