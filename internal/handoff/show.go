package handoff

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// showLanding shows what a link is about. It spends nothing.
func (h *handler) showLanding(v *visit) error {
	query, err := web.ParseQuery(v.Request, nil)
	if err != nil {
		return err
	}
	links := v.linksIn(query)
	if len(links) == 0 {
		return h.showRoot(v)
	}
	here, signedIn, err := h.signedIn(v)
	if err != nil {
		return err
	}
	useless := notRedeemable(nil)
	for _, l := range links {
		if !l.hasFixed(query) {
			continue
		}
		facts, err := h.authority.ShowLoginToken(v.Context(), l.showRequest(v.origin, isAbsorbed(v.Request)))
		if fault.KindOf(err) == fault.Unmet {
			useless = notRedeemable(err)
			continue
		}
		if err != nil {
			return err
		}
		return h.showLink(v, l, facts, here, signedIn)
	}
	return useless
}

// notRedeemable is the one answer to every useless link; the reason behind it is for the log.
func notRedeemable(because error) error {
	return &fault.Error{
		Kind: fault.Unmet, Reason: authority.ReasonNotLive, Message: "The link does not work any more.", Cause: because,
	}
}

// showLink answers with the page that has the button, naming the session that the button would replace.
func (h *handler) showLink(v *visit, l link, facts authority.LoginTokenFacts, here authority.SessionFacts, signedIn bool) error {
	now := h.authority.Now()
	if !isAbsorbed(v.Request) {
		key := v.attempt()
		if key == "" {
			key = newAttempt()
		}
		v.set(v.cookies.attempt, key, now, facts.LoginToken.ExpiresAt)
	}
	home := h.homeOf(*facts.Audience, facts.Account)
	p := linkPage{
		Action: v.URL.EscapedPath(), TokenField: l.Token, Token: l.token.Reveal(),
		EmailField: l.Email, Email: l.email, Audience: facts.Audience.Name, AudienceID: facts.Audience.ID.String(),
		Subject: personOf(*facts.Subject), Account: accountOf(facts.Account), Destination: home.host(),
		Remaining: span(facts.LoginToken.ExpiresAt.Sub(now)), ExpiresAt: facts.LoginToken.ExpiresAt.UTC(),
	}
	if facts.LoginToken.Actor != "" {
		p.Actor = personOf(*facts.Actor)
	}
	if signedIn {
		p.SessionID = here.Session.ID.String()
		if isOther(here.Session, facts.LoginToken) {
			p.Other = sessionOf(here)
		}
	}
	p.frame = v.frame("Sign in as "+p.Subject.Name, home.origin())
	return v.render(200, "link", p)
}

// isOther reports whether a session is another person's, at another account, or somebody else acts in it.
func isOther(s authority.Session, t authority.LoginToken) bool {
	return s.Subject != t.Subject || s.Account != t.Account || s.Actor != t.Actor
}
