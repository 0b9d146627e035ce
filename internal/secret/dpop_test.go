package secret_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/doorward/doorward/internal/secret"
)

const tokenURL = issuer + "/oauth2/token"

func proofRequest() secret.ProofRequest {
	return secret.ProofRequest{Method: "POST", URL: tokenURL, Window: time.Minute}
}

func proofClaims(t testing.TB, members map[string]any) string {
	return changed(t, jsonOf(t, map[string]any{
		"jti": "one", "htm": "POST", "htu": tokenURL, "iat": signedAt.Unix(),
	}), members)
}

func publicJWK(t testing.TB, key secret.SigningKey) string {
	t.Helper()
	raw, err := jose.JSONWebKey{Key: key.Signer().Public()}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func proofHeader(alg secret.Algorithm, jwk string) string {
	return `{"typ":"dpop+jwt","alg":"` + string(alg) + `","jwk":` + jwk + `}`
}

func TestAProofShowsWhoHoldsTheKey(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		access := secret.Of("an access token")
		hash := secret.AccessTokenHash(access)
		text := forged(t, key.Signer(), proofHeader(alg, publicJWK(t, key)), proofClaims(t, map[string]any{
			"ath": hash, "nonce": "n-1", "iat": float64(signedAt.Unix()) + 0.25, "app": map[string]any{"version": 3},
		}))
		request := proofRequest()
		request.AccessTokenHash = hash
		request.URL = "HTTPS://TOKENS.example.test:443/oauth2/token?code=1#part"
		got, err := secret.VerifyDPoP(secret.Of(text), request, signedAt)
		want, _ := key.Public().Thumbprint()
		if err != nil || got.Thumbprint != want || !secret.IsThumbprint(want) || got.ID != "one" || got.Nonce != "n-1" ||
			!got.IssuedAt.Equal(signedAt.Add(250*time.Millisecond)) || !got.ExpiresAt.Equal(got.IssuedAt.Add(time.Minute)) {
			t.Errorf("%s: %+v, %v", alg, got, err)
		}
	}
}

// The example of RFC 7638 §3.1, and that of RFC 8037 A.3.
func TestThumbprintsAreTheOnesOfTheRFCs(t *testing.T) {
	for jwk, want := range map[string]string{
		`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
		`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
	} {
		if got, err := secret.ThumbprintOf([]byte(jwk)); got != want || err != nil {
			t.Errorf("%s has %s, %v", jwk, got, err)
		}
	}
}

func TestAProofIsRefused(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	jwk := publicJWK(t, key)
	good := proofHeader(secret.ES256, jwk)
	claims := proofClaims(t, nil)
	member := func(text string) string { return proofHeader(secret.ES256, strings.TrimSuffix(jwk, "}")+","+text+"}") }
	header := func(text string) string { return strings.TrimSuffix(good, "}") + "," + text + "}" }
	for name, c := range map[string]struct{ header, payload, reason string }{
		"typ JWT":                 {strings.Replace(good, "dpop+jwt", "JWT", 1), claims, "jws-type"},
		"no jwk":                  {`{"typ":"dpop+jwt","alg":"ES256"}`, claims, "jws-unknown-key"},
		"jwk null":                {proofHeader(secret.ES256, "null"), claims, "jws-unknown-key"},
		"jwk a text":              {proofHeader(secret.ES256, `"x"`), claims, "jws-unknown-key"},
		"jku":                     {header(`"jku":"https://a.example.test"`), claims, "jws-header"},
		"x5c":                     {header(`"x5c":[]`), claims, "jws-header"},
		"crit":                    {header(`"crit":["b64"]`), claims, "jws-header"},
		"two jwks":                {header(`"jwk":` + jwk), claims, "jws-header"},
		"alg none":                {strings.Replace(good, "ES256", "none", 1), claims, "jws-unknown-key"},
		"alg HS256":               {strings.Replace(good, "ES256", "HS256", 1), claims, "jws-unknown-key"},
		"alg of another key":      {strings.Replace(good, "ES256", "RS256", 1), claims, "jws-unknown-key"},
		"a private member":        {member(`"d":"AAAA"`), claims, "jws-unknown-key"},
		"a private RSA member":    {member(`"p":"AAAA"`), claims, "jws-unknown-key"},
		"a symmetric member":      {member(`"k":"AAAA"`), claims, "jws-unknown-key"},
		"a certificate":           {member(`"x5c":["AAAA"]`), claims, "jws-unknown-key"},
		"a key for encryption":    {member(`"use":"enc"`), claims, "jws-unknown-key"},
		"a key for signing":       {member(`"key_ops":["sign"]`), claims, "jws-unknown-key"},
		"a key of another alg":    {member(`"alg":"ES384"`), claims, "jws-unknown-key"},
		"a symmetric key":         {proofHeader(secret.ES256, `{"kty":"oct","k":"AAAA"}`), claims, "jws-unknown-key"},
		"two xs":                  {member(`"x":"AAAA"`), claims, "jws-header"},
		"padding in the key":      {strings.Replace(good, `","y":`, `=","y":`, 1), claims, "jws-unknown-key"},
		"a point off the curve":   {proofHeader(secret.ES256, `{"kty":"EC","crv":"P-256","x":"`+strings.Repeat("A", 43)+`","y":"`+strings.Repeat("A", 43)+`"}`), claims, "jws-unknown-key"},
		"another method":          {good, proofClaims(t, map[string]any{"htm": "GET"}), "jws-binding"},
		"a method in small":       {good, proofClaims(t, map[string]any{"htm": "post"}), "jws-binding"},
		"no method":               {good, proofClaims(t, map[string]any{"htm": nil}), "jws-binding"},
		"another path":            {good, proofClaims(t, map[string]any{"htu": tokenURL + "/"}), "jws-binding"},
		"another host":            {good, proofClaims(t, map[string]any{"htu": "https://other.example.test/oauth2/token"}), "jws-binding"},
		"another scheme":          {good, proofClaims(t, map[string]any{"htu": strings.Replace(tokenURL, "https", "http", 1)}), "jws-binding"},
		"another port":            {good, proofClaims(t, map[string]any{"htu": strings.Replace(tokenURL, ".test/", ".test:8443/", 1)}), "jws-binding"},
		"a user in the URL":       {good, proofClaims(t, map[string]any{"htu": strings.Replace(tokenURL, "https://", "https://a@", 1)}), "jws-binding"},
		"no URL":                  {good, proofClaims(t, map[string]any{"htu": nil}), "jws-binding"},
		"a path for a URL":        {good, proofClaims(t, map[string]any{"htu": "/oauth2/token"}), "jws-binding"},
		"no jti":                  {good, proofClaims(t, map[string]any{"jti": nil}), "jws-claims"},
		"a long jti":              {good, proofClaims(t, map[string]any{"jti": strings.Repeat("x", 257)}), "jws-claims"},
		"a jti that is a number":  {good, proofClaims(t, map[string]any{"jti": 1}), "jws-claims"},
		"a long nonce":            {good, proofClaims(t, map[string]any{"nonce": strings.Repeat("x", 257)}), "jws-claims"},
		"no iat":                  {good, proofClaims(t, map[string]any{"iat": nil}), "jws-claims"},
		"an iat in text":          {good, proofClaims(t, map[string]any{"iat": "1"}), "jws-claims"},
		"an endless iat":          {good, proofClaims(t, map[string]any{"iat": 1e300}), "jws-claims"},
		"before the window":       {good, proofClaims(t, map[string]any{"iat": signedAt.Unix() - 61}), "jws-expired"},
		"ahead of the leeway":     {good, proofClaims(t, map[string]any{"iat": signedAt.Unix() + 31}), "jws-not-yet-valid"},
		"expired":                 {good, proofClaims(t, map[string]any{"exp": signedAt.Unix() - 30}), "jws-expired"},
		"not before later":        {good, proofClaims(t, map[string]any{"nbf": signedAt.Unix() + 31}), "jws-not-yet-valid"},
		"two jtis":                {good, strings.TrimSuffix(claims, "}") + `,"jti":"two"}`, "jws-claims"},
		"a duplicate out of view": {good, strings.TrimSuffix(claims, "}") + `,"app":{"a":1,"a":2}}`, "jws-claims"},
		"no object":               {good, `"x"`, "jws-claims"},
	} {
		_, err := secret.VerifyDPoP(secret.Of(forged(t, key.Signer(), c.header, c.payload)), proofRequest(), signedAt)
		mustRefuse(t, name, err, c.reason)
	}
	request := proofRequest()
	request.AccessTokenHash = secret.AccessTokenHash(secret.Of("a token"))
	for name, ath := range map[string]any{"no ath": nil, "another ath": secret.AccessTokenHash(secret.Of("another")), "an empty ath": ""} {
		_, err := secret.VerifyDPoP(secret.Of(forged(t, key.Signer(), good, proofClaims(t, map[string]any{"ath": ath}))), request, signedAt)
		mustRefuse(t, name, err, "jws-binding")
	}
	stranger := newSigningKey(t, secret.ES256)
	_, err := secret.VerifyDPoP(secret.Of(forged(t, stranger.Signer(), good, claims)), proofRequest(), signedAt)
	mustRefuse(t, "another's key", err, "jws-signature")
}

// A key has one spelling: spare bits, line breaks and leading zeros are another one.
func TestAKeyInAnotherSpellingIsRefused(t *testing.T) {
	ed, rs := publicJWK(t, newSigningKey(t, secret.EdDSA)), publicJWK(t, newSigningKey(t, secret.RS256))
	x := ed[strings.Index(ed, `"x":"`)+5:][:43]
	n := rs[strings.Index(rs, `"n":"`)+5:]
	n = n[:strings.IndexByte(n, '"')]
	for name, jwk := range map[string]string{
		"spare bits":     strings.Replace(ed, x, x[:42]+spareBit(x[42]), 1),
		"a line break":   strings.Replace(ed, x, x[:20]+`\n`+x[20:], 1),
		"a leading zero": strings.Replace(rs, n, encodedPart("\x00"+string(decodedPart(t, n))), 1),
		"a long e":       strings.Replace(rs, `"AQAB"`, `"AAEAAQ"`, 1),
	} {
		if _, err := secret.ThumbprintOf([]byte(jwk)); err == nil {
			t.Errorf("%s: %s is taken", name, jwk)
		}
	}
}

// spareBit returns the digit with its lowest bit, which is to spare at the end of 32 bytes, set.
func spareBit(digit byte) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return digits[strings.IndexByte(digits, digit)|1:][:1]
}

func TestAProofOfAWeakOrUnknownKeyIsRefused(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]jose.JSONWebKey{
		"RSA of 1024 bits":       {Key: &short.PublicKey},
		"P-384":                  {Key: &p384.PublicKey},
		"a private EC key":       {Key: newSigningKey(t, secret.ES256).Signer()},
		"a private Ed key":       {Key: ed},
		"a private RSA key":      {Key: newSigningKey(t, secret.RS256).Signer()},
		"a symmetric key":        {Key: []byte("0123456789abcdef0123456789abcdef")},
		"a key of another's alg": {Key: ed.Public(), Algorithm: "ES256"},
	} {
		raw, err := key.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, alg := range secret.Algorithms() {
			text := encodedPart(proofHeader(alg, string(raw))) + "." + encodedPart(proofClaims(t, nil)) + "." + encodedPart("signature")
			_, err := secret.VerifyDPoP(secret.Of(text), proofRequest(), signedAt)
			mustRefuse(t, name, err, "jws-unknown-key")
		}
	}
}
