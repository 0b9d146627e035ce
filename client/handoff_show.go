package client

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	presentField  = "doorward-session" // ID, which is not secret, of the session that the person saw on the page
	attemptLasts  = 15 * time.Minute   // no login token lives longer
	attemptSigns  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	parameterMax  = 1 << 10
	formMax       = 64 << 10
	formMediaType = "application/x-www-form-urlencoded"
)

// link is what a landing URL or the page's form carries.
type link struct{ token, email string }

// show answers with the page that has the button. Whose account the link opens only Doorward knows, and it tells who
// spends it; so the page says who is signed in now, and the portal's pages say who came.
func (h *Handoff) show(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return pageDamaged
	}
	l, err := h.linkIn(query)
	if err != nil {
		return err
	}
	present, signedIn, err := h.present(r)
	if err != nil {
		return err
	}
	return h.showLink(w, r, l, present, signedIn)
}

func (h *Handoff) showLink(w http.ResponseWriter, r *http.Request, l link, present Present, signedIn bool) error {
	if r.Method != http.MethodHead && h.attempt(r) == "" {
		h.set(w, h.cookies.attempt, rand.Text(), attemptLasts)
	}
	v := view{
		Title: "Continue to " + h.options.Name + "?", Name: h.options.Name, Action: r.URL.EscapedPath(),
		TokenField: h.options.TokenParameter, Token: l.token, EmailField: h.options.EmailParameter, Email: l.email,
	}
	if signedIn {
		v.Present = &present
	}
	h.render(w, r, http.StatusOK, v)
	return nil
}

// linkIn reads a link strictly: each of its parameters exactly once. Others are ignored: mail trackers add them.
func (h *Handoff) linkIn(values url.Values) (link, error) {
	var l link
	for name, into := range map[string]*string{h.options.TokenParameter: &l.token, h.options.EmailParameter: &l.email} {
		given := values[name]
		if name == "" {
			continue
		}
		if len(given) != 1 || given[0] == "" || len(given[0]) > parameterMax || strings.ContainsFunc(given[0], isControl) {
			return link{}, pageDamaged
		}
		*into = given[0]
	}
	return l, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }

// present says who the browser is signed in as at this portal; a session that does not count is nobody's.
func (h *Handoff) present(r *http.Request) (Present, bool, error) {
	if h.options.SignIn != nil {
		if h.options.Present == nil {
			return Present{}, false, nil
		}
		present, ok := h.options.Present(r)
		return present, ok, nil
	}
	cookie, err := r.Cookie(h.cookies.session)
	if err != nil {
		return Present{}, false, nil
	}
	i, err := h.verifier.VerifySession(r.Context(), cookie.Value)
	if ReasonOf(err) != "" {
		return Present{}, false, nil
	}
	if err != nil {
		return Present{}, false, fmt.Errorf("whose session the browser has: %w", err)
	}
	return presentOf(i), true, nil
}

func presentOf(i Identity) Present {
	p := Present{ID: i.SessionID, Subject: nameOf(i.Subject), Account: i.Account}
	if i.Actor != nil {
		p.Actor = nameOf(*i.Actor)
	}
	return p
}

func nameOf(p Principal) string {
	for _, name := range []string{p.Name, p.Email} {
		if name != "" {
			return name
		}
	}
	return p.ID
}

// attempt returns the browser's idempotency key, so that a second click gets what the first one got.
func (h *Handoff) attempt(r *http.Request) string {
	cookie, err := r.Cookie(h.cookies.attempt)
	if err != nil || len(cookie.Value) < 26 || len(cookie.Value) > 64 || strings.Trim(cookie.Value, attemptSigns) != "" {
		return ""
	}
	return cookie.Value
}

func (h *Handoff) set(w http.ResponseWriter, name, value string, lasts time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: max(1, int(lasts/time.Second)),
		Secure: h.cookies.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (h *Handoff) drop(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1, Secure: h.cookies.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
