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
		line: "outcome.reason = a.judgeLoginToken(outcome.facts, a.store.Now())", instead: "outcome.reason = \"\"",
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

// suspensions are what ends until it is undone.
var suspensions = []guard{
	{
		keeps: "a person that the directory deactivated", file: stands,
		line: "\tdefault:\n\t\treturn ReasonInactive\n", instead: "\tdefault:\n",
		test: ends + "person deactivated by the file/native",
	},
	{
		keeps: "a person that a command deactivated", file: stands,
		line: "if !s.Principal.HeldAt.IsZero() {", instead: "if false {",
		test: ends + "person deactivated by command/Pulse",
	},
	{
		keeps: "a deleted person", file: stands,
		line: "\tcase Deleted:\n\t\treturn ReasonDeleted\n", instead: "\tcase Deleted:\n",
		test: changes + "the person is deleted",
	},
	{
		keeps: "at a log-in", file: proves,
		line: "\treturn s.refusal(), nil\n", instead: "\treturn \"\", nil\n",
		test: rules + "TestEveryRefusalOfATypedSecretCostsAndLooksAlike/sqlite",
	},
	{
		keeps: "who handed over", file: handsOn,
		line: "[]Standing{h.minter, h.subject}", instead: "[]Standing{h.subject}",
		test: ends + "who handed over deactivated by command/native",
	},
	{
		keeps: "who was handed over", file: handsOn,
		line: "[]Standing{h.minter, h.subject}", instead: "[]Standing{h.minter}",
		test: ends + "person deactivated by command/native",
	},
	{
		keeps: "who signed in", file: verifies,
		line: "if reason := f.Subject.refusal(); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
		test: ends + "person deactivated by command/CRM.COM",
	},
	{
		keeps: "a tenant that the directory suspended", file: stands,
		line: "t.Status != Active || !t.HeldAt.IsZero()", instead: "!t.HeldAt.IsZero()",
		test: ends + "account suspended by the file/native",
	},
	{
		keeps: "a tenant that a command suspended", file: stands,
		line: "t.Status != Active || !t.HeldAt.IsZero()", instead: "t.Status != Active",
		test: ends + "account suspended by command/native",
	},
	{
		keeps: "all below it", file: "internal/tenant/tenant.go",
		line: "\t\tif node.Suspended {\n", instead: "\t\tif node.Suspended && node.ID == p.ID() {\n",
		test: ends + "reseller above suspended by command/native",
	},
	{
		keeps: "the account of a hand-over", file: handsOn,
		line: "suspended || len(path) == 0 {", instead: "suspended && len(path) == 0 {",
		test: ends + "account suspended by command/acting",
	},
	{
		keeps: "the account of who signed in", file: verifies,
		line: "if _, suspended := path.Suspended(); suspended {", instead: "if false {",
		test: ends + "account suspended by command/Pulse",
	},
	{
		keeps: "a person's organisation", file: stands,
		line: "if _, suspended := s.Path(s.Principal.Organisation).Suspended(); suspended {", instead: "if false {",
		test: rules + "TestASuspendedOrganisationSuspendsItsPeopleEvenWithoutAnAccount/sqlite",
	},
	{
		keeps: "the unit that a session works in", file: verifies,
		line: "case s.Unit != \"\" && !f.Subject.holdsUnit(s.Unit):", instead: "case false:",
		test: ends + "unit suspended by command/CRM.COM",
	},
	{
		keeps: "who is no member any more, handed over", file: handsOn,
		line: "\tif !member {\n", instead: "\tif false && !member {\n",
		test: changes + "the person is no member",
	},
	{
		keeps: "who is no member any more, signed in", file: verifies,
		line: "if _, member := s.Level(account); !member && s.Principal.ID.IsPerson() {", instead: "if false {",
		test: changes + "the owner is inactive in the account",
	},
	{
		keeps: "a member that is inactive in the account", file: stands,
		line: "return g.Role, !g.Inactive", instead: "return g.Role, true",
		test: changes + "the person is inactive in the account",
	},
	{
		keeps: "who acted as the owner that was", file: handsOn,
		line: "if level != grant.AccountOwner {", instead: "if false && level != \"\" {",
		test: rules + "TestANewOwnerEndsWhatActedAsTheFormerOne/sqlite",
	},
	{
		keeps: "an account that moved, or a role that was taken away", file: handsOn,
		line: "if !minter.may(permission, path) {", instead: "if false && !minter.may(permission, path) {",
		test: ends + "account moved under another reseller/native",
	},
	{
		keeps: "a key that is for another account now", file: verifies,
		line: "if !f.Credential.reaches(pathOf(f.Account)) {", instead: "if false {",
		test: changes + "the pair is for another account",
	},
	{
		keeps: "a key that is for another dialect now, its sessions", file: verifies,
		line: "case !f.Credential.allowsDialect(s.Dialect):", instead: "case false:",
		test: changes + "the pair is for another dialect",
	},
	{
		keeps: "and its login tokens", file: "internal/authority/login_token_redeem.go",
		line: "if !f.Credential.allowsDialect(f.LoginToken.Dialect) {", instead: "if false {",
		test: changes + "the integrator's key is for another dialect",
	},
	{
		keeps: "who is inactive is in no list of members", file: "internal/sqlstore/members.go",
		line: "p.status = 'active' AND p.held_at IS NULL", instead: "p.held_at IS NULL",
		test: store + "members are the active people with an active level",
	},
	{
		keeps: "nor who is held", file: "internal/sqlstore/members.go",
		line: "p.status = 'active' AND p.held_at IS NULL", instead: "p.status = 'active'",
		test: store + "members are the active people with an active level",
	},
	{
		keeps: "a suspended account is none of a session's", file: "internal/authority/membership.go",
		line: "suspended || len(path) == 0 || !by.credential", instead: "suspended && len(path) == 0 || !by.credential",
		test: "internal/dialect/pulse TestASuspendedAccountIsLeftOutAndTheNextIsPrimary/sqlite",
	},
}
