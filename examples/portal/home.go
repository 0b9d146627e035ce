package portal

import (
	"cmp"
	"net/http"

	"github.com/doorward/doorward/client"
)

// visitor is who is signed in, as the pages say it.
type visitor struct {
	Subject, Email string
	Account        string
	Actor          string // who acts as the subject, or empty
}

// visitorOf names who came. The identity that the middleware leaves has IDs and e-mails; what an account is called
// Doorward says, and when it cannot be asked the ID will do.
func (p *Portal) visitorOf(r *http.Request) visitor {
	i, _ := client.IdentityFrom(r.Context())
	v := visitor{Subject: cmp.Or(i.Subject.Name, i.Subject.Email, i.Subject.ID), Email: i.Subject.Email, Account: i.Account}
	if i.Actor != nil {
		v.Actor = cmp.Or(i.Actor.Name, i.Actor.Email, i.Actor.ID)
	}
	cookie, err := r.Cookie(p.handoff.Cookie())
	if err != nil {
		return v
	}
	if shown, err := p.client.ShowSession(r.Context(), cookie.Value); err == nil && shown.Account != nil {
		v.Account = shown.Account.Name
	}
	return v
}

func (p *Portal) showHome(w http.ResponseWriter, r *http.Request) {
	p.render(w, http.StatusOK, page{Title: p.options.Name, Visitor: p.visitorOf(r), Orders: ordersOf(accountOf(r))})
}

// showAccessToken exchanges the session for an access token for the portal's own API, as a single-page application or a
// job of the portal would, and shows how to call with it.
func (p *Portal) showAccessToken(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(p.handoff.Cookie())
	if err != nil {
		p.askToSignIn(w, r, err)
		return
	}
	issued, err := p.client.Exchange(r.Context(), cookie.Value, client.AccessTokenRequest{Resource: p.options.Resource})
	if err != nil {
		p.options.Log.Error("portal: no access token", "cause", err.Error())
		p.render(w, http.StatusServiceUnavailable, page{Title: "No access token", Problem: "Doorward gave no access token. Try again in a moment."})
		return
	}
	p.render(w, http.StatusOK, page{
		Title: "An access token", Visitor: p.visitorOf(r), Token: issued.Token, Minutes: int(issued.Lifetime.Minutes()),
		Call: "curl " + p.options.PublicURL + "/api/orders -H 'Authorization: Bearer " + issued.Token + "'",
	})
}

// askToSignIn answers who is not signed in, or whom we cannot tell.
func (p *Portal) askToSignIn(w http.ResponseWriter, _ *http.Request, err error) {
	if client.ReasonOf(err) == "" {
		p.render(w, http.StatusServiceUnavailable, page{Title: "One moment", Problem: "Doorward cannot be asked right now who you are. Try again in a moment."})
		return
	}
	p.render(w, http.StatusUnauthorized, page{Title: "You are not signed in", Problem: "Open the link from your provider again. It signs you in here without a password."})
}
