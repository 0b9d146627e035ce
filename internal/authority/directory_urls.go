package authority

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The placeholders that an audience's URLs may have.
var (
	LandingPlaceholders = []string{"{portal}", "{installation}", "{token}", "{email}", "{account}"}
	HomePlaceholders    = []string{"{portal}", "{installation}", "{account}"}
)

// hostShape is a host in ASCII, or an address, with an optional port.
var hostShape = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?$`)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// PortalHost returns the host, and port if any, by which a request for a portal is known, in lower case; ok is false
// for what is no base URL: http or https, host, port, path and no more.
func PortalHost(text string) (host string, ok bool) {
	at, ok := baseURL(text)
	if !ok {
		return "", false
	}
	return strings.ToLower(at.Host), true
}

// baseURL parses an absolute http or https URL of host, port and path only.
func baseURL(text string) (*url.URL, bool) {
	at, err := url.Parse(text)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Opaque != "" || at.User != nil ||
		strings.ContainsAny(text, "?#\\@ {}\"'<>") || !hostShape.MatchString(at.Host) || at.String() != text {
		return nil, false
	}
	defaults := map[string]string{"http": "80", "https": "443"}
	if at.Port() == defaults[at.Scheme] || slices.Contains(strings.Split(at.Path, "/"), "..") {
		return nil, false // the browser would leave it out, and the host would not be recognised
	}
	return at, true
}

// IsResource reports whether a text identifies an audience (RFC 8707 §2): an absolute URI without a fragment.
func IsResource(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "") && u.Fragment == "" && u.User == nil && u.String() == text
}

// UnknownPlaceholder returns the first placeholder of a URL template that is not among the known, or "".
func UnknownPlaceholder(template string, known []string) string {
	for _, name := range placeholder.FindAllString(template, -1) {
		if !slices.Contains(known, name) {
			return name
		}
	}
	return ""
}

// IsURLTemplate reports whether a text is a URL that begins with {portal}, {installation}, https:// or http://, with
// placeholders nowhere else than in its path, query and fragment.
func IsURLTemplate(text string) bool {
	at, rest := "", text
	for _, base := range []string{"{portal}", "{installation}"} {
		if after, ok := strings.CutPrefix(text, base); ok {
			at, rest = "https://portal.example", after
			if after != "" && !strings.ContainsRune("/?#", rune(after[0])) {
				return false // it would become a part of the host
			}
		}
	}
	filled := at + placeholder.ReplaceAllString(rest, "x")
	_, host, _ := strings.Cut(rest, "://")
	if end := strings.IndexAny(host, "/?#{"); at == "" && end >= 0 && host[end] == '{' {
		return false // a placeholder within the host
	}
	base, _, _ := strings.Cut(filled, "?")
	base, _, _ = strings.Cut(base, "#")
	_, ok := baseURL(base)
	return ok && !strings.ContainsAny(filled, "\\ {}\"<>")
}
