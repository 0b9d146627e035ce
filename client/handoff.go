package client

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// HandoffOptions are a portal's choices; PublicURL is required.
type HandoffOptions struct {
	PublicURL string // of the portal, scheme and host: decides whether its cookies can be Secure
	Name      string // of the portal, as the page calls it; empty: its host
	Home      string // path or URL where a person goes once signed in, without redirects to elsewhere; empty: "/"

	TokenParameter string // of the landing URL, in which {token} is; empty: "token"
	EmailParameter string // in which {email} is; empty: there is none

	// SignIn keeps the portal's own session in place of the cookie with Doorward's: it must set it up on w, with a new
	// identifier, and write nothing else.
	SignIn func(w http.ResponseWriter, r *http.Request, redeemed Redeemed) error
	// Present says who the browser is signed in as, when SignIn is set; nil: nobody ever.
	Present func(r *http.Request) (Present, bool)

	Log *slog.Logger // nil: slog.Default()
}

// Present is who a browser is signed in as already.
type Present struct {
	ID      string // of the portal's session: not the secret
	Subject string // name or e-mail, for the page
	Account string
	Actor   string // who acts, or empty
}

// Handoff is the page at a portal's landing path: it shows a button on GET and spends the login token on POST. It is
// for portals whose host name does not lead to Doorward, which has such a page itself.
type Handoff struct {
	client      *Client
	verifier    *Verifier
	options     HandoffOptions
	cookies     cookieNames
	formAction  string
	crossOrigin *http.CrossOriginProtection
	warned      sync.Once
}

// NewHandoff returns the page. The client has the credential of the portal's audience, the verifier is of its resource.
func NewHandoff(c *Client, v *Verifier, o HandoffOptions) (*Handoff, error) {
	at, err := url.Parse(o.PublicURL)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || strings.Trim(at.Path, "/") != "" {
		return nil, fmt.Errorf("doorward: PublicURL of a portal is its scheme and host: %q", o.PublicURL)
	}
	o.Home, o.TokenParameter, o.Name = cmp.Or(o.Home, "/"), cmp.Or(o.TokenParameter, "token"), cmp.Or(o.Name, at.Host)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	formAction, err := originOf(o.Home)
	if err != nil {
		return nil, err
	}
	return &Handoff{
		client: c, verifier: v, options: o, cookies: namesAt(at), formAction: formAction,
		crossOrigin: http.NewCrossOriginProtection(),
	}, nil
}

// originOf returns the origin of a home elsewhere, or nothing for a path of the portal's own.
func originOf(home string) (string, error) {
	at, err := url.Parse(home)
	own := err == nil && at.Scheme == "" && at.Host == "" && strings.HasPrefix(home, "/") && !strings.HasPrefix(home, "//")
	plain := err == nil && (at.Scheme == "https" || at.Scheme == "http") && at.Host != "" && at.User == nil && !strings.ContainsAny(at.Host, ";, '\"*")
	switch {
	case strings.ContainsAny(home, "\\\r\n") || !own && !plain:
		return "", fmt.Errorf("doorward: Home is a path of the portal or a URL: %q", home)
	case own:
		return "", nil
	}
	return at.Scheme + "://" + at.Host, nil
}

// cookieNames are the cookies of a portal; their values are secrets.
type cookieNames struct {
	session, attempt string
	secure           bool
}

// namesAt returns the cookies at a public URL: browsers drop a Secure cookie that comes over plain HTTP from anywhere
// but this machine, and a __Host- name demands Secure.
func namesAt(at *url.URL) cookieNames {
	host := strings.ToLower(at.Hostname())
	ip := net.ParseIP(host)
	if at.Scheme == "https" || host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback() {
		return cookieNames{"__Host-doorward-session", "__Host-doorward-attempt", true}
	}
	return cookieNames{"doorward-session", "doorward-attempt", false}
}

// Cookie returns the name of the cookie that holds the session, for Requirement.Cookie.
func (h *Handoff) Cookie() string { return h.cookies.session }

// ServeHTTP answers at the landing path. Nothing but a POST from the page's own form spends the login token.
func (h *Handoff) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.warned.Do(func() {
		if !h.cookies.secure {
			h.options.Log.Warn("doorward: session cookies cannot be Secure at a public URL that is plain http: use https", "url", h.options.PublicURL)
		}
	})
	var err error
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		err = h.show(w, r)
	case http.MethodPost:
		err = h.redeem(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		err = pageMethod
	}
	if err != nil {
		h.fail(w, r, err)
	}
}

// fail answers with a page, and logs what a person cannot help.
func (h *Handoff) fail(w http.ResponseWriter, r *http.Request, err error) {
	page := pageBroken
	var problem *Problem
	switch {
	case errors.As(err, &page):
	case IsProblem(err, "login-token-refused"):
		page = pageRefused
	case errors.As(err, &problem) && problem.Status < 500 && problem.Status != http.StatusTooManyRequests:
		h.options.Log.Error("doorward: the portal's credential does not redeem", "cause", err.Error())
	default:
		page = pageLater
		wait := time.Second
		if problem != nil {
			wait = max(wait, problem.RetryAfter)
		}
		setRetryAfter(w.Header(), wait)
		h.options.Log.Warn("doorward: a login token could not be redeemed now", "cause", err.Error())
	}
	reference := ""
	if problem != nil {
		reference = problem.RequestID
	}
	h.render(w, r, page.status, view{Problem: page, Title: page.title, Reference: reference})
}
