package client

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// redeem spends the login token behind the page's button and signs the browser in.
func (h *Handoff) redeem(w http.ResponseWriter, r *http.Request) error {
	form, err := h.readForm(w, r, h.options.TokenParameter, h.options.EmailParameter, presentField)
	if err != nil {
		return err
	}
	l, err := h.linkIn(form)
	if err != nil {
		return err
	}
	present, signedIn, err := h.present(r)
	if err != nil {
		return err
	}
	if signedIn && form.Get(presentField) != present.ID {
		// Somebody has signed in since: the person has not read that this button signs them out.
		return h.showLink(w, r, l, present, true)
	}
	key := h.attempt(r)
	if key == "" {
		key = rand.Text()
	}
	redeemed, err := h.client.RedeemLoginToken(r.Context(), Redemption{LoginToken: l.token, Email: l.email, Key: key})
	if err != nil {
		return err
	}
	if err := h.signIn(w, r, redeemed); err != nil {
		return err
	}
	h.drop(w, h.cookies.attempt) // a browser that has its answer tries anew
	h.redirect(w, h.options.Home)
	return nil
}

func (h *Handoff) signIn(w http.ResponseWriter, r *http.Request, redeemed Redeemed) error {
	if h.options.SignIn != nil {
		return h.options.SignIn(w, r, redeemed)
	}
	h.endReplaced(r, redeemed)
	h.set(w, h.cookies.session, redeemed.SessionToken, redeemed.ExpiresAt.Sub(h.verifier.options.Now()))
	return nil
}

// endReplaced ends the session whose cookie is replaced, as nobody could sign out of it any more; unless the new one
// came from it and would end too. The person is signed in already, so that a failure is for the log.
func (h *Handoff) endReplaced(r *http.Request, redeemed Redeemed) {
	cookie, err := r.Cookie(h.cookies.session)
	if err != nil || cookie.Value == redeemed.SessionToken {
		return
	}
	old, err := h.verifier.VerifySession(r.Context(), cookie.Value)
	if err != nil {
		return
	}
	fresh, err := h.client.introspect(r.Context(), redeemed.SessionToken)
	if err == nil && !slices.Contains(fresh.Facts, factOf("session", old.SessionID)) {
		err = h.client.Revoke(r.Context(), cookie.Value)
	}
	if err != nil {
		h.options.Log.Warn("doorward: a session that was replaced could not be ended", "session", old.SessionID, "cause", err.Error())
	}
}

// readForm reads a form of our own page, strictly: nothing in the query counts, no field twice, none unknown.
func (h *Handoff) readForm(w http.ResponseWriter, r *http.Request, known ...string) (url.Values, error) {
	if h.crossOrigin.Check(r) != nil {
		return nil, pageElsewhere
	}
	kind, _, err := mime.ParseMediaType(strings.Join(r.Header.Values("Content-Type"), ", "))
	if r.URL.RawQuery != "" || err != nil || kind != formMediaType || r.Header.Get("Content-Encoding") != "" {
		return nil, pageDamaged
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, formMax))
	if err != nil {
		return nil, pageDamaged
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, pageDamaged
	}
	for name, values := range form {
		if len(values) != 1 || name == "" || !slices.Contains(known, name) {
			return nil, pageDamaged
		}
	}
	return form, nil
}

// SignOut returns the handler of the portal's sign-out button, a POST without fields: it ends the session at Doorward,
// everywhere, and then takes the cookie away. One that could not be ended is not called signed out.
func (h *Handoff) SignOut() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			h.fail(w, r, pageMethod)
			return
		}
		if err := h.signOut(w, r); err != nil {
			h.fail(w, r, err)
		}
	})
}

func (h *Handoff) signOut(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength == 0 {
		r.Header.Set("Content-Type", formMediaType) // an empty form
	}
	if _, err := h.readForm(w, r); err != nil {
		return err
	}
	if cookie, err := r.Cookie(h.cookies.session); err == nil && cookie.Value != "" {
		if err := h.end(r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	h.drop(w, h.cookies.session)
	h.redirect(w, h.options.Home)
	return nil
}

// end ends a session at Doorward and makes sure of it: RFC 7009 answers alike whatever came of it.
func (h *Handoff) end(ctx context.Context, session string) error {
	if err := h.client.Revoke(ctx, session); err != nil {
		return err
	}
	_, err := h.client.Introspect(ctx, session)
	switch {
	case ReasonOf(err) == ReasonInactive:
		h.verifier.asker.forget(session)
		return nil
	case err == nil:
		return errors.New("the session still counts after it was revoked")
	}
	return err
}
