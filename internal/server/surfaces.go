package server

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/limit"
)

// dialects is every dialect that is spoken: one line each.
func dialects(a *authority.Authority, c config.Config) []dialect.Dialect {
	return []dialect.Dialect{
		alephee.New(a, alepheeOptions(c)),
		pulse.New(a, pulse.Options{SessionLifetime: c.Sessions.PulseLifetime}),
		activeplatform.New(a, activeplatform.Options{
			TokenLifetime: c.ActivePlatform.LoginTokenLifetime, Audience: authority.AudienceID(c.ActivePlatform.Audience),
		}),
		crmcom.New(a, crmcom.Options{
			SessionLifetime: c.Sessions.CRMCOMLifetime, ErrorStatuses: c.CRMCOM.ErrorStatuses, Profile: crmcom.Profile(c.CRMCOM.Profile),
		}),
		native.New(a, native.Options{}),
	}
}

// alepheeOptions turns the configured rate, which the configuration has checked, into a number.
func alepheeOptions(c config.Config) alephee.Options {
	perMinute, err := limit.ParseRate(c.Alephee.Rate)
	if err != nil {
		perMinute = 0 // the dialect's own default
	}
	return alephee.Options{
		TokenMember: c.Alephee.LoginTokenMember, URLMember: c.Alephee.URLMember,
		PerMinute: perMinute, DeprecateQueryKey: c.Alephee.DeprecateQueryKey,
	}
}
