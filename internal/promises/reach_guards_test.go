package promises_test

const (
	mints = "internal/authority/login_token_mint.go"
	lists = "internal/authority/tenant_list.go"
)

// reach is where an actor's own rights end.
var reach = []guard{
	{
		keeps: "a permission counts at its tenant and, where the role inherits, below", file: "internal/grant/grant.go",
		line: "h.RoleOf.Inherits && path.Within(h.Tenant)", instead: "h.RoleOf.Inherits",
		test: "internal/grant TestARoleCountsBelowItsTenantOnlyWhereItInherits",
	},
	{
		keeps: "elsewhere only at its tenant", file: "internal/grant/grant.go",
		line: "h.RoleOf.Inherits && path.Within(h.Tenant)", instead: "path.Within(h.Tenant)",
		test: "internal/grant TestARoleCountsBelowItsTenantOnlyWhereItInherits",
	},
	{
		keeps: "what is beside is not within", file: "internal/tenant/tenant.go",
		line: "func (p Path) Within(ancestor ID) bool {\n", instead: "func (p Path) Within(ancestor ID) bool {\n\tif len(p) > 0 {\n\t\treturn true\n\t}\n",
		test: "internal/tenant TestATenantIsWithinAllAboveItAndItselfAndNothingElse",
	},
	{
		keeps: "nobody mints for an account outside, which is like none", file: mints,
		line: "case !by.may(p, path):", instead: "case false:",
		test: rules + "TestAnAccountOutsideIsIndistinguishableFromNone/sqlite",
	},
	{
		keeps: "nor within a tenant that the account is not below", file: mints,
		line: "if r.Within != \"\" && !by.may(permission, path.From(r.Within)) {", instead: "if false {",
		test: rules + "TestAManagerReachesWithinTheOwnSubtreeOnly/sqlite",
	},
	{
		keeps: "a suspended account outside is like none too", file: mints,
		line:    "\tswitch {\n\tcase by.actingBy != \"\":\n\t\treturn fault.New(fault.Denied, ReasonActing, \"Who acts for somebody else cannot hand over.\")\n",
		instead: "\tif _, suspended := path.Suspended(); suspended {\n\t\treturn fault.New(fault.Unmet, ReasonTenantSuspended, \"The account is suspended.\")\n\t}\n\tswitch {\n\tcase by.actingBy != \"\":\n\t\treturn fault.New(fault.Denied, ReasonActing, \"Who acts for somebody else cannot hand over.\")\n",
		test:    rules + "TestAnAccountOutsideIsIndistinguishableFromNone/sqlite",
	},
	{
		keeps: "who may not be handed over is like nobody", file: mints,
		line: "return fault.New(fault.NotFound, reason, \"There is no such member.\")", instead: "return fault.New(fault.NotFound, reason, \"There is no such member: \"+reason)",
		test: rules + "TestAPersonWhoMayNotBeHandedOverIsIndistinguishableFromNobody/sqlite",
	},
	{
		keeps: "who acts for somebody else hands nobody over", file: mints,
		line: "case by.actingBy != \"\":", instead: "case false:",
		test: rules + "TestWhoActsForSomebodyElseMayNeitherHandOverNorSignInNorApply/sqlite",
	},
	{
		keeps: "nor who was handed over", file: mints,
		line: "case by.handedOver:", instead: "case false:",
		test: rules + "TestWhoWasHandedOverCannotHandOverAgain/sqlite",
	},
	{
		keeps: "nor opens sessions", file: "internal/authority/session_open.go",
		line: "by.credential().ID.IsZero() || !by.session.IsZero() || by", instead: "by.credential().ID.IsZero() || by",
		test: rules + "TestWhoActsForSomebodyElseMayNeitherHandOverNorSignInNorApply/sqlite",
	},
	{
		keeps: "members are listed to who may hand them over", file: "internal/authority/members.go",
		line: "refused := by.refusedHandOver(grant.MintLoginToken, path); refused != nil {", instead: "refused := by.refusedHandOver(grant.MintLoginToken, path); refused != nil && len(path) == 0 {",
		test: rules + "TestNobodyListsMembersWhereItMayNotHandOver/sqlite",
	},
	{
		keeps: "a list of members is of one account", file: "internal/sqlstore/members.go",
		line: "WHERE g.tenant_id = ? AND g.inactive", instead: "WHERE (g.tenant_id = ? OR 1 = 1) AND g.inactive",
		test: store + "members are the active people with an active level",
	},
	{
		keeps: "a key reaches its own tenants only", file: "internal/authority/actor.go",
		line: "return ok && by.unrestricted(p) && by.credential().reaches(path)", instead: "return ok && by.unrestricted(p)",
		test: rules + "TestARestrictedKeyReadsWhereItReachesOnly/sqlite",
	},
	{
		keeps: "and does what it is for only", file: "internal/authority/actor.go",
		line: "return ok && by.unrestricted(p) && by.credential().reaches(path)", instead: "return ok && by.credential().reaches(path)",
		test: rules + "TestWhoMayOnlyReadTheDirectorySuspendsNobody/sqlite",
	},
	{
		keeps: "in the accounts of a session too", file: "internal/authority/membership.go",
		line: " || !by.credential().reaches(path)", instead: "",
		test: rules + "TestAMembersCredentialReachesItsOwnAccountOnly/sqlite",
	},
	{
		keeps: "with its permissions there", file: "internal/authority/membership.go",
		line: "if !by.unrestricted(p) {", instead: "if false {",
		test: rules + "TestACredentialIsRestrictedToItsPermissions/sqlite",
	},
	{
		keeps: "a session works in its own accounts", file: "internal/authority/membership.go",
		line: "if m.Account.ID == wanted ||", instead: "if m.Account.ID == wanted || wanted != \"\" ||",
		test: rules + "TestACredentialIsRestrictedToItsPermissions/sqlite",
	},
	{
		keeps: "a key counts in its dialects", file: proves,
		line: "case !c.allowsDialect(from.Dialect):", instead: "case false:",
		test: rules + "TestACredentialIsRestrictedToItsDialectsAndNetworks/sqlite",
	},
	{
		keeps: "and from its networks", file: proves,
		line: "case c.Networks != nil && !c.allowsSource(from):", instead: "case false:",
		test: rules + "TestACredentialIsRestrictedToItsDialectsAndNetworks/sqlite",
	},
	{
		keeps: "its sessions too", file: verifies,
		line: "if reason := v.refusalFrom(from); reason != \"\" {", instead: "if reason := \"\"; reason != \"\" {",
		test: rules + "TestASessionIsBoundToTheNetworksOfTheCredentialThatOpenedIt/sqlite",
	},
	{
		keeps: "a person logs in at its own organisation", file: proves,
		line: "case p.organisation != \"\" && s.Principal.Organisation != p.organisation:", instead: "case false:",
		test: rules + "TestAPersonIsOfOneOrganisation/sqlite",
	},
	{
		keeps: "a session is closed in the dialect that opened it", file: verifies,
		line: "if err == nil && v.Session.Dialect != from.Dialect {", instead: "if false {",
		test: rules + "TestASessionIsADialectsOwnOnlyWhereItWasOpened/sqlite",
	},
	{
		keeps: "who was handed over reaches that account only", file: verifies,
		line: ", Restriction: Restriction{Tenants: []tenant.ID{f.Session.Account}}}", instead: "}\n\t\t_ = tenant.Installation",
		test: rules + "TestWhoIsHandedOverReachesThatAccountOnly/sqlite",
	},
	{
		keeps: "a validation token is for the key that minted it", file: "internal/authority/login_token_check.go",
		line: "case t.Credential != by.credential().ID || t.Parent", instead: "case t.Parent",
		test: rules + "TestAValidationTokenCountsForItsKeyAccountAndAudienceOnly/sqlite",
	},
	{
		keeps: "and for the session that minted it", file: "internal/authority/login_token_check.go",
		line: " || t.Parent != by.session:", instead: ":",
		test: rules + "TestASessionFromALoginTokenChecksNoTokenOfTheKeyBehindIt/sqlite",
	},
	{
		keeps: "at its account", file: "internal/authority/login_token_check.go",
		line: "case t.Account != r.Account:", instead: "case false:",
		test: rules + "TestAValidationTokenCountsForItsKeyAccountAndAudienceOnly/sqlite",
	},
	{
		keeps: "and its audience", file: "internal/authority/login_token_check.go",
		line: "case t.Audience != r.Audience:", instead: "case false:",
		test: rules + "TestAValidationTokenCountsForItsKeyAccountAndAudienceOnly/sqlite",
	},
	{
		keeps: "a portal redeems for its own audience, whatever it asks for", file: "internal/authority/login_token_redeem.go",
		line: "\t\tr.Audience = by.credential().Audience\n", instead: "",
		test: rules + "TestWhatCannotSpendALoginTokenLeavesItLive/sqlite",
	},
	{
		keeps: "a portal of one account takes no link for another", file: "internal/handoff/link.go",
		line: "return authority.RedeemRequest{\n\t\tToken: l.token, Audience: l.Audience.ID, Account: l.account,", instead: "return authority.RedeemRequest{\n\t\tToken: l.token, Audience: l.Audience.ID,",
		test: "internal/handoff TestAnotherAccountsTokenIsRefusedAtAPortalAndNotSpent",
	},
}
