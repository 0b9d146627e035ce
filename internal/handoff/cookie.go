package handoff

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// cookieNames are the cookies of a site. Their values are secrets.
type cookieNames struct {
	session string
	attempt string // the browser's idempotency key, so that a second click gets what the first one got
	secure  bool
}

// namesAt returns the cookies of a site by its public URL. Browsers drop a Secure cookie that comes over plain HTTP
// from anywhere but this machine, and a __Host- name demands Secure.
func (h *handler) namesAt(base string) cookieNames {
	if keepsSecure(base) {
		return cookieNames{session: "__Host-doorward-session", attempt: "__Host-doorward-attempt", secure: true}
	}
	h.warnOnce.Do(func() {
		h.options.Log.Warn("session cookies cannot be Secure at a public URL that is plain http: use https", "url", base)
	})
	return cookieNames{session: "doorward-session", attempt: "doorward-attempt"}
}

func keepsSecure(base string) bool {
	at, err := url.Parse(base)
	if err != nil || at.Scheme != "http" {
		return true
	}
	host := strings.ToLower(at.Hostname())
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// set gives the browser a cookie for this host only, until a time.
func (v *visit) set(name, value string, now, until time.Time) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, Path: "/",
		// Max-Age counts where the browser's clock is wrong; Expires is for what does not know Max-Age.
		Expires: until.UTC(), MaxAge: max(1, int(until.Sub(now).Seconds())),
		Secure: v.cookies.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// drop takes a cookie away.
func (v *visit) drop(name string) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1,
		Secure: v.cookies.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// attempt returns the browser's idempotency key, or "" when it has none of the shape that newAttempt makes.
func (v *visit) attempt() string {
	cookie, err := v.Cookie(v.cookies.attempt)
	if err != nil || len(cookie.Value) < 26 || len(cookie.Value) > 64 || strings.Trim(cookie.Value, attemptAlphabet) != "" {
		return ""
	}
	return cookie.Value
}

const attemptAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// newAttempt makes an idempotency key of at least 128 random bits.
func newAttempt() string { return rand.Text() }
