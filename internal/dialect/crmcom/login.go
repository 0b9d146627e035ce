package crmcom

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// loginInput is what a log-in's body comes down to.
type loginInput struct {
	proof authority.Proof
	unit  string
}

// checkLogin keeps as Input by what the body proves somebody, and the unit to work in. An empty member counts as missing.
func checkLogin(c *dialect.Call) error {
	var body loginRequest
	if err := web.DecodeJSON(c.Body, &body, false); err != nil {
		return err
	}
	if body.Organisation == "" {
		return missing("organisation")
	}
	proof, err := body.proof()
	c.Input = loginInput{proof: proof, unit: body.Unit}
	return err
}

func loginProof(c *dialect.Call) (authority.Proof, error) {
	return c.Input.(loginInput).proof, nil
}

// proof chooses among the forms (WIRE.md §4): a complete password wins; otherwise an access token identifier counts,
// whatever half of a password stands beside it.
func (r loginRequest) proof() (authority.Proof, error) {
	organisation := tenant.Organisation(r.Organisation)
	switch {
	case r.Username != "" && r.Password != "":
		return authority.ByPassword(organisation, r.Username, secret.Of(r.Password)), nil
	case r.AccessToken != accessTokenIdentifier{}:
		return r.AccessToken.proof(organisation)
	case r.Username != "":
		return authority.Proof{}, missing("password")
	case r.Password != "":
		return authority.Proof{}, missing("username")
	}
	return authority.Proof{}, missing("username or access_token_identifier")
}

// proof refuses both forms at once: one that fails must not be tried as the other.
func (i accessTokenIdentifier) proof(organisation tenant.ID) (authority.Proof, error) {
	switch {
	case i.AuthenticationCode != "" && (i.Identifier != "" || i.PassCode != ""):
		return authority.Proof{}, fault.BadParameter("access_token_identifier", "It is either authentication_code or identifier with pass_code.")
	case i.AuthenticationCode != "":
		return authority.ByAuthenticationCode(organisation, secret.Of(i.AuthenticationCode)), nil
	case i.PassCode == "":
		return authority.Proof{}, missing("access_token_identifier/pass_code")
	case i.Identifier == "":
		return authority.Proof{}, missing("access_token_identifier/identifier")
	}
	return authority.ByPassCode(organisation, secret.Of(i.Identifier), secret.Of(i.PassCode)), nil
}

// login opens a session for whoever has just proved itself. Only then is anything said about the unit.
func (m crm) login(lifetime authority.Lifetimes) func(c *dialect.Call) error {
	return func(c *dialect.Call) error {
		opened, err := m.authority.OpenSession(c.Context(), c.By, authority.SessionRequest{
			Shape:    secret.ShapeUpperHex32,
			Lifetime: lifetime,
			InUnit:   true, Unit: c.Input.(loginInput).unit,
		})
		if err != nil {
			return err
		}
		return succeed(c.ResponseWriter, tokenData{Token: opened.Token.Reveal()})
	}
}
