package secret

import (
	"crypto/sha256"
	"encoding/base64"
)

const factBytes = 9

// Fact names something that a token depends on in 12 characters, without telling a reader what it is.
//
// It is base64url of the first 9 bytes of SHA-256("doorward-fact", 0x00, kind,
// 0x00, key), with kind and key as in the feed. It is no secret: it only keeps tokens small.
func Fact(kind, key string) string {
	sum := sha256.Sum256([]byte("doorward-fact\x00" + kind + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(sum[:factBytes])
}
