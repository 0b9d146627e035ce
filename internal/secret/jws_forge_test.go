package secret_test

import (
	"encoding/base64"
	"testing"
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
