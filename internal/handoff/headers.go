package handoff

import "net/http"

// setHeaders sets what every answer has. formAction is the origin, beside our own, that a form on the page may lead
// to: Chromium holds the redirect after a POST to form-action too, and would drop it when the token is already spent.
func (v *visit) setHeaders(formAction string) {
	policy := "default-src 'none'; style-src " + styleSource + "; form-action 'self'"
	if formAction != "" {
		policy += " " + formAction
	}
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy + "; frame-ancestors 'none'; base-uri 'none'",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                "no-store",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"X-Robots-Tag":                 "noindex, nofollow",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		v.w.Header().Set(name, value)
	}
}

// write sends a page; HEAD gets its headers only.
func (v *visit) write(status int, body []byte) error {
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	if v.Method == http.MethodHead {
		return nil
	}
	_, _ = v.w.Write(body) // who does not wait for the page is not told
	return nil
}
