package secret_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

func encodedPart(raw string) string { return base64.RawURLEncoding.EncodeToString([]byte(raw)) }

func decodedPart(t testing.TB, part string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// forged signs any header and payload with a real private key, as no signer of ours would.
func forged(t testing.TB, private crypto.Signer, header, payload string) string {
	t.Helper()
	input := encodedPart(header) + "." + encodedPart(payload)
	return input + "." + base64.RawURLEncoding.EncodeToString(rawSignature(t, private, input))
}

func rawSignature(t testing.TB, private crypto.Signer, input string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(input))
	switch key := private.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		n := elliptic.P256().Params().N
		if s.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
			s.Sub(n, s)
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out
	case ed25519.PrivateKey:
		return ed25519.Sign(key, []byte(input))
	case *rsa.PrivateKey:
		out, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("no way to sign with %T", private)
	return nil
}

// hmacSigned is the algorithm confusion: a public key, which everybody has, as the secret of HS256.
func hmacSigned(header, payload string, secretKey []byte) string {
	input := encodedPart(header) + "." + encodedPart(payload)
	mac := hmac.New(sha256.New, secretKey)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// malleated returns the other signature over the same text that ECDSA accepts: s becomes n - s.
func malleated(t testing.TB, text string) string {
	t.Helper()
	input, part := text[:strings.LastIndex(text, ".")], text[strings.LastIndex(text, ".")+1:]
	signature := decodedPart(t, part)
	s := new(big.Int).SetBytes(signature[32:])
	s.Sub(elliptic.P256().Params().N, s).FillBytes(signature[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func jsonOf(t testing.TB, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func mustRefuse(t *testing.T, name string, err error, reason string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: accepted", name)
		return
	}
	if fault.KindOf(err) != fault.Unauthenticated || fault.ReasonOf(err) != reason {
		t.Errorf("%s: refused as %v, not for %s", name, err, reason)
	}
	if message := fault.As(err).Message; message != "The token is not valid." {
		t.Errorf("%s: the public message tells why: %s", name, message)
	}
}

// changed returns an object with members set, or taken out where the value is nil.
func changed(t testing.TB, object string, members map[string]any) string {
	t.Helper()
	var all map[string]any
	decoder := json.NewDecoder(strings.NewReader(object))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		t.Fatal(err)
	}
	for name, value := range members {
		if value == nil {
			delete(all, name)
			continue
		}
		all[name] = value
	}
	return jsonOf(t, all)
}

func accessHeader(key secret.SigningKey) string {
	return `{"alg":"` + string(key.Algorithm) + `","kid":"` + key.ID.String() + `","typ":"at+jwt"}`
}
