package authority

import (
	"maps"
	"time"
)

// The classes of budget of failed tries.
const (
	GuessBySource          = "guess-by-source"         // wrong passwords and pass codes per (principal or canonical name, source prefix)
	GuessAnySource         = "guess-any-source"        // the same per principal or canonical name, from everywhere
	GuessOfTenant          = "guess-of-tenant"         // the same per organisation, at whomever, but for people where they have logged in before
	GuessOfSource          = "guess-of-source"         // the same per source prefix, at whomever
	KeyGuessBySource       = "key-guess-by-source"     // wrong secrets of a key pair per (credential, source prefix)
	KeyGuessesOfSource     = "key-guess-of-source"     // refused keys and codes per source prefix; a key that counts is never held up by it
	TokenGuessesOfSource   = "token-guess-of-source"   // unknown session and login tokens per source prefix; nor is a token that exists
	TokenGuessesOfAudience = "token-guess-of-audience" // unknown login tokens per credential of the audience that presents them
)

// GuessRule allows a number of failed tries in any period, and then locks.
type GuessRule struct {
	Failures     int
	Period, Lock time.Duration
}

// GuessRules are the budgets of failed tries, which the Limiter must keep. A principal is locked for one source after
// five (WIRE.md §4); over all sources, and an organisation, only after many more, so that a stranger cannot lock a
// victim out. A source, which may be a whole office behind one address, waits a minute at most. Keys have budgets of
// their own: a flood of passwords never locks an integrator's key. An audience's back end speaks for many people.
var GuessRules = map[string]GuessRule{
	GuessBySource:          {Failures: 5, Period: guessPeriod, Lock: guessPeriod},
	GuessAnySource:         {Failures: 500, Period: guessPeriod, Lock: guessPeriod},
	GuessOfTenant:          {Failures: 1000, Period: 5 * time.Minute, Lock: 5 * time.Minute},
	GuessOfSource:          {Failures: 60, Period: time.Minute, Lock: time.Minute},
	KeyGuessBySource:       {Failures: 50, Period: time.Minute, Lock: time.Minute},
	KeyGuessesOfSource:     {Failures: 120, Period: time.Minute, Lock: time.Minute},
	TokenGuessesOfSource:   {Failures: 120, Period: time.Minute, Lock: time.Minute},
	TokenGuessesOfAudience: {Failures: 1200, Period: time.Minute, Lock: time.Minute},
}

const guessPeriod = 15 * time.Minute

// GuessLimits are an installation's choices among the budgets of failed tries; zero leaves the default of each.
type GuessLimits struct {
	BySource  GuessRule // of a principal from one source
	AnySource int       // failures of a principal from all sources
	Tenant    int       // failures of an organisation
}

// Rules returns the budgets with an installation's choices in them.
func (l GuessLimits) Rules() map[string]GuessRule {
	rules := maps.Clone(GuessRules)
	choose := func(class string, chosen GuessRule) {
		rule := rules[class]
		if chosen.Failures > 0 {
			rule.Failures = chosen.Failures
		}
		if chosen.Period > 0 {
			rule.Period = chosen.Period
		}
		if chosen.Lock > 0 {
			rule.Lock = chosen.Lock
		}
		rules[class] = rule
	}
	choose(GuessBySource, l.BySource)
	choose(GuessAnySource, GuessRule{Failures: l.AnySource})
	choose(GuessOfTenant, GuessRule{Failures: l.Tenant})
	return rules
}
