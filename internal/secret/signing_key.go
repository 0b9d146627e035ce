package secret

import (
	"crypto"
	"crypto/elliptic"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/fault"
)

// SigningKey is a private key that signs what we issue; its identifier is the kid of the JWS header, used once ever.
type SigningKey struct {
	ID        ID
	Algorithm Algorithm
	private   *privatePart // a pointer, so that fmt prints an address at most
}

type privatePart struct{ signer crypto.Signer }

// NewSigningKey makes a key whose identifier sorts by now, which comes from the store's clock.
func NewSigningKey(alg Algorithm, now time.Time) (SigningKey, error) {
	signer, err := generate(alg)
	if err != nil {
		return SigningKey{}, err
	}
	return SigningKey{ID: NewID(now), Algorithm: alg, private: &privatePart{signer}}, nil
}

// Format writes "[secret]" for every verb, so that a signing key is never printed.
func (k SigningKey) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// IsZero reports whether there is no private key to sign with.
func (k SigningKey) IsZero() bool { return k.private == nil }

// Public returns the part of the key that may be published.
func (k SigningKey) Public() PublicKey {
	return PublicKey{ID: k.ID, Algorithm: k.Algorithm, key: k.private.signer.Public()}
}

// Claims are what a JWS of ours says: AccessClaims or IdentityClaims, each with a typ and a verifier of its own.
type Claims interface {
	kind() string
	complete() error
}

// Sign returns claims as a JWS in compact serialisation (RFC 7515 §7.1) with the header members alg, kid and typ.
//
// Claims that our own verifier would refuse are an internal failure. An ES256
// signature has the lower of its two possible s, so that one token has one spelling.
func (k SigningKey) Sign(claims Claims) (Text, error) {
	if k.IsZero() {
		return Text{}, fmt.Errorf("sign %s: no signing key", claims.kind())
	}
	if err := claims.complete(); err != nil {
		return Text{}, &fault.Error{Kind: fault.Internal, Reason: "claims-incomplete", Cause: err}
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return Text{}, fmt.Errorf("encode the claims of %s: %w", claims.kind(), err)
	}
	return k.sign(claims.kind(), payload)
}

func (k SigningKey) sign(kind string, payload []byte) (Text, error) {
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(k.Algorithm),
		Key:       jose.JSONWebKey{Key: k.private.signer, KeyID: k.ID.String()},
	}, new(jose.SignerOptions).WithType(jose.ContentType(kind)))
	if err != nil {
		return Text{}, fmt.Errorf("sign %s: %w", kind, err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return Text{}, fmt.Errorf("sign %s: %w", kind, err)
	}
	lowerS(k.Algorithm, signed.Signatures[0].Signature)
	compact, err := signed.CompactSerialize()
	if err != nil {
		return Text{}, fmt.Errorf("sign %s: %w", kind, err)
	}
	return Of(compact), nil
}

// Of two signatures (r, s) and (r, n-s) both verify, and anyone can make one of the other.
var (
	orderP256     = elliptic.P256().Params().N
	halfOrderP256 = new(big.Int).Rsh(orderP256, 1)
)

// hasLowS reports whether a signature is the one of its two spellings that we make.
func hasLowS(alg Algorithm, signature []byte) bool {
	return alg != ES256 || new(big.Int).SetBytes(signature[len(signature)/2:]).Cmp(halfOrderP256) <= 0
}

func lowerS(alg Algorithm, signature []byte) {
	if !hasLowS(alg, signature) {
		half := signature[len(signature)/2:]
		s := new(big.Int).SetBytes(half)
		s.Sub(orderP256, s).FillBytes(half)
	}
}
