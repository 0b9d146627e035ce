package authority

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxNameLength bounds log-in names and e-mails, in bytes.
const MaxNameLength = 254

// Canonical returns the form by which e-mails and user names are compared: NFC with ASCII letters in lower case.
// Other letters keep their case, because folding them is where look-alikes slip in. ok is false for a name that
// nobody can have: empty, over MaxNameLength, not UTF-8, or with control, format or surrounding space characters, or
// with one that NFC turns into ASCII (the Kelvin sign).
func Canonical(name string) (canonical string, ok bool) {
	if name == "" || len(name) > MaxNameLength || !utf8.ValidString(name) || strings.TrimSpace(name) != name {
		return "", false
	}
	for _, r := range name {
		if unicode.Is(unicode.C, r) || r >= utf8.RuneSelf && norm.NFC.String(string(r))[0] < utf8.RuneSelf {
			return "", false
		}
	}
	// Once more: a letter that has no composed form in upper case may have one in lower case (T and U+0308).
	canonical = norm.NFC.String(strings.Map(asciiLower, norm.NFC.String(name)))
	if len(canonical) > MaxNameLength { // NFC can make it longer
		return "", false
	}
	return canonical, true
}

func asciiLower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// IsEmail reports whether a log-in name is an e-mail and not a user name: it has an at sign.
func IsEmail(name string) bool { return strings.Contains(name, "@") }
