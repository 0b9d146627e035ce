package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// signInURL returns where the gateway wants people to be sent who are not signed in, or "". Whoever can reach this
// endpoint can write options, so that only this installation and the origins of its configuration are taken.
func (g gateway) signInURL(d demand) (string, error) {
	if d.signIn == "" {
		return "", nil
	}
	at, ok := parseWebURL(d.signIn)
	if !ok {
		return "", misconfigured("sign-in must be an absolute URL of http or https.")
	}
	allowed := append([]string{g.options.PublicURL}, g.options.SignIn...)
	if !slices.ContainsFunc(allowed, func(known string) bool { return originOf(known) == at.Scheme+"://"+at.Host }) {
		return "", misconfigured("sign-in leads to an origin that this installation does not allow.")
	}
	return at.String(), nil
}

func originOf(text string) string {
	at, ok := parseWebURL(text)
	if !ok {
		return ""
	}
	return at.Scheme + "://" + at.Host
}

// parseWebURL reads an absolute URL that a browser may be sent to. It has no user, no fragment and nothing that browsers
// read otherwise than we do.
func parseWebURL(text string) (*url.URL, bool) {
	at, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, "\\\"<>`{}|^ ") || at.Scheme != "https" && at.Scheme != "http" ||
		at.User != nil || at.Opaque != "" || at.Fragment != "" || at.Hostname() == "" {
		return nil, false
	}
	at.Host = strings.ToLower(at.Host)
	return at, true
}

// isBrowser reports whether a person's browser wants to show a page. A program is told 401.
func (a asked) isBrowser(r *http.Request) bool {
	if a.method != http.MethodGet && a.method != http.MethodHead || len(r.Header.Values("Authorization")) > 0 {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}
