package handoff

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// redeem spends the login token of the page's form, signs the person in and sends it on to a clean URL.
func (h *handler) redeem(v *visit) error {
	l, form, err := h.readLink(v)
	if err != nil {
		return err
	}
	here, signedIn, err := h.signedIn(v)
	if err != nil {
		return err
	}
	if signedIn && form[sessionField] != here.Session.ID.String() {
		if shown, err := h.showAgain(v, l, here); shown || err != nil {
			return err
		}
	}
	redeemed, err := h.authority.RedeemLoginToken(v.Context(), authority.HandoffPage(v.origin), l.redeemRequest(v.attempt()))
	if err != nil {
		return err
	}
	v.set(v.cookies.session, redeemed.Token.Reveal(), h.authority.Now(), redeemed.Session.ExpiresAt)
	v.drop(v.cookies.attempt) // a browser that has its answer tries anew
	if signedIn && redeemed.Session.Parent != here.Session.ID {
		h.closeReplaced(v)
	}
	v.redirect(h.homeOf(redeemed.Audience, redeemed.Account).String())
	return nil
}

// showAgain shows the page again when the browser holds a session of somebody else that the person has not seen on
// the page, so that none is replaced silently. A link that is refused is left to the redemption, which records it.
func (h *handler) showAgain(v *visit, l link, here authority.SessionFacts) (shown bool, err error) {
	facts, err := h.authority.ShowLoginToken(v.Context(), l.showRequest(v.origin, false))
	if fault.KindOf(err) == fault.Unmet {
		return false, nil
	}
	if err != nil || !isOther(here.Session, facts.LoginToken) {
		return false, err
	}
	return true, h.showLink(v, l, facts, here, true)
}

// closeReplaced ends the session whose cookie has just been replaced, as nobody could sign out of it any more. The
// person is signed in already, so that a failure is for the log.
func (h *handler) closeReplaced(v *visit) {
	if err := h.closeSession(v); err != nil {
		web.RecordOf(v.Context()).Cause = err
	}
}

// redirect sends the browser on by GET, to a URL without a secret in it.
func (v *visit) redirect(to string) {
	v.setHeaders("")
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
}
