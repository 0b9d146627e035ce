package activeplatform

import (
	"strconv"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

// listManagers answers the staff of the reseller of the path, the inactive included.
func (p platform) listManagers(c *dialect.Call) error {
	reseller, err := parseReseller(c)
	if err != nil {
		return err
	}
	page, err := parsePage(c.Request)
	if err != nil {
		return err
	}
	listed, err := p.authority.Managers(c.Context(), c.By, reseller, page)
	if err != nil {
		return err
	}
	var entries []resource
	for _, m := range listed.Managers {
		entries = append(entries, managerOf(m))
	}
	return p.writeList(c, entries, page, listed.Total)
}

func managerOf(m authority.Manager) resource {
	return resource{ID: strconv.FormatInt(m.Person.ID.Number(), 10), Type: "managers", Attributes: managerAttributes{
		Reseller: m.Grant.Tenant.Number(), Name: m.Person.Name, Email: m.Person.Email,
		Role: m.Grant.Role.Name(), Status: string(m.StatusNow()),
		CreatedAt: at(m.Person.CreatedAt), UpdatedAt: at(m.Person.UpdatedAt),
	}}
}
