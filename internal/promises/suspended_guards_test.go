package promises_test

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
		line: "[]*Standing{h.minter, h.subject}", instead: "[]*Standing{h.subject}",
		test: ends + "who handed over deactivated by command/native",
	},
	{
		keeps: "who was handed over", file: handsOn,
		line: "[]*Standing{h.minter, h.subject}", instead: "[]*Standing{h.minter}",
		test: ends + "person deactivated by command/native",
	},
	{
		keeps: "who signed in", file: verifies,
		line: "if reason := f.Subject.refusalAlong(path); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
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
		line: "if _, suspended := home.Suspended(); suspended {", instead: "if false {",
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
		line: "if !f.Credential.reaches(path) {", instead: "if false {",
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
