package client

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	compactMax = 16 << 10 // bytes of a JWS that is looked at
	base64URL  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	sha256Text = 43 // characters of a SHA-256 in base64url
)

// jwsHeader has every member that is allowed; crit, jku, x5u, x5c, zip, b64 and the rest are refused by having no field.
type jwsHeader struct {
	Algorithm string         `json:"alg"`
	KeyID     string         `json:"kid,omitzero"`
	Type      string         `json:"typ,omitzero"`
	Key       jsontext.Value `json:"jwk,omitzero"`
}

// compact is a JWS taken apart, of which nothing is proven yet.
type compact struct {
	text      string
	header    jwsHeader
	payload   []byte
	signature []byte
}

// parseCompact reads the compact serialisation of RFC 7515 §7.1 and no other: three parts of canonical base64url.
func parseCompact(text string) (compact, error) {
	if len(text) > compactMax {
		return compact{}, refuse(ReasonSize)
	}
	parts := strings.SplitN(text, ".", 4)
	if len(parts) != 3 {
		return compact{}, refuse(ReasonMalformed)
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = decodeBase64URL(part); !ok {
			return compact{}, refuse(ReasonMalformed)
		}
	}
	c := compact{text: text, payload: decoded[1], signature: decoded[2]}
	if json.Unmarshal(decoded[0], &c.header, json.RejectUnknownMembers(true)) != nil {
		return compact{}, refuse(ReasonHeader)
	}
	return c, nil
}

func decodeBase64URL(text string) ([]byte, bool) {
	if text == "" || strings.Trim(text, base64URL) != "" { // the decoder itself skips line breaks
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil
}

// publicKey is a key with the one algorithm that it verifies.
type publicKey struct {
	algorithm jose.SignatureAlgorithm
	key       crypto.PublicKey
}

// signedBy checks the signature with the algorithm that the key owns; the header only has to agree, or does not parse.
func (c compact) signedBy(k publicKey) error {
	parsed, err := jose.ParseSignedCompact(c.text, []jose.SignatureAlgorithm{k.algorithm})
	if err != nil {
		return refuse(ReasonSignature)
	}
	payload, err := parsed.Verify(k.key)
	if err != nil || !bytes.Equal(payload, c.payload) {
		return refuse(ReasonSignature)
	}
	return nil
}

var halfOrderP256 = new(big.Int).Rsh(elliptic.P256().Params().N, 1)

// hasLowS reports whether an ES256 signature is the one of its two spellings that Doorward makes; of the other it says
// that the token is unknown.
func (c compact) hasLowS() bool {
	return c.header.Algorithm != string(jose.ES256) || new(big.Int).SetBytes(c.signature[len(c.signature)/2:]).Cmp(halfOrderP256) <= 0
}

// algorithmOf returns the one algorithm a public key is for; false for a kind, curve or size that is not taken.
func algorithmOf(key crypto.PublicKey) (jose.SignatureAlgorithm, bool) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return jose.ES256, k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return jose.EdDSA, len(k) == ed25519.PublicKeySize
	case *rsa.PublicKey:
		bits := k.N.BitLen()
		return jose.RS256, bits >= 2048 && bits <= 4096 && k.E >= 3
	}
	return "", false
}

// parseJWK reads a bare public key for one of our algorithms; a private or symmetric one is none.
func parseJWK(raw []byte) (id string, k publicKey, ok bool) {
	var members struct {
		Algorithm string         `json:"alg"`
		Use       string         `json:"use"`
		Private   jsontext.Value `json:"d"`
		Symmetric jsontext.Value `json:"k"`
	}
	var parsed jose.JSONWebKey
	if json.Unmarshal(raw, &members) != nil || members.Private != nil || members.Symmetric != nil || parsed.UnmarshalJSON(raw) != nil {
		return "", publicKey{}, false
	}
	algorithm, ok := algorithmOf(parsed.Key)
	if !ok || members.Algorithm != "" && members.Algorithm != string(algorithm) || members.Use != "" && members.Use != "sig" {
		return "", publicKey{}, false
	}
	return parsed.KeyID, publicKey{algorithm: algorithm, key: parsed.Key}, true
}

// thumbprint returns the RFC 7638 thumbprint of a key with SHA-256.
func (k publicKey) thumbprint() (string, error) {
	sum, err := (&jose.JSONWebKey{Key: k.key}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}

func isThumbprint(text string) bool {
	_, ok := decodeBase64URL(text)
	return ok && len(text) == sha256Text
}
