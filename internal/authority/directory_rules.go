package authority

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/doorward/doorward/internal/grant"
)

// What holds for an entry of the directory, whether it comes from a file or is made alone.
const (
	MaxURLLength        = 2048 // bytes
	MaxWhitelabelValues = 1000
	MaxWhitelabelDepth  = 16

	// Beyond the longest, a copied store could spend a login token twice for too long.
	ShortestLifetime = 5 * time.Second
	LongestLifetime  = 15 * time.Minute

	// ShortestAccess is how long an access token lives at least.
	ShortestAccess = time.Minute
)

var (
	emailShape      = regexp.MustCompile(`^[^@\s"(),:;<>\[\\\]]+@[^@\s"(),:;<>\[\\\]]+$`)
	permissionShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._:-]{0,99}$`)
	unitShape       = regexp.MustCompile(`^[0-9A-F]{32}$`)
)

// ReservedNames begin the names of Doorward's own services, as an organisation's name does those of its keys.
var ReservedNames = []string{"audience", "doorward"}

// CheckText returns a text that is no secret as it is kept, in NFC, or what is wrong with it and what to do.
func CheckText(text string, longest int) (normal, wrong string) {
	switch {
	case text == "" || strings.TrimSpace(text) != text:
		return "", "is empty or has spaces around it; write it without"
	case len(text) > longest:
		return "", fmt.Sprintf("is longer than %d bytes; shorten it", longest)
	case strings.ContainsFunc(text, Disturbs):
		return "", "has a control character; remove it"
	}
	return norm.NFC.String(text), ""
}

// Disturbs reports control characters and those that turn the direction of text around, with which names can be
// made to look like others.
func Disturbs(c rune) bool {
	return unicode.IsControl(c) || c == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, c)
}

// CheckEmail returns the form by which an e-mail is compared; ok is false for what is none.
func CheckEmail(email string) (canonical string, ok bool) {
	canonical, ok = Canonical(email)
	return canonical, ok && emailShape.MatchString(email)
}

// CheckUsername returns the form by which a user name is compared; ok is false for what cannot be one.
func CheckUsername(name string) (canonical string, ok bool) {
	canonical, ok = Canonical(name)
	return canonical, ok && !IsEmail(name)
}

// CheckOrganisationName returns what is wrong with the name of an organisation, or "".
func CheckOrganisationName(name string) (wrong string) {
	switch {
	case strings.Contains(name, "/"):
		return "an organisation's name has a slash; use another character"
	case slices.Contains(ReservedNames, name):
		return fmt.Sprintf("the name %q is Doorward's own; use another", name)
	}
	return ""
}

// IsPermissionShaped reports whether a text can name a permission.
func IsPermissionShaped(text string) bool { return permissionShape.MatchString(text) }

// IsUnitKey reports whether a text is a unit's key: 32 upper-case hexadecimal digits.
func IsUnitKey(text string) bool { return unitShape.MatchString(text) }

// CheckRolePermission returns what is wrong with a permission of an organisation's role, or "". Doorward's own are
// refused: such a role is about the platform, and must not make its holders integrators or operators.
func CheckRolePermission(text string) (wrong string) {
	switch {
	case !IsPermissionShaped(text):
		return "is malformed; begin with a letter, go on with letters, digits and . _ : -"
	case grant.Permission(text).IsOwn():
		return "is Doorward's own; an organisation's role has the platform's permissions only"
	}
	return ""
}

// InOrder reports whether a range of lifetimes is one: 5s ≤ min ≤ default ≤ max ≤ 15m, in whole seconds.
func (l LifetimeRange) InOrder() bool {
	whole := l.Default%time.Second == 0 && l.Min%time.Second == 0 && l.Max%time.Second == 0
	return whole && l.Min >= ShortestLifetime && l.Min <= l.Default && l.Default <= l.Max && l.Max <= LongestLifetime
}
