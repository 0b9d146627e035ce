package secret

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	typeDPoP     = "dpop+jwt"
	uniqueIDMax  = 256 // bytes of a jti or nonce that we have to remember
	hashChars    = 43  // base64url of a SHA-256
	earliestDate = 0
	latestDate   = 1 << 40
)

// ProofRequest is the request that a DPoP proof came with; AccessTokenHash is empty where no access token came too.
type ProofRequest struct {
	Method          string // exactly as sent, for example "POST"
	URL             string // as the client sees it; its query and fragment do not count
	AccessTokenHash string // AccessTokenHash of the access token that the proof is presented with
	Window          time.Duration
}

// Proof is what a DPoP proof of RFC 9449 has shown: who holds the key of this thumbprint made this request now.
type Proof struct {
	Thumbprint string // RFC 7638, SHA-256
	ID         string // its jti, to be accepted once within the window
	Nonce      string // the one it repeats, or empty
	IssuedAt   time.Time
	ExpiresAt  time.Time // when it leaves the window
}

// AccessTokenHash returns the value that the claim ath has for an access token (RFC 9449 §4.2).
func AccessTokenHash(token Text) string {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// IsThumbprint reports whether text is one that a SHA-256 thumbprint can be: 43 characters of canonical base64url.
func IsThumbprint(text string) bool {
	_, ok := decodeBase64URL(text)
	return ok && len(text) == hashChars
}

type proofClaims struct {
	ID              string  `json:"jti"`
	Method          string  `json:"htm"`
	URL             string  `json:"htu"`
	IssuedAt        float64 `json:"iat"`
	AccessTokenHash string  `json:"ath"`
	Nonce           string  `json:"nonce"`
	NotBefore       float64 `json:"nbf"`
	ExpiresAt       float64 `json:"exp"`
}

// VerifyDPoP returns what a proof shows about the request it came with, by RFC 9449 §4.3 but for nonce and replay.
//
// Its iat is at most the window ago and 30 seconds ahead. Its key is a public
// JWK in the header; the header members are typ, alg, jwk and, if need be, kid. Anything else is Unauthenticated.
func VerifyDPoP(text Text, request ProofRequest, now time.Time) (Proof, error) {
	c, err := parseCompact(text)
	if err != nil {
		return Proof{}, err
	}
	if c.header.Type != typeDPoP {
		return Proof{}, refusedJWS(reasonType, nil)
	}
	key, err := parseJWK(c.header.Key)
	if err != nil {
		return Proof{}, refusedJWS(reasonKey, nil)
	}
	if err := c.signedBy(key.alg, key.key); err != nil {
		return Proof{}, err
	}
	var claims proofClaims
	if err := json.Unmarshal(c.payload, &claims); err != nil {
		return Proof{}, refusedJWS(reasonClaims, nil)
	}
	if err := claims.fit(request, now); err != nil {
		return Proof{}, err
	}
	print, err := thumbprint(key.key)
	if err != nil {
		return Proof{}, refusedJWS(reasonKey, nil)
	}
	issued := dateOf(claims.IssuedAt)
	return Proof{
		Thumbprint: print, ID: claims.ID, Nonce: claims.Nonce, IssuedAt: issued, ExpiresAt: issued.Add(request.Window),
	}, nil
}

func (c proofClaims) fit(request ProofRequest, now time.Time) error {
	if c.ID == "" || len(c.ID) > uniqueIDMax || len(c.Nonce) > uniqueIDMax || !isDate(c.IssuedAt) {
		return refusedJWS(reasonClaims, nil)
	}
	claimed, ok := requestURL(c.URL)
	actual, known := requestURL(request.URL)
	if !ok || !known || claimed != actual || c.Method == "" || c.Method != request.Method {
		return refusedJWS(reasonBinding, nil)
	}
	if request.AccessTokenHash != "" && c.AccessTokenHash != request.AccessTokenHash {
		return refusedJWS(reasonBinding, nil)
	}
	if dateOf(c.IssuedAt).Before(now.Add(-request.Window)) {
		return refusedJWS(reasonExpired, nil)
	}
	return foreignTimes(c.IssuedAt, c.NotBefore, c.ExpiresAt, now)
}

// requestURL returns what of a URL a proof is bound to, normalised as RFC 3986 §6.2.2 and §6.2.3 have it.
func requestURL(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	host := strings.ToLower(u.Host)
	switch u.Scheme { // url.Parse lowers it
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path, true
}
