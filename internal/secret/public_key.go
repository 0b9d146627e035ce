package secret

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/fault"
)

// PublicKey verifies what one signing key of ours signed, with that key's one algorithm and no other.
type PublicKey struct {
	ID        ID
	Algorithm Algorithm
	key       crypto.PublicKey
}

// KeySet is the public keys that count now, by kid; what is not in it is signed by nobody.
type KeySet map[ID]PublicKey

// ParsePublicKey reads the DER of a SubjectPublicKeyInfo (RFC 5280), which must be a key for the algorithm.
func ParsePublicKey(id ID, alg Algorithm, der []byte) (PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, damagedPublicKey(id, err)
	}
	if actual, ok := algorithmOf(key); !ok || actual != alg {
		return PublicKey{}, damagedPublicKey(id, nil)
	}
	return PublicKey{ID: id, Algorithm: alg, key: key}, nil
}

func damagedPublicKey(id ID, cause error) error {
	return &fault.Error{
		Kind: fault.Unmet, Reason: "signing-key-damaged", Cause: cause,
		Message: fmt.Sprintf("The public part of signing key %s is damaged or not one of its algorithm.", id),
	}
}

// DER returns the key as the SubjectPublicKeyInfo that ParsePublicKey reads.
func (p PublicKey) DER() ([]byte, error) { return x509.MarshalPKIXPublicKey(p.key) }

// JWK returns the key as a JSON Web Key (RFC 7517) with the members kid, alg and use "sig" beside the key's own.
func (p PublicKey) JWK() ([]byte, error) {
	return jose.JSONWebKey{Key: p.key, KeyID: p.ID.String(), Algorithm: string(p.Algorithm), Use: "sig"}.MarshalJSON()
}

// Thumbprint returns the key's RFC 7638 thumbprint with SHA-256: 43 characters of base64url.
func (p PublicKey) Thumbprint() (string, error) { return thumbprint(p.key) }

// JWKS returns the keys, in the order given, as a JWK Set (RFC 7517 §5).
func JWKS(keys []PublicKey) ([]byte, error) {
	set := struct {
		Keys []jsontext.Value `json:"keys"`
	}{Keys: []jsontext.Value{}}
	for _, key := range keys {
		jwk, err := key.JWK()
		if err != nil {
			return nil, fmt.Errorf("publish signing key %s: %w", key.ID, err)
		}
		set.Keys = append(set.Keys, jwk)
	}
	return json.Marshal(set)
}

func thumbprint(key crypto.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: key}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}
