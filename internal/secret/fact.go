package secret

import (
	"crypto/sha256"
	"encoding/base64"
)

// factBytes make twelve characters without padding, and a collision among a million facts about as likely as 1 in 10^10.
const factBytes = 9

// Fact names something that a signed token depends on, such as ("credential", its ID): twelve characters of base64url,
// of the first nine bytes of SHA-256 over "doorward-fact", kind and key, with NULs between. It hides nothing that can
// be guessed; it is short, and tells a verifier no names.
func Fact(kind, key string) string {
	sum := sha256.Sum256([]byte("doorward-fact\x00" + kind + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(sum[:factBytes])
}
