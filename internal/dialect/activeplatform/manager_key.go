package activeplatform

import (
	"net/http"
	"strconv"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/grant"
)

// regenerateManagerKey gives a manager of the reseller of the path a new personal token and cancels the old one.
func (p platform) regenerateManagerKey(c *dialect.Call) error {
	reseller, err := parseReseller(c)
	if err != nil {
		return err
	}
	manager, err := parseID("manager_id", c.Request.PathValue("manager_id"))
	if err != nil {
		return err
	}
	token, _, err := p.authority.RegenerateManagerKey(c.Context(), c.By, reseller, grant.Person(manager))
	if err != nil {
		return err
	}
	return writeOne(c, http.StatusCreated, resource{
		ID: strconv.FormatInt(manager, 10), Type: "api_tokens", Attributes: apiTokenAttributes{Token: token.Reveal()},
	})
}
