package pulse

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

const accountHeader = "X-Account-ID"

// bearer reads the session token, which must be there exactly once (RFC 6750 §2.1; the scheme's case is free, RFC 9110 §11.1).
func bearer(c *dialect.Call) (secret.Text, error) {
	given := c.Request.Header.Values("Authorization")
	if len(given) > 1 {
		return secret.Text{}, fault.BadParameter("Authorization", "The header is given more than once.")
	}
	scheme, token, _ := strings.Cut(strings.Join(given, ""), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return secret.Text{}, fault.New(fault.Unauthenticated, authority.ReasonNobody, "The header Authorization with a Bearer token is required.")
	}
	return secret.Of(strings.TrimLeft(token, " ")), nil
}

// checkAccount keeps as Input the account that the client chose, or the empty ID.
func checkAccount(c *dialect.Call) (err error) {
	c.Input, err = chosenAccount(c)
	return err
}

func chosenAccount(c *dialect.Call) (tenant.ID, error) {
	given := c.Request.Header.Values(accountHeader)
	switch len(given) {
	case 0:
		return "", nil
	case 1:
		return accountOf(given[0]), nil
	}
	return "", fault.BadParameter(accountHeader, "The header is given more than once.")
}

// accountOf reads an account ID as answers write it. What is none becomes one that nobody is a member of: to the
// client, account IDs are opaque strings, and every string that is not one of its own gets the same refusal.
func accountOf(text string) tenant.ID {
	number, ok := web.ParseNumber(text)
	if !ok {
		number = 0
	}
	return tenant.Account(number)
}

// showSession answers what the session is, in the account chosen.
func (p pulse) showSession(c *dialect.Call) error {
	chosen, all, err := p.authority.ChooseMembership(c.Context(), c.By, c.Input.(tenant.ID))
	if err != nil {
		return err
	}
	token, err := bearer(c)
	if err != nil {
		return err
	}
	answer := p.describe(c.By, chosen, all, token, c.Verdict.Session.ExpiresAt)
	answer.Impersonating = text(c.Verdict.Actor.Principal.Email)
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, answer)
}

// logout ends the session that the token stands for: our extension.
func (p pulse) logout(c *dialect.Call) error {
	if err := p.authority.CloseSession(c.Context(), c.By); err != nil {
		return err
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, struct{}{})
}

// listAccounts answers the session's accounts, as the log-in does.
func (p pulse) listAccounts(c *dialect.Call) error {
	accounts := []account{}
	for _, m := range p.authority.Memberships(c.By) {
		accounts = append(accounts, describeAccount(m))
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, accounts)
}
