package secret

import (
	"crypto"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/fault"
)

// jwk is every member that a public key may have: private and symmetric parts, certificates and addresses have none here.
type jwk struct {
	Type       string   `json:"kty"`
	Curve      string   `json:"crv,omitzero"`
	X          string   `json:"x,omitzero"`
	Y          string   `json:"y,omitzero"`
	Modulus    string   `json:"n,omitzero"`
	Exponent   string   `json:"e,omitzero"`
	Algorithm  string   `json:"alg,omitzero"`
	KeyID      string   `json:"kid,omitzero"`
	Use        string   `json:"use,omitzero"`
	Operations []string `json:"key_ops,omitzero"`
	Extract    bool     `json:"ext,omitzero"` // what a browser's WebCrypto adds
}

// foreignKey is a public key of somebody else, with the one algorithm it is for.
type foreignKey struct {
	id  string
	alg Algorithm
	key crypto.PublicKey
}

// parseJWK reads a public key in its one spelling: no private member, no padding, no spare bits, no leading zero.
func parseJWK(raw []byte) (foreignKey, error) {
	var members jwk
	if err := json.Unmarshal(raw, &members, json.RejectUnknownMembers(true)); err != nil {
		return foreignKey{}, fmt.Errorf("members of a JWK: %w", err)
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(raw); err != nil {
		return foreignKey{}, fmt.Errorf("JWK: %w", err)
	}
	alg, ok := algorithmOf(parsed.Key)
	if !ok || members.Algorithm != "" && members.Algorithm != string(alg) {
		return foreignKey{}, fmt.Errorf("JWK: not a key for an algorithm of ours")
	}
	if !members.signs() || !members.spelledAs(parsed.Key) {
		return foreignKey{}, fmt.Errorf("JWK: not for signatures, or not in its canonical spelling")
	}
	return foreignKey{id: members.KeyID, alg: alg, key: parsed.Key}, nil
}

// signs reports whether use and key_ops leave the key what it is wanted for (RFC 7517 §4.2, §4.3).
func (m jwk) signs() bool {
	for _, operation := range m.Operations {
		if operation != "verify" {
			return false
		}
	}
	return m.Use == "" || m.Use == "sig"
}

// spelledAs reports whether the members are the ones that key itself is written with.
func (m jwk) spelledAs(key crypto.PublicKey) bool {
	written, err := jose.JSONWebKey{Key: key}.MarshalJSON()
	if err != nil {
		return false
	}
	var own jwk
	if err := json.Unmarshal(written, &own); err != nil {
		return false
	}
	return own.Type == m.Type && own.Curve == m.Curve && own.X == m.X && own.Y == m.Y &&
		own.Modulus == m.Modulus && own.Exponent == m.Exponent
}

const (
	clientKeysMax     = 16
	clientKeysSizeMax = 32 << 10
)

// ClientKeys are the registered public keys of a client that authenticates with signed assertions.
type ClientKeys struct{ keys []foreignKey }

// ParseClientKeys reads a JWK Set (RFC 7517) of 1 to 16 public keys: P-256, Ed25519, or RSA of 2048 to 4096 bits.
//
// Several keys need a kid each, all different. Private members, x5c, x5u and
// every other member that is not of a bare public key are Malformed.
func ParseClientKeys(text []byte) (ClientKeys, error) {
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if len(text) > clientKeysSizeMax {
		return ClientKeys{}, badClientKeys(nil)
	}
	if err := json.Unmarshal(text, &set, json.RejectUnknownMembers(true)); err != nil {
		return ClientKeys{}, badClientKeys(err)
	}
	if len(set.Keys) == 0 || len(set.Keys) > clientKeysMax {
		return ClientKeys{}, badClientKeys(nil)
	}
	seen := map[string]bool{}
	var c ClientKeys
	for _, raw := range set.Keys {
		key, err := parseJWK(raw)
		if err != nil {
			return ClientKeys{}, badClientKeys(err)
		}
		if seen[key.id] || key.id == "" && len(set.Keys) > 1 {
			return ClientKeys{}, badClientKeys(nil)
		}
		seen[key.id] = true
		c.keys = append(c.keys, key)
	}
	return c, nil
}

// find returns the key of a kid; without one, the only key there is.
func (c ClientKeys) find(id string) (foreignKey, bool) {
	if id == "" && len(c.keys) == 1 {
		return c.keys[0], true
	}
	for _, key := range c.keys {
		if key.id == id && id != "" {
			return key, true
		}
	}
	return foreignKey{}, false
}

func badClientKeys(cause error) error {
	// The cause may quote a private key that somebody pasted, so it is not kept beside a public message of ours.
	reason := "client-keys-malformed"
	if cause == nil {
		reason = "client-keys-unfit"
	}
	return &fault.Error{
		Kind: fault.Malformed, Parameter: "jwks", Reason: reason,
		Message: "A JWK Set has 1 to 16 public keys (P-256, Ed25519, or RSA of 2048 to 4096 bits), with a different kid each and no private member.",
	}
}
