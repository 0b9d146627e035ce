package client

import (
	"net/http"
	"strings"
)

// Acting says what somebody who acts for the subject may do.
type Acting string

// What an acting session may do; the zero value is everything.
const (
	ActingAllowed  Acting = ""
	ActingReadOnly Acting = "read-only" // GET, HEAD and OPTIONS
	ActingRefused  Acting = "refused"
)

// Requirement says who may pass, beside that what is presented must count here and now.
type Requirement struct {
	// Permissions that the access token must be narrowed to, all of them. A client asks for them as scope. A token that
	// is not narrowed has none of them by name, and neither has a session.
	Permissions []string
	// Account the token must be for, from the request, such as "account:1200"; nil: any, or none. An empty text is none
	// that anybody has.
	Account func(r *http.Request) string
	// Acting says what somebody may do who acts for the subject.
	Acting Acting
	// Cookie is the name of a cookie that holds a session, for pages; empty: none is looked at.
	Cookie string
	// Fail writes the answer to who does not pass; nil: Challenge.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

// refuses says why an identity does not pass.
func (need Requirement) refuses(r *http.Request, i Identity) error {
	for _, permission := range need.Permissions {
		if !i.Permits(permission) {
			return refuse(ReasonPermission)
		}
	}
	if need.Account != nil {
		if wanted := need.Account(r); wanted == "" || wanted != i.Account {
			return refuse(ReasonAccount)
		}
	}
	if i.Acts() && (need.Acting == ActingRefused || need.Acting == ActingReadOnly && !isRead(r.Method)) {
		return refuse(ReasonActing)
	}
	return nil
}

func isRead(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// Require returns middleware that lets a request pass that meets a requirement, with its Identity in the context.
func (v *Verifier) Require(need Requirement) func(http.Handler) http.Handler {
	if need.Fail == nil {
		need.Fail = func(w http.ResponseWriter, r *http.Request, err error) { v.Challenge(w, need, err) }
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// What is answered is for who presented the token, and for no cache between.
			w.Header().Add("Vary", "Authorization, DPoP")
			if need.Cookie != "" {
				w.Header().Add("Vary", "Cookie")
			}
			i, err := v.VerifyRequest(r, need)
			if err != nil {
				need.Fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(WithIdentity(r.Context(), i)))
		})
	}
}

func scopeOf(permissions []string) string { return strings.Join(permissions, " ") }
