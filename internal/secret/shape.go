package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
)

// Shape is a form a minted secret has on the wire.
type Shape int

// The shapes, and the dialect that asks for each.
const (
	ShapeNative     Shape = iota // prefix and 56 of base32, ours
	ShapeHex64                   // 64 lower-case hex digits, Pulse
	ShapeUpperHex32              // 32 upper-case hex digits, CRM.COM
	ShapeAlnum22                 // 22 of [A-Za-z0-9], ActivePlatform
)

// String returns the shape's stable name.
func (s Shape) String() string {
	switch s {
	case ShapeNative:
		return "native"
	case ShapeHex64:
		return "hex64"
	case ShapeUpperHex32:
		return "upper-hex32"
	case ShapeAlnum22:
		return "alnum22"
	}
	return "unknown"
}

// The prefixes let a scanner of leaked secrets tell ours from others'.
const (
	prefixSession    = "dws_"
	prefixLoginToken = "dwl_"
	prefixAPIKey     = "dwk_"
	prefixPairSecret = "dwp_"
	prefixManagerKey = "dwm_"
	prefixCode       = "dwa_" // an authentication code
	prefixAccess     = "dwt_" // an opaque access token
)

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
	alnum    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	base32Of = "0123456789abcdefghijklmnopqrstuv"
)

const (
	bodyBytes     = 32 // identifier and 16 random bytes
	checksumBytes = 3
	nativeChars   = 56
)

// 35 bytes fill 56 characters exactly, so there are no spare bits to vary.
var nativeEncoding = base32.NewEncoding(base32Of).WithPadding(base32.NoPadding)

func encodeNative(prefix string, body [bodyBytes]byte) string {
	sum := checksum(prefix, body)
	return prefix + nativeEncoding.EncodeToString(append(body[:], sum[:]...))
}

func decodeNative(prefix, text string) (body [bodyBytes]byte, ok bool) {
	digits, found := strings.CutPrefix(text, prefix)
	if !found || len(digits) != nativeChars {
		return body, false
	}
	raw, err := nativeEncoding.DecodeString(digits)
	// The decoder refuses what is not of the alphabet, but skips line breaks and takes bytes 0xFF at the end for padding.
	if err != nil || len(raw) != bodyBytes+checksumBytes {
		return body, false
	}
	copy(body[:], raw)
	sum := checksum(prefix, body)
	return body, subtle.ConstantTimeCompare(sum[:], raw[bodyBytes:]) == 1
}

// checksum tells a mistyped or cut secret from an unknown one; it protects nothing.
func checksum(prefix string, body [bodyBytes]byte) (sum [checksumBytes]byte) {
	var room [8 + bodyBytes]byte
	full := sha256.Sum256(append(append(room[:0], prefix...), body[:]...))
	copy(sum[:], full[:])
	return sum
}

func onlyOf(text, alphabet string) bool {
	for i := range len(text) {
		if strings.IndexByte(alphabet, text[i]) < 0 {
			return false
		}
	}
	return true
}
