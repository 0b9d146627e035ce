package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// redeemLoginToken spends a login token of the redeemer's audience and answers the session it stands for.
func (n native) redeemLoginToken(c *dialect.Call) error {
	request, err := parseRedeem(c)
	if err != nil {
		return err
	}
	redeemed, err := n.authority.RedeemLoginToken(c.Context(), c.By, request)
	if err != nil {
		return refused(err)
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, "application/json", redeemedAnswer{
		SessionToken: redeemed.Token.Reveal(), sessionFacts: factsOf(&redeemed.SessionFacts),
	})
}

// refused gives every reason why a login token is useless the one reason that a redeemer may know.
func refused(err error) error {
	f := fault.As(err)
	if f.Kind != fault.Unmet {
		return err
	}
	return &fault.Error{Kind: fault.Unmet, Reason: reasonRefused, Message: f.Message, Cause: err}
}

func parseRedeem(c *dialect.Call) (r authority.RedeemRequest, err error) {
	if err := refuseQuery(c.Request); err != nil {
		return r, err
	}
	if r.IdempotencyKey, err = parseIdempotencyKey(c.Request.Header); err != nil {
		return r, err
	}
	var body redeemRequest
	if err := web.DecodeJSON(c.Body, &body, true); err != nil {
		return r, err
	}
	if body.LoginToken == nil || *body.LoginToken == "" {
		return r, fault.BadParameter("login_token", "The member is required and must not be empty.")
	}
	r.Token = secret.Of(*body.LoginToken)
	if body.Email == nil {
		return r, nil
	}
	// Empty is a mistake of the redeemer's program, never "any e-mail": it would lose the check it asked for.
	if _, ok := authority.Canonical(*body.Email); !ok {
		return r, fault.BadParameter("email", "The member must be an e-mail of 1 to 254 bytes without control characters, or be left out.")
	}
	r.Email, r.HasEmail = *body.Email, true
	return r, nil
}

// refuseQuery refuses every query parameter: no route has one, and a secret sent there by mistake must be noticed.
func refuseQuery(r *http.Request) error {
	if r.URL.RawQuery != "" {
		return fault.BadParameter("query", "This route takes no query parameters.")
	}
	return nil
}
