package authority

import (
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/secret"
)

// needsPortal reports whether the audience lands on the account's own portal.
func (a Audience) needsPortal() bool { return strings.Contains(a.URL, "{portal}") }

// landingURL returns where the person is sent, built from configuration and the directory only, never from a request.
func (a *Authority) landingURL(plan mintPlan, token secret.Text) string {
	if plan.audience.Kind != Portal {
		return ""
	}
	return a.expand(plan.audience.URL, plan.account[0], map[string]string{
		"{token}": token.Reveal(), "{email}": plan.subject.Principal.Email,
	})
}

// HomeURL returns where a person goes once signed in at an audience, or "" when that is Doorward's own page.
func (a *Authority) HomeURL(audience Audience, account Tenant) string {
	return a.expand(audience.Home, account, nil)
}

// expand fills in a URL template; values are escaped for a query, bases stand as configured.
func (a *Authority) expand(template string, account Tenant, values map[string]string) string {
	pairs := []string{
		"{portal}", strings.TrimSuffix(account.Portal, "/"),
		"{installation}", strings.TrimSuffix(a.options.InstallationURL, "/"),
		"{account}", url.QueryEscape(account.ID.Key()),
	}
	for name, value := range values {
		pairs = append(pairs, name, url.QueryEscape(value))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}
