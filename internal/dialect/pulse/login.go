package pulse

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// checkLogin keeps as Input what the body proves somebody by.
func checkLogin(c *dialect.Call) error {
	var body loginRequest
	if err := web.DecodeJSON(c.Body, &body, false); err != nil {
		return err
	}
	proof, err := body.proof()
	c.Input = proof
	return err
}

func loginProof(c *dialect.Call) (authority.Proof, error) {
	return c.Input.(authority.Proof), nil
}

// proof chooses between the two forms: a key pair wins, and half a key pair is no log-in by password (WIRE.md §2).
// An empty member counts as missing.
func (r loginRequest) proof() (authority.Proof, error) {
	byKey := r.APIKey != "" || r.APISecret != ""
	switch {
	case byKey && r.APIKey == "":
		return authority.Proof{}, fault.BadParameter("apiKey", "The member is required beside apiSecret.")
	case byKey && r.APISecret == "":
		return authority.Proof{}, fault.BadParameter("apiSecret", "The member is required beside apiKey.")
	case byKey:
		return authority.ByKeyPair(secret.Of(r.APIKey), secret.Of(r.APISecret)), nil
	case r.Email == "" && r.Password == "":
		return authority.Proof{}, fault.BadParameter("body", "Either apiKey and apiSecret or email and password are required.")
	case r.Email == "":
		return authority.Proof{}, fault.BadParameter("email", "The member is required beside password.")
	case r.Password == "":
		return authority.Proof{}, fault.BadParameter("password", "The member is required beside email.")
	}
	return authority.ByPassword("", r.Email, secret.Of(r.Password)), nil
}

// login opens a session for whoever has just proved itself, and answers as GET /auth/session will.
func (p pulse) login(c *dialect.Call) error {
	opened, err := p.authority.OpenSession(c.Context(), c.By, authority.SessionRequest{
		Shape:    secret.ShapeHex64,
		Lifetime: authority.Lifetimes{Absolute: p.options.SessionLifetime},
	})
	if err != nil {
		return err
	}
	chosen, all, err := p.authority.ChooseMembership(c.Context(), c.By, "")
	if err != nil {
		return err
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, p.describe(c.By, chosen, all, opened.Token, opened.Session.ExpiresAt))
}
