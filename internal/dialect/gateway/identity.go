package gateway

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
)

// The headers of an identity. All of them are in every answer that lets a request pass, empty where there is nothing, so
// that a gateway which copies them leaves none that its client wrote.
const (
	headerSubject      = "X-Doorward-Subject"
	headerEmail        = "X-Doorward-Email"
	headerName         = "X-Doorward-Name"
	headerOrganisation = "X-Doorward-Organisation"
	headerAccount      = "X-Doorward-Account"
	headerUnit         = "X-Doorward-Unit"
	headerActor        = "X-Doorward-Actor"
	headerAudience     = "X-Doorward-Audience"
	headerPermissions  = "X-Doorward-Permissions"
	headerSession      = "X-Doorward-Session"
	headerIdentity     = "X-Doorward-Identity"
)

// setIdentity says who is let through.
func setIdentity(header http.Header, a authority.Admission) {
	subject := a.Subject.Principal
	permissions := make([]string, len(a.Permissions))
	for i, p := range a.Permissions {
		permissions[i] = encode(string(p))
	}
	audience := ""
	if a.Session.Audience != 0 {
		audience = a.Session.Audience.String()
	}
	for _, h := range [...]struct{ name, value string }{
		{headerSubject, encode(string(subject.ID))},
		{headerEmail, encode(subject.Email)},
		{headerName, encode(subject.Name)},
		{headerOrganisation, encode(string(a.Session.Organisation))},
		{headerAccount, encode(string(a.At.ID))},
		{headerUnit, encode(string(a.Session.Unit))},
		{headerActor, encode(string(a.Session.Actor))},
		{headerAudience, audience},
		{headerPermissions, strings.Join(permissions, " ")},
		{headerSession, a.Session.ID.String()},
		{headerIdentity, a.Identity.Reveal()},
	} {
		header.Set(h.name, h.value)
	}
}

// encode writes text so that it survives in a header: everything but visible ASCII is percent-encoded as UTF-8, and so
// are the percent sign, and the comma and the semicolon, by which some programs take headers apart.
func encode(text string) string {
	if strings.IndexFunc(text, mustEncode) < 0 {
		return text
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if !mustEncode(rune(c)) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// mustEncode is true of every byte of a character outside ASCII too.
func mustEncode(c rune) bool { return c <= ' ' || c > '~' || c == '%' || c == ',' || c == ';' }
