package secret

import (
	"crypto/sha256"
	"encoding/base64"
)

const factBytes = 9

// Digest names something that is remembered by all that it is: the first 16 bytes of SHA-256. It leaves no process.
func Digest(b []byte) (d [16]byte) {
	sum := sha256.Sum256(b)
	copy(d[:], sum[:])
	return d
}

// Fact names something that a token depends on in 12 characters, without telling a reader what it is.
//
// It is base64url of the first 9 bytes of SHA-256("doorward-fact", 0x00, kind,
// 0x00, key), with kind and key as in the feed. It is no secret: it only keeps tokens small.
func Fact(kind, key string) string { return string(AppendFact(nil, kind, key)) }

// AppendFact appends the text of Fact.
func AppendFact(to []byte, kind, key string) []byte {
	var room [128]byte // enough for nearly every key
	of := append(append(append(append(room[:0], "doorward-fact\x00"...), kind...), 0), key...)
	sum := sha256.Sum256(of)
	return base64.RawURLEncoding.AppendEncode(to, sum[:factBytes])
}
