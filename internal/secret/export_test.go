package secret

import "crypto"

// Signer gives tests the private part, to sign what Sign never would.
func (k SigningKey) Signer() crypto.Signer { return k.private.signer }

// ThumbprintOf returns the thumbprint of a public JWK.
func ThumbprintOf(jwk []byte) (string, error) {
	key, err := parseJWK(jwk)
	if err != nil {
		return "", err
	}
	return thumbprint(key.key)
}
