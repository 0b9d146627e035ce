package native

import (
	"net/url"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// maxIDText bounds the IDs of the directory, in bytes: a service's is made of two names.
const maxIDText = 600

func (n native) directoryRoutes() []dialect.Route {
	return slices.Concat(n.tenantRoutes(), n.personRoutes(), n.serviceRoutes(), n.roleRoutes(), n.grantRoutes(), n.audienceRoutes())
}

// idText reads the ID of something in a body. What has the wrong form is refused before the store is asked, which on one
// engine takes what it refuses on the other.
func idText[T ~string](parameter, text string) (T, error) {
	if text == "" || len(text) > maxIDText || !web.Clean(text) {
		return "", fault.BadParameter(parameter, "The member must be the ID of something, as this API writes it.")
	}
	return T(text), nil
}

// at returns the URL of one thing of the directory: IDs are texts, with slashes in some.
func at(list string, ids ...string) string {
	for _, id := range ids {
		list += "/" + url.PathEscape(id)
	}
	return list
}

// value returns a text that may be left out or null, which is none.
func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// notEmpty refuses members that are there and empty: null is none.
func notEmpty(members map[string]*string) error {
	for name, text := range members {
		if text != nil && *text == "" {
			return fault.BadParameter(name, "The member must not be empty: null is none.")
		}
	}
	return nil
}

// asked returns what a change says of a member for which null is none, or nil when it says nothing.
func (n nullable[T]) asked() *T {
	if !n.given || n.value != nil {
		return n.value
	}
	var none T
	return &none
}

// wanted returns a status that a change asks for.
func wanted(status *string) *authority.Status {
	if status == nil {
		return nil
	}
	s := authority.Status(*status)
	return &s
}

// parseStatus reads a list's filter.
func parseStatus(q web.Query, known ...authority.Status) (authority.Status, error) {
	status := authority.Status(q["status"])
	if status != "" && !slices.Contains(known, status) {
		return "", fault.BadParameter("status", "There is no such status here.")
	}
	return status, nil
}

// reach returns the tenant that a list lies in: the one that is named, else all that the actor reads.
func (n native) reach(c *dialect.Call, named string) (tenant.ID, error) {
	if named != "" {
		return tenant.ID(named), nil
	}
	return n.authority.ReachOf(c.Context(), c.By, grant.ReadDirectory)
}

// noSuch answers an ID of another kind as one of nothing.
func noSuch(what string) error {
	return fault.New(fault.NotFound, authority.ReasonOutside, "There is no such "+what+".")
}

func isService(id grant.PrincipalID) bool { return strings.HasPrefix(string(id), "service:") }
