package server

import (
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/dialect/gateway"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/dialect/oauth"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/limit"
)

// dialects is every dialect that is spoken: one line each.
func dialects(a *authority.Authority, c config.Config) []dialect.Dialect {
	others := []dialect.Dialect{
		alephee.New(a, alepheeOptions(c)),
		pulse.New(a, pulse.Options{SessionLifetime: c.Sessions.PulseLifetime}),
		activeplatform.New(a, activeplatform.Options{
			TokenLifetime: c.ActivePlatform.LoginTokenLifetime, Audience: authority.AudienceID(c.ActivePlatform.Audience),
			PublicURL: c.PublicURL,
		}),
		crmcom.New(a, crmcom.Options{
			SessionLifetime: c.Sessions.CRMCOMLifetime, KeySessionLifetime: c.Sessions.CRMCOMKey,
			ErrorStatuses: c.CRMCOM.ErrorStatuses, Profile: crmcom.Profile(c.CRMCOM.Profile),
		}),
		oauth.New(a, oauth.Options{PublicURL: c.PublicURL}),
		gateway.New(a, gateway.Options{PublicURL: c.PublicURL, SignIn: c.Gateway.SignInOrigins}),
	}
	return append(others, native.New(a, nativeOptions(c, others))) // last: it shows what the others speak
}

func nativeOptions(c config.Config, others []dialect.Dialect) native.Options {
	perMinute, err := limit.ParseRate(c.Native.Rate)
	if err != nil {
		perMinute = 0 // the dialect's own default
	}
	return native.Options{PublicURL: c.PublicURL, PerMinute: perMinute, Guesses: guessLimits(c.Guesses).Rules(), Dialects: others}
}

// alepheeOptions turns the configured rates, which the configuration has checked, into numbers.
func alepheeOptions(c config.Config) alephee.Options {
	perMinute, err := limit.ParseRate(c.Alephee.Rate)
	if err != nil {
		perMinute = 0 // the dialect's own default
	}
	limits := map[string]int{}
	for _, entry := range c.Alephee.RouteRates {
		route, rate, _ := strings.Cut(entry, "=")
		if n, err := limit.ParseRate(rate); err == nil {
			limits[route] = n
		}
	}
	return alephee.Options{
		TokenMember: c.Alephee.LoginTokenMember, URLMember: c.Alephee.URLMember,
		PerMinute: perMinute, Limits: limits, DeprecateQueryKey: c.Alephee.DeprecateQueryKey,
	}
}
