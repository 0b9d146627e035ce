package handoff

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// visit is one request and what is known of the site it came to.
type visit struct {
	w http.ResponseWriter
	*http.Request
	origin   authority.Origin
	site     authority.Site
	landings []landing // at this path
	cookies  cookieNames
}

// landing is one that a path leads to, and for which account only, if so.
type landing struct {
	authority.Landing
	account tenant.ID
}

// arrive finds out what the host and the path stand for.
func (h *handler) arrive(v *visit) (err error) {
	if v.site, err = h.authority.SiteAt(v.Context(), v.Host); err != nil {
		return err
	}
	base := h.options.InstallationURL
	if v.site.Account.ID != "" {
		base = v.site.Account.Portal
	}
	v.cookies = h.namesAt(base)
	for _, l := range v.site.Landings {
		if account, ok := l.At(v.URL.Path); ok {
			v.landings = append(v.landings, landing{Landing: l, account: account})
		}
	}
	return nil
}

// pattern returns the path of the route list that the request's path belongs to, or "".
func (v *visit) pattern() string {
	switch {
	case v.URL.Path == signOutPath:
		return signOutPath
	case len(v.landings) > 0:
		return landingPath
	case v.URL.Path == rootPath:
		return rootPath
	}
	return ""
}

// signedIn returns the live session that the browser holds here; one that is not valid is none.
func (h *handler) signedIn(v *visit) (authority.SessionFacts, bool, error) {
	cookie, err := v.Cookie(v.cookies.session)
	if err != nil {
		return authority.SessionFacts{}, false, nil
	}
	verdict, err := h.authority.VerifySession(v.Context(), v.origin, secret.Of(cookie.Value))
	if err != nil || !verdict.Valid() {
		return authority.SessionFacts{}, false, err
	}
	return verdict.SessionFacts, true, nil
}
