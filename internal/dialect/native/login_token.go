package native

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	loginTokensPath = "/v1/login-tokens"
	loginTokenPath  = loginTokensPath + "/{id}"
)

func (n native) loginTokenRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, loginTokensPath, grant.CloseSession, n.countLoginTokens),
		n.route(http.MethodPost, loginTokensPath, "", n.mintLoginToken),
		n.route(http.MethodGet, loginTokenPath, "", n.showLoginToken),
		n.route(http.MethodDelete, loginTokenPath, "", n.cancelLoginToken),
	}
}

// mintLoginToken makes a one-time hand-off of a member of an account, or of oneself as its owner.
func (n native) mintLoginToken(c *dialect.Call) error {
	r, err := parseMint(c)
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		minted, err := n.authority.MintLoginToken(c.Context(), by, r)
		return showMinted(c, minted, called(err, "lifetime", "lifetime_seconds"))
	}, func(by authority.Actor, made string) error {
		id, err := secret.ParseID(made)
		if err != nil {
			return err
		}
		minted, err := n.authority.MintedBefore(c.Context(), by, authority.LoginTokenID(id))
		return showMinted(c, minted, err)
	})
}

func parseMint(c *dialect.Call) (r authority.MintRequest, err error) {
	var body mintRequest
	if err := decode(c, &body); err != nil {
		return r, err
	}
	r = authority.MintRequest{
		Account: tenant.ID(body.Account), AsOwner: body.AsOwner, Audience: authority.AudienceID(body.Audience),
		Shape: secret.ShapeNative, Replace: body.Replace,
	}
	switch {
	case r.Account.Kind() != tenant.KindAccount:
		return r, fault.BadParameter("account", "The member is required: an account as account:1200.")
	case r.Audience < 1:
		return r, fault.BadParameter("audience", "The member is required: the number of an audience.")
	case (body.Email == nil) != body.AsOwner:
		return r, fault.BadParameter("email", "Either email, whom to hand over, or as_owner is required.")
	}
	if body.Email != nil {
		if _, ok := authority.Canonical(*body.Email); !ok {
			return r, fault.BadParameter("email", "The member must be an e-mail of 1 to 254 bytes without control characters.")
		}
		r.Email = *body.Email
	}
	if s := body.LifetimeSeconds; s != nil {
		if *s < 1 || *s > int64(time.Hour/time.Second) {
			return r, fault.BadParameter("lifetime_seconds", "The lifetime is outside the audience's range.")
		}
		r.Lifetime = time.Duration(*s) * time.Second
	}
	return r, nil
}

func showMinted(c *dialect.Call, minted authority.MintedLoginToken, err error) error {
	if err != nil {
		return err
	}
	t := minted.LoginToken
	return created(c, loginTokensPath+"/"+t.ID.String(), mintedAnswer{
		ID: t.ID.String(), LoginToken: optional(minted.Text.Reveal()), URL: optional(minted.URL), Account: string(t.Account),
		Audience: int64(t.Audience), Subject: subjectOf(&minted.Subject), ExpiresAt: formatTime(t.ExpiresAt),
	})
}

// countLoginTokens answers how many login tokens of a subtree nobody has spent yet.
func (n native) countLoginTokens(c *dialect.Call) error {
	q, err := parseQuery(c, "tenant", "principal", "credential")
	if err != nil {
		return err
	}
	sessions, err := n.parseSessionFilter(c, q)
	if err != nil {
		return err
	}
	live, err := n.authority.CountLoginTokens(c.Context(), c.By, authority.LoginTokenFilter{
		Principal: sessions.Principal, Tenant: sessions.Tenant, Credential: sessions.Credential,
	})
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, countAnswer{Live: live})
}

// showLoginToken answers what became of a login token, never its secret.
func (n native) showLoginToken(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	l, err := n.authority.InspectLoginToken(c.Context(), c.By, authority.LoginTokenID(id))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, showLoginTokenState(l))
}

func showLoginTokenState(l authority.ListedLoginToken) loginTokenAnswer {
	t := l.LoginToken
	return loginTokenAnswer{
		ID: t.ID.String(), State: stateOf(l), Refusal: optional(l.Refusal), Account: string(t.Account), Audience: int64(t.Audience),
		Subject: string(t.Subject), Actor: optional(t.Actor), Credential: t.Credential.String(), Dialect: t.Dialect, Reusable: t.Reusable,
		MintedAt: formatTime(t.MintedAt), ExpiresAt: formatTime(t.ExpiresAt), RedeemedAt: formatTime(t.RedeemedAt),
		Shown: t.Shown, Absorbed: t.Absorbed, Session: optionalID(t.Session),
	}
}

func stateOf(l authority.ListedLoginToken) string {
	switch l.Refusal {
	case "":
		return "live"
	case authority.ReasonSpent:
		return "redeemed"
	case authority.ReasonExpired:
		return "expired"
	}
	return "refused"
}

// cancelLoginToken ends the lifetime of a login token now.
func (n native) cancelLoginToken(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	cancelled, err := n.authority.CancelLoginToken(c.Context(), c.By, authority.LoginTokenID(id))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, cancelledAnswer{Cancelled: cancelled})
}
