package authority

import (
	"net/url"
	"slices"
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
	return a.expand(plan.audience.URL, *plan.account[0],
		named{"{token}", url.QueryEscape(token.Reveal())}, named{"{email}", url.QueryEscape(plan.subject.Principal.Email)})
}

// HomeURL returns where a person goes once signed in at an audience, or "" when that is Doorward's own page.
func (a *Authority) HomeURL(audience Audience, account Tenant) string {
	return a.expand(audience.Home, account)
}

// named is what stands in a URL for a name in its template.
type named struct{ name, value string }

// expand fills in a URL template; values are escaped for a query, bases stand as configured.
func (a *Authority) expand(template string, account Tenant, more ...named) string {
	return fillIn(template, append([]named{
		{"{portal}", strings.TrimSuffix(account.Portal, "/")},
		{"{installation}", strings.TrimSuffix(a.options.InstallationURL, "/")},
		{"{account}", url.QueryEscape(account.ID.Key())},
	}, more...))
}

// fillIn puts values in the places of their names, once: a name in a value stands. A strings.Replacer does the same, but
// to make one takes several times as long as a login token's URL does here.
func fillIn(template string, values []named) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(template, '{')
		if at < 0 {
			b.WriteString(template)
			return b.String()
		}
		b.WriteString(template[:at])
		template = template[at:]
		i := slices.IndexFunc(values, func(v named) bool { return strings.HasPrefix(template, v.name) })
		if i < 0 {
			b.WriteByte('{')
			template = template[1:]
			continue
		}
		b.WriteString(values[i].value)
		template = template[len(values[i].name):]
	}
}
