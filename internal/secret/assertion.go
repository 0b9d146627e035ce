package secret

import (
	"math"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// assertionMax is how far ahead an assertion may expire, since its jti is remembered until then.
const assertionMax = time.Hour

// RFC 7523 asks for no typ, and most clients send none or "JWT"; what is ours or a DPoP proof has another one.
var assertionTypes = []string{"", "JWT", "client-authentication+jwt"}

// Assertion is what a client's signed assertion has shown: who it is, with an identifier to be accepted once.
type Assertion struct {
	ClientID  string
	ID        string    // its jti
	ExpiresAt time.Time // when nobody accepts it any more, leeway included
}

type assertionClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	Audience  jsontext.Value `json:"aud"`
	ExpiresAt float64        `json:"exp"`
	IssuedAt  float64        `json:"iat"`
	NotBefore float64        `json:"nbf"`
	ID        string         `json:"jti"`
}

// AssertedClient returns the client that an assertion claims to be from, of which nothing is proven: it says whose keys to try.
func AssertedClient(text Text) (string, error) {
	_, claims, err := parseAssertion(text)
	return claims.Subject, err
}

// VerifyAssertion returns who is authenticated by a client assertion (RFC 7523 §3) that a registered key signed.
//
// Issuer and subject are the client; aud is exactly one of audiences, alone; exp
// is in the future by at most an hour; jti is there; iat and nbf, if there, are past; 30 seconds of
// leeway. A kid in the header selects the key, and may be missing when there is but one. Anything else is Unauthenticated.
func VerifyAssertion(text Text, keys ClientKeys, audiences []string, now time.Time) (Assertion, error) {
	c, claims, err := parseAssertion(text)
	if err != nil {
		return Assertion{}, err
	}
	key, ok := keys.find(c.header.KeyID)
	if !ok {
		return Assertion{}, refusedJWS(reasonKey, nil)
	}
	if err := c.signedBy(key.alg, key.key); err != nil {
		return Assertion{}, err
	}
	if audience, ok := soleAudience(claims.Audience); !ok || !slices.Contains(audiences, audience) {
		return Assertion{}, refusedJWS(reasonAudience, nil)
	}
	if err := foreignTimes(claims.IssuedAt, claims.NotBefore, claims.ExpiresAt, now); err != nil {
		return Assertion{}, err
	}
	expires := dateOf(claims.ExpiresAt)
	if expires.After(now.Add(assertionMax + foreignLeeway)) {
		return Assertion{}, refusedJWS(reasonClaims, nil)
	}
	return Assertion{ClientID: claims.Subject, ID: claims.ID, ExpiresAt: expires.Add(foreignLeeway)}, nil
}

func parseAssertion(text Text) (compact, assertionClaims, error) {
	c, err := parseCompact(text)
	if err != nil {
		return compact{}, assertionClaims{}, err
	}
	if !slices.Contains(assertionTypes, c.header.Type) {
		return compact{}, assertionClaims{}, refusedJWS(reasonType, nil)
	}
	if c.header.Key != nil {
		return compact{}, assertionClaims{}, refusedJWS(reasonHeader, nil)
	}
	var claims assertionClaims
	if err := json.Unmarshal(c.payload, &claims); err != nil {
		return compact{}, assertionClaims{}, refusedJWS(reasonClaims, nil)
	}
	named := claims.Subject != "" && len(claims.Subject) <= uniqueIDMax && claims.Issuer == claims.Subject
	if !named || claims.ID == "" || len(claims.ID) > uniqueIDMax || !isDate(claims.ExpiresAt) {
		return compact{}, assertionClaims{}, refusedJWS(reasonClaims, nil)
	}
	return c, claims, nil
}

// soleAudience reads aud, which may be a string or a list of one: an assertion for two could be played to the other.
func soleAudience(raw jsontext.Value) (string, bool) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one, one != ""
	}
	var several []string
	if json.Unmarshal(raw, &several) != nil || len(several) != 1 {
		return "", false
	}
	return several[0], several[0] != ""
}

// foreignTimes judges the dates of a JWS that somebody else signed; zero is one that is not there.
func foreignTimes(issued, notBefore, expires float64, now time.Time) error {
	for _, date := range []float64{issued, notBefore, expires} {
		if date != 0 && !isDate(date) {
			return refusedJWS(reasonClaims, nil)
		}
	}
	latest := now.Add(foreignLeeway)
	switch {
	case expires != 0 && !now.Before(dateOf(expires).Add(foreignLeeway)):
		return refusedJWS(reasonExpired, nil)
	case dateOf(issued).After(latest), dateOf(notBefore).After(latest):
		return refusedJWS(reasonEarly, nil)
	}
	return nil
}

// isDate reports whether a number is a NumericDate that a clock can show; RFC 7519 allows a fraction.
func isDate(seconds float64) bool { return seconds > earliestDate && seconds < latestDate }

func dateOf(seconds float64) time.Time {
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC()
}
