package handoff

import (
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// signOut closes the session of the cookie. The cookie goes only when the session has: a person who reads
// "signed out" must be.
func (h *handler) signOut(v *visit) error {
	if _, err := h.readForm(v); err != nil {
		return err
	}
	if err := h.closeSession(v); err != nil {
		return err
	}
	v.drop(v.cookies.session)
	v.redirect(rootPath)
	return nil
}

// closeSession closes the session of the cookie; one that has ended already is closed enough.
func (h *handler) closeSession(v *visit) error {
	cookie, err := v.Cookie(v.cookies.session)
	if err != nil {
		return nil
	}
	by, _, err := h.authority.AuthenticateSession(v.Context(), v.origin, secret.Of(cookie.Value))
	if err == nil {
		err = h.authority.CloseSession(v.Context(), by)
	}
	if kind := fault.KindOf(err); kind == fault.Unauthenticated || kind == fault.TooMany { // one of too many unknown ones
		return nil
	}
	return err
}
