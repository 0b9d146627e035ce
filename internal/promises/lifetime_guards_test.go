package promises_test

// What the tests of the authority are in, and the files with most of its rules.
const (
	rules    = "internal/authority "
	verifies = "internal/authority/session_verify.go"
	proves   = "internal/authority/authenticate.go"
	handsOn  = "internal/authority/handover.go"
	stands   = "internal/authority/standing.go"
)

var lifetimes = []guard{
	{
		keeps: "a session ends at its end", file: verifies,
		line: "case !now.Before(s.ExpiresAt):", instead: "case false:",
		test: rules + "TestASessionEndsExactlyAtTheEndOfItsLifetime/sqlite",
	},
	{
		keeps: "however much it is used", file: verifies,
		line: "case !now.Before(s.ExpiresAt):", instead: "case s.IdleLifetime == 0 && !now.Before(s.ExpiresAt):",
		test: rules + "TestAUseNeverOutlivesTheAbsoluteLifetime/sqlite",
	},
	{
		keeps: "a session ends when it is idle", file: verifies,
		line: "case s.IdleLifetime > 0 && !now.Before(a.uses.latest(s).Add(s.IdleLifetime)):", instead: "case false:",
		test: rules + "TestAnIdleSessionEndsExactlyAtTheEndOfItsIdleLifetime/sqlite",
	},
	{
		keeps: "the last use that is stored moves forward only", file: "internal/sqlstore/sessions.go",
		line: "WHERE id = ? AND used_at < ?`", instead: "WHERE id = ? AND (used_at < ? OR 1 = 1)`",
		test: store + "the last use moves forward only",
	},
	{
		keeps: "what came from a session ends with it", file: verifies,
		line: " || !now.Before(parent.ExpiresAt)", instead: "",
		test: rules + "TestWhatCameFromASessionEndsWithItsLifetime/sqlite",
	},
	{
		keeps: "an acting session lives for an hour", file: "internal/authority/login_token_redeem.go",
		line: "lifetime = a.options.Acting", instead: "lifetime = a.options.Redeemed",
		test: rules + "TestAnActingSessionEndsAfterOneHourHoweverMuchItIsUsed/sqlite",
	},
	{
		keeps: "a credential ends at its end, and what it made", file: proves,
		line: "case !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt):", instead: "case false:",
		test: rules + "TestACredentialEndsExactlyAtTheEndOfItsLifetime/sqlite",
	},
	{
		keeps: "a login token is not redeemed at its end, by the database's own clock", file: redeems,
		line: "AND expires_at > {now} AND epoch", instead: "AND {now} IS NOT NULL AND epoch",
		test: store + "a token is not redeemed at its end",
	},
	{
		keeps: "nor after its end, when its row was waited for until then", file: "internal/authority/login_token_spend.go",
		line: "if !now.Before(f.LoginToken.ExpiresAt) {", instead: "if false {",
		test: rules + "TestATokenThatExpiresWhileItsRowIsWaitedForIsNotRedeemed/{engine}",
	},
	{
		keeps: "nor shown", file: "internal/authority/login_token_show.go",
		line: "case !now.Before(t.ExpiresAt):", instead: "case false:",
		test: rules + "TestALoginTokenEndsExactlyAtTheEndOfItsLifetime/sqlite",
	},
	{
		keeps: "nor checked, for validation", file: "internal/authority/login_token_check.go",
		line: "case !now.Before(t.ExpiresAt):", instead: "case false:",
		test: rules + "TestAValidationTokenIsCheckedUntilItsEndAndNeverSpent/sqlite",
	},
	{
		keeps: "it is minted within its audience's range", file: "internal/authority/login_token_mint.go",
		line: "case asked < a.Lifetime.Min || asked > a.Lifetime.Max:", instead: "case false:",
		test: rules + "TestALoginTokensLifetimeIsWithinItsAudiencesRange/sqlite",
	},
	{
		keeps: "an old secret ends after its overlap", file: "internal/authority/credential_rotate.go",
		line: "\t\tc.ExpiresAt = at\n", instead: "\t\t_ = at\n",
		test: rules + "TestARotatedKeyOverlapsAndThenEndsWithWhatItMade/sqlite",
	},
	{
		keeps: "a lock of failed tries is whole", file: "internal/limit/budget.go",
		line: "b.lockedUntil = now.Add(b.rule.Lock)", instead: "b.lockedUntil = now",
		test: "internal/limit TestAKeyIsLockedFromItsLastFailure",
	},
	{
		keeps: "the one clock of the nodes is the database's", file: "internal/sqlstore/postgres_clock.go",
		line: "return e.monotonic().Add(time.Duration(e.offset.Load()))", instead: "return e.monotonic()",
		test: "internal/sqlstore TestTheClockIsTheDatabases",
	},
	{
		keeps: "and that of the redeeming statement", file: "internal/sqlstore/postgres.go",
		line: `"{now}", "COALESCE(?::bigint, "+postgresNow+")"`, instead: `"{now}", "COALESCE(?::bigint, (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::bigint)"`,
		test: "internal/sqlstore TestTheClockIsTheDatabases",
	},
}
