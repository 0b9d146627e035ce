package authority

import (
	"context"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
)

// Site is what lands at one host: an account's own portal, or the installation.
type Site struct {
	Account  Tenant // whose portal it is; zero: the installation's
	Landings []Landing
}

// Landing is where the login tokens of one audience land at a site.
type Landing struct {
	Audience Audience
	Token    string            // the query parameter that holds the login token
	Email    string            // the one that holds the subject's e-mail; empty: the link has none
	Fixed    map[string]string // parameters that the link always has, with their values
	path     string            // unescaped; may hold {account}
	account  tenant.ID         // only its login tokens land here; empty: any account's
}

// SiteAt returns what lands at a host (with its port, if any), which a request names and nobody vouches for. A host
// that is no account's portal is the installation's. A template lands nowhere when {token} is not the whole value of
// a query parameter in it: such a portal redeems by itself.
func (a *Authority) SiteAt(ctx context.Context, host string) (Site, error) {
	host = strings.Map(asciiLower, host)
	var site Site
	var audiences []Audience
	err := a.store.View(ctx, func(ctx context.Context, v View) error {
		lineage, err := v.LineageOfPortal(ctx, host)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if site = (Site{}); len(lineage) > 0 {
			site.Account = *lineage[0]
		}
		audiences, err = v.Audiences(ctx)
		return err
	})
	if err != nil {
		return Site{}, err
	}
	for _, audience := range audiences {
		if landing, ok := a.landingAt(audience, site.Account, host); ok {
			site.Landings = append(site.Landings, landing)
		}
	}
	return site, nil
}

// landingAt reads an audience's URL template as what a request at a host must look like.
func (a *Authority) landingAt(audience Audience, account Tenant, host string) (Landing, bool) {
	template, landing := audience.URL, Landing{Audience: audience}
	ofPortal, ofInstallation := audience.needsPortal(), strings.HasPrefix(template, "{installation}")
	switch {
	case audience.Kind != Portal, ofPortal && account.ID == "":
		return Landing{}, false
	case ofPortal:
		landing.account = account.ID
		template = a.expand(template, account)
	default:
		template = strings.ReplaceAll(template, "{installation}", strings.TrimSuffix(a.options.InstallationURL, "/"))
	}
	at, err := url.Parse(template)
	if err != nil {
		return Landing{}, false
	}
	// The installation answers under every name that is nobody's portal: behind a proxy it may not know its own.
	if strings.Map(asciiLower, at.Host) != host && (!ofInstallation || account.ID != "") {
		return Landing{}, false
	}
	landing.path = "/" + strings.TrimPrefix(at.Path, "/")
	return landing, landing.readParameters(at)
}

func (l *Landing) readParameters(at *url.URL) bool {
	l.Fixed = map[string]string{}
	for name, values := range at.Query() {
		switch value := values[0]; {
		case value == "{token}":
			l.Token = name
		case value == "{email}":
			l.Email = name
		case !strings.Contains(value, "{"):
			l.Fixed[name] = value
		}
	}
	return l.Token != ""
}

// At reports whether the landing is at a path, and for which account only, if so.
func (l Landing) At(path string) (account tenant.ID, ok bool) {
	before, after, named := strings.Cut(l.path, "{account}")
	if !named {
		return l.account, path == l.path
	}
	path, found := strings.CutPrefix(path, before)
	key, ended := strings.CutSuffix(path, after)
	if !found || !ended || key == "" || strings.Contains(key, "/") {
		return "", false
	}
	return tenant.ID(string(tenant.KindAccount) + ":" + key), true
}
