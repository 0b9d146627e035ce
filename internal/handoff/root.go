package handoff

import "github.com/doorward/doorward/internal/authority"

// showRoot says who is signed in here.
func (h *handler) showRoot(v *visit) error {
	here, signedIn, err := h.signedIn(v)
	if err != nil {
		return err
	}
	if !signedIn {
		return v.render(200, "nobody", nobodyPage{frame: v.frame("You are not signed in")})
	}
	onward := h.onward(v, here)
	p := signedInPage{session: *sessionOf(here), Onward: onward}
	p.Remaining, p.ExpiresAt = span(here.Session.ExpiresAt.Sub(h.authority.Now())), here.Session.ExpiresAt.UTC()
	if here.Session.IdleLifetime > 0 {
		p.Idle = span(here.Session.IdleLifetime)
	}
	p.frame = v.frame("Signed in as " + p.Subject.Name)
	return v.render(200, "signed_in", p)
}

// onward returns where the session's audience is at home, when that is not this page.
func (h *handler) onward(v *visit, here authority.SessionFacts) *onward {
	for _, l := range v.site.Landings {
		if l.Audience.ID != here.Session.Audience || len(here.Account) == 0 {
			continue
		}
		if home := h.homeOf(l.Audience, here.Account); home.isElsewhere(v.Host) {
			return &onward{Name: l.Audience.Name, URL: home.String(), Host: home.host()}
		}
	}
	return nil
}
