package promises_test

const (
	ends    = rules + "TestWhatEndsASessionIsRefusedAtItsNextUse/sqlite/"
	changes = rules + "TestWhatChangedCountsAtTheNextUse/sqlite/"
)

// revocations are what ends for good.
var revocations = []guard{
	{
		keeps: "a revoked credential", file: proves,
		line: "case !c.RevokedAt.IsZero():", instead: "case false:", test: ends + "credential revoked/Pulse",
	},
	{
		keeps: "a disabled credential", file: proves,
		line: "case c.Status != Active:", instead: "case false:", test: ends + "credential disabled/native",
	},
	{
		keeps: "at a log-in", file: proves,
		line:    "\tif reason := c.refusal(from, a.store.Now()); reason != \"\" {\n\t\treturn reason, nil\n\t}\n",
		instead: "", test: rules + "TestRevokingEndsAllThatACredentialMadeAndCountsIt/sqlite",
	},
	{
		keeps: "of a hand-over", file: handsOn,
		line: "if reason := h.credential.ended(now); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
		test: ends + "credential revoked/acting",
	},
	{
		keeps: "of who signed in", file: verifies,
		line: "if reason := f.Credential.ended(now); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
		test: ends + "credential revoked/CRM.COM",
	},
	{
		keeps: "another secret in the credential's place, handed over", file: handsOn,
		line: "if !h.made.IsZero() && h.credential.outdates(h.secretAt, h.made) {", instead: "if false {",
		test: ends + "another secret in the credential's place/native",
	},
	{
		keeps: "another secret in the credential's place, signed in", file: verifies,
		line: "if f.Credential.outdates(f.Session.SecretAt, f.Session.OpenedAt) {", instead: "if false {",
		test: ends + "another secret in the credential's place/Pulse",
	},
	{
		keeps: "also for a request in flight while it changed", file: handsOn,
		line: "return !secretAt.Equal(c.SecretAt)", instead: "return made.Before(c.SecretAt)",
		test: rules + "TestARequestInFlightWhileTheSecretChangesMakesNothingThatLives/sqlite",
	},
	{
		keeps: "also for what is older than the note of which secret it was", file: handsOn,
		line: "return made.Before(c.SecretAt)", instead: "return false",
		test: rules + "TestWhatDoesNotSayWhichSecretMadeItEndsByTime/sqlite",
	},
	{
		keeps: "a new secret is told apart from the old one of the same moment", file: "internal/authority/credential_rotate.go",
		line: "return c.SecretAt.Add(time.Microsecond)", instead: "return now",
		test: rules + "TestANewSecretOfTheSameMomentEndsWhatTheOldOneMade/sqlite",
	},
	{
		keeps: "a new manager key ends the old one", file: "internal/authority/manager_key.go",
		line: "made.ID, made.CreatedAt, made.CreatedAt\n\t\t\t\ttx.PutCredential(old)\n", instead: "made.ID, made.CreatedAt, made.CreatedAt\n",
		test: rules + "TestARegeneratedKeyWorksAndTheOldOneEndsWithAllThatCameFromIt/sqlite",
	},
	{
		keeps: "who holds an ended key is given no new one", file: "internal/authority/manager_key.go",
		line: "if !a.stillCounts(by, owned) {", instead: "if false {",
		test: rules + "TestOfManyThatHoldOneKeyOneIsGivenTheNext/sqlite",
	},
	{
		keeps: "a key given to somebody else, signed in", file: verifies,
		line: "if f.Credential.Principal != f.Session.Subject {", instead: "if false {",
		test: changes + "the pair is given to another person",
	},
	{
		keeps: "a key given to somebody else, acting", file: handsOn,
		line: "if h.actor.Principal.ID != h.minter.Principal.ID {", instead: "if false {",
		test: rules + "TestAManagerKeyGivenToAnotherManagerEndsWhatTheFormerOneDoes/sqlite",
	},
	{
		keeps: "a closed session", file: verifies,
		line: "case !s.ClosedAt.IsZero():", instead: "case false:", test: ends + "released or logged out/Pulse",
	},
	{
		keeps: "a session is closed once", file: "internal/sqlstore/sessions.go",
		line: "` AND closed_at IS NULL RETURNING id`", instead: "` RETURNING id`",
		test: store + "of many that close one session at once, one does",
	},
	{
		keeps: "what came from a closed session", file: verifies,
		line: "|| !parent.ClosedAt.IsZero() ||", instead: "||",
		test: rules + "TestClosingASessionEndsWhatCameFromIt/sqlite",
	},
	{
		keeps: "a login token of a closed session", file: "internal/authority/login_token_redeem.go",
		line: "if reason := parentRefusal(f.LoginToken.Parent, f.Parent, now); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
		test: rules + "TestClosingASessionEndsWhatCameFromIt/sqlite",
	},
	{
		keeps: "the sessions of a restored backup", file: "internal/authority/restore.go",
		line: "if o.KeepSessions {", instead: "if true {",
		test: rules + "TestSessionsEndWithARestoreUnlessTheyAreKept/{engine} to {engine}",
	},
	{
		keeps: "a redemption is judged in its own transaction, after the token is spent", file: "internal/authority/login_token_spend.go",
		line: "outcome.reason = a.judgeSpent(outcome.facts, a.store.Now())", instead: "outcome.reason = \"\"",
		test: rules + "TestARedemptionThatIsRefusedForTheSubjectSpendsTheTokenAndIsRecorded/sqlite",
	},
	{
		keeps: "a link is judged when it is shown", file: "internal/authority/login_token_show.go",
		line: "return a.judgeLoginToken(f, now)", instead: "return \"\"",
		test: changes + "the person is inactive",
	},
	{
		keeps: "a validation token is judged at every check", file: "internal/authority/login_token_check.go",
		line: "return a.judgeLoginToken(f, now)", instead: "return \"\"",
		test: rules + "TestWhatEndsAMembersChainEndsAValidationToken/sqlite",
	},
	{
		keeps: "every change to a credential is in the feed", file: "internal/authority/credential_change.go",
		line: "\ttx.Publish(FeedCredential, c.ID.String())\n", instead: "",
		test: rules + "TestEveryEndIsInTheFeed/sqlite",
	},
}
