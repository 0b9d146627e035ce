package activeplatform

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// mintLoginToken hands the manager over as the owner of an account under the reseller of the path.
func (p platform) mintLoginToken(c *dialect.Call) error {
	reseller, account, err := parseMint(c.Request)
	if err != nil {
		return err
	}
	minted, err := p.authority.MintLoginToken(c.Context(), c.By, authority.MintRequest{
		Account: account, Within: reseller, AsOwner: true,
		Audience: p.options.Audience, Lifetime: p.options.TokenLifetime,
		Shape: secret.ShapeAlnum22, Replace: true,
	})
	if err != nil {
		return ours(err)
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, ownerToken{Email: minted.Subject.Email, Token: minted.Text.Reveal()})
}

// parseMint reads both ids strictly. It runs after authentication, because 401 and 403 come before 400 (WIRE.md §3).
func parseMint(r *http.Request) (reseller, account tenant.ID, err error) {
	resellerNumber, err := parseID("reseller_id", r.PathValue("reseller_id"))
	if err != nil {
		return "", "", err
	}
	query, err := web.ParseQuery(r, nil, queryNames...)
	if err != nil {
		return "", "", err
	}
	if !query.Has("account_id") {
		return "", "", fault.BadParameter("account_id", "The query parameter is required.")
	}
	accountNumber, err := parseID("account_id", query["account_id"])
	return tenant.Reseller(resellerNumber), tenant.Account(accountNumber), err
}

// ours turns what a client cannot have caused into a failure of this installation: it chose neither audience nor lifetime.
func ours(err error) error {
	f := fault.As(err)
	if f.Kind != fault.Malformed && f.Reason != authority.ReasonUnknownAudience {
		return err
	}
	return &fault.Error{
		Kind: fault.Internal, Reason: "misconfigured", Cause: err,
		Message: "This installation is not set up to hand over owners.",
	}
}
