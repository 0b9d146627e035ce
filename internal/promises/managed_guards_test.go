package promises_test

const (
	accountKeys = "internal/authority/account_keys.go"
	accountTest = rules + "TestAnAccountKeyHasNoMoreThanItsMakersPermissions/sqlite"
	outsideTest = rules + "TestNobodyManagesTheCredentialsOfWhoHasRightsOutsideItsReach/sqlite"
)

const (
	directoryActs = "internal/authority/directory_act.go"
	singles       = rules + "TestEachActOnTheDirectoryIsRecordedAndPublished/sqlite"
)

// directoryReach is where the rights of who changes single objects of the directory end.
var directoryReach = []guard{
	{
		keeps: "a tenant outside is like none for who would change it", file: directoryActs,
		line: "err == nil && !by.mayRead(lineage):", instead: "false:",
		test: rules + "TestWhatIsOutsideIsAsWhatDoesNotExistForEveryActOnTheDirectory/sqlite",
	},
	{
		keeps: "who reads the directory does not change it", file: directoryActs,
		line: "case !by.may(grant.ManageDirectory, pathOf(lineage)):", instead: "case false:",
		test: rules + "TestWhoOnlyReadsTheDirectoryChangesNothing/sqlite",
	},
	{
		keeps: "nor who acts for somebody else", file: directoryActs,
		line: "if by.actingBy != \"\" {", instead: "if false {",
		test: rules + "TestWhoActsForSomebodyElseChangesNothingOfTheDirectory/sqlite",
	},
	{
		keeps: "a person outside is like none", file: "internal/authority/principal_change.go",
		line: "if err != nil || !by.seesPrincipal(found) {", instead: "if err != nil {",
		test: rules + "TestWhatIsOutsideIsAsWhatDoesNotExistForEveryActOnTheDirectory/sqlite",
	},
	{
		keeps: "who is granted more above is not changed from below", file: "internal/authority/principal_change.go",
		line: "by.may(grant.ManageDirectory, found.home()) && by.covers(grant.ManageDirectory, found)", instead: "by.may(grant.ManageDirectory, found.home())",
		test: rules + "TestAnOperatorOfAPartManagesThatPartOnly/sqlite",
	},
	{
		keeps: "a grant outside is like none", file: "internal/authority/grant_change.go",
		line: "!ok || !by.may(grant.ReadDirectory, holder.Path(key.Tenant))", instead: "!ok",
		test: "internal/dialect/native TestAnOperatorOfAPartSeesAndChangesNothingBeside/sqlite",
	},
	{
		keeps: "nor is it in a list of a principal's", file: "internal/authority/directory_list.go",
		line: "return !by.may(grant.ReadDirectory, holder.Path(g.Tenant))", instead: "return holder.Path(g.Tenant) == nil",
		test: rules + "TestAnOperatorOfAPartManagesThatPartOnly/sqlite",
	},
	{
		keeps: "nobody gives more than they may themselves", file: "internal/authority/grant_rules.go",
		line: "if slices.Contains(operators, p) && !by.may(p, path) {", instead: "if slices.Contains(operators, p) && false {",
		test: rules + "TestARestrictedCredentialChangesNoMoreThanItReaches/sqlite",
	},
	{
		keeps: "nobody ends from below that an account outside is somebody's primary one", file: "internal/authority/grant_rules.go",
		line: "if !by.covers(grant.ManageDirectory, holder) {", instead: "if false {",
		test: rules + "TestAPrimaryAccountIsChosenByAnOperatorOfAllThatThePersonIsIn/sqlite",
	},
	{
		keeps: "nor does who was handed over to an audience", file: "internal/authority/actor.go",
		line: "if by.handedOver && p.IsOwn() {", instead: "if false {",
		test: rules + "TestWhoWasHandedOverManagesNothing/sqlite",
	},
	{
		keeps: "who is suspended with a tenant manages nothing there", file: "internal/authority/actor.go",
		line: "_, suspended := path.From(h.Tenant).Suspended()", instead: "suspended := false",
		test: rules + "TestWhoIsSuspendedWithATenantManagesNothingThere/by_command/sqlite",
	},
	{
		keeps: "a role outside is like none", file: "internal/authority/role_change.go",
		line: "if err != nil || !by.mayRead(lineage) {", instead: "if err != nil || lineage == nil {",
		test: "internal/dialect/native TestAnOperatorOfAPartSeesAndChangesNothingBeside/sqlite",
	},
	{
		keeps: "a list of tenants is of the subtree", file: "internal/sqlstore/directory_list.go",
		line: "`t.id IN `+subtree+` AND t.id <> ?`", instead: "`(1 = 1 OR t.id IN `+subtree+`) AND t.id <> ?`",
		test: store + "pages of tenants have what a filter selects, by ID",
	},
	{
		keeps: "a list of people is of the organisation", file: "internal/sqlstore/directory_list.go",
		line: "when(f.Organisation != \"\",", instead: "when(false,",
		test: store + "pages of principals have what a filter selects, by ID",
	},
}

// managedReach is where the rights of who reads and manages others end.
var managedReach = []guard{
	{
		keeps: "the directory is read where one may", file: "internal/authority/directory_read.go",
		line: "if !by.mayRead(lineage) {", instead: "if false {",
		test: rules + "TestWhatIsOutsideIsAnsweredLikeWhatDoesNotExist/sqlite",
	},
	{
		keeps: "what is outside is told in the words of what is not there", file: "internal/authority/directory_read.go",
		line: "if !by.mayRead(lineage) {\n\t\t\treturn fault.New(fault.NotFound, ReasonOutside, \"\")", instead: "if !by.mayRead(lineage) {\n\t\t\treturn fault.New(fault.Denied, ReasonOutside, \"It is outside.\")",
		test: rules + "TestWhatIsOutsideIsAnsweredLikeWhatDoesNotExist/sqlite",
	},
	{
		keeps: "a parent outside is not told", file: lists,
		line: "if !by.mayRead(lineage[1:]) {", instead: "if false {",
		test: rules + "TestAParentIsToldToWhoReachesItOnly/sqlite",
	},
	{
		keeps: "a tenant that is none of the set", file: lists,
		line: "if err == nil && !set.has(pathOf(lineage)) {", instead: "if false {",
		test: rules + "TestAnAccountThatIsNoneOfTheSetIsAnsweredLikeNone/sqlite",
	},
	{
		keeps: "a list of tenants is of what is directly below", file: "internal/sqlstore/directory.go",
		line: "WHERE t.parent_id = ? AND ` + ofKind", instead: "WHERE (t.parent_id = ? OR 1 = 1) AND ` + ofKind",
		test: store + "a set of tenants has those of the kind at the levels, by position and ID",
	},
	{
		keeps: "or further below", file: "internal/sqlstore/directory.go",
		line: "SELECT id FROM tenants WHERE parent_id = ?", instead: "SELECT id FROM tenants WHERE parent_id = ? OR 1 = 1",
		test: store + "a set of tenants has those of the kind at the levels, by position and ID",
	},
	{
		keeps: "a list of staff is of one reseller", file: "internal/sqlstore/directory.go",
		line: "WHERE g.tenant_id = ? AND g.role IN", instead: "WHERE (g.tenant_id = ? OR 1 = 1) AND g.role IN",
		test: store + "a reseller's staff are its managers by position and ID, without the deleted",
	},
	{
		keeps: "sessions are listed and revoked where one may", file: "internal/authority/reach.go",
		line: "case by.may(p, path):\n\t\treturn nil, nil", instead: "case true || by.may(p, path):\n\t\treturn nil, nil",
		test: rules + "TestNobodyEndsOrSeesSessionsOutsideTheOwnReach/sqlite",
	},
	{
		keeps: "who acts for somebody else does neither", file: "internal/authority/reach.go",
		line: "case by.actingBy != \"\":", instead: "case false:",
		test: rules + "TestOnlyAnOperatorSuspendsAndResumes/sqlite",
	},
	{
		keeps: "sessions of a tenant are those in its subtree", file: "internal/sqlstore/session_list.go",
		line: "when(f.Tenant != \"\", `(s.account_id IN", instead: "when(f.Tenant == \"-\", `(s.account_id IN",
		test: store + "sessions are listed by what a filter selects, the highest ID first",
	},
	{
		keeps: "events of a tenant likewise", file: "internal/sqlstore/event_list.go",
		line: "when(f.Tenant != \"\",", instead: "when(f.Tenant == \"-\",",
		test: store + "events are listed by what a filter selects",
	},
	{
		keeps: "a subtree is what is below", file: "internal/sqlstore/conditions.go",
		line: "SELECT t.id FROM tenants t JOIN down ON t.parent_id = down.id)", instead: "SELECT t.id FROM tenants t JOIN down ON 1 = 1)",
		test: store + "events are listed by what a filter selects",
	},
	{
		keeps: "the audit log is read where one may", file: "internal/authority/event_tail.go",
		line: "if err := a.require(ctx, by, grant.ReadEvents, f.Tenant); err != nil {", instead: "if err := a.require(ctx, by, grant.ReadEvents, f.Tenant); err != nil && ctx == nil {",
		test: rules + "TestTheAuditLogIsForWhoMayReadIt/sqlite",
	},
	{
		keeps: "whose credentials one manages is all within reach", file: "internal/authority/credential_rules.go",
		line: "case !by.covers(grant.ManageCredential, holder), !by.hasNoLessThan", instead: "case !by.hasNoLessThan",
		test: rules + "TestWhoIsGrantedNothingIsManagedAtItsOrganisation/sqlite",
	},
	{
		keeps: "and has no more than oneself", file: "internal/authority/credential_rules.go",
		line: ", !by.hasNoLessThan(holder, a.heldOf(&holder)):", instead: ":",
		test: outsideTest,
	},
	{
		keeps: "a restricted credential manages no other", file: "internal/authority/credential_rules.go",
		line: "case by.credential().narrow():", instead: "case false:",
		test: outsideTest,
	},
	{
		keeps: "who acts for somebody else manages none", file: "internal/authority/credential_rules.go",
		line: "case by.actingBy != \"\":", instead: "case false:",
		test: rules + "TestWhoActsForSomebodyElseManagesNoCredential/sqlite",
	},
	{
		keeps: "it is judged again in the change's own transaction", file: "internal/authority/credential_change.go",
		line: "\t\tif err := judge(c, holder); err != nil {\n\t\t\treturn err\n\t\t}\n\t\treturn change", instead: "\t\treturn change",
		test: rules + "TestACredentialIsJudgedAgainWhenItIsChanged/sqlite",
		also: []cut{{"internal/authority/credential_change.go", "\t\tc, holder, err := tx.Credential", "\t\tc, _, err := tx.Credential"}},
	},
	{
		keeps: "a manager's key is given within reach", file: "internal/authority/manager_key.go",
		line: "case !by.mayRead(lineage), !of.isManagerAt(at):", instead: "case lineage == nil && false, !of.isManagerAt(at):",
		test: rules + "TestWhoMayRegenerateWhoseKey",
	},
	{
		keeps: "to a manager of that reseller", file: "internal/authority/manager_key.go",
		line: "case !by.mayRead(lineage), !of.isManagerAt(at):", instead: "case !by.mayRead(lineage):",
		test: rules + "TestWhoMayRegenerateWhoseKey",
	},
	{
		keeps: "who has no more than oneself", file: "internal/authority/manager_key.go",
		line: "case manager != by.Principal().ID && !by.hasNoLessThan(of, a.heldOf(&of)):", instead: "case false:",
		test: rules + "TestWhoMayRegenerateWhoseKey",
	},
	{
		keeps: "an account's key is changed in that account", file: accountKeys,
		line: "case c.Kind != KeyPair || c.onlyAccount() != account:", instead: "case c.Kind != KeyPair:",
		test: rules + "TestAnotherAccountsKeyIsLikeNone/sqlite",
	},
	{
		keeps: "and listed there", file: accountKeys,
		line: "if c.onlyAccount() == account {", instead: "if c.onlyAccount() != \"-\" {",
		test: rules + "TestAnotherAccountsKeyIsLikeNone/sqlite",
	},
	{
		keeps: "by who has the permission there", file: accountKeys,
		line: "if !slices.ContainsFunc(anyOf, func(p grant.Permission) bool { return slices.Contains(held, p) }) {", instead: "if held == nil && len(anyOf) == 0 {",
		test: accountTest,
	},
	{
		keeps: "with no permission that its maker has not", file: accountKeys,
		line: "slices.ContainsFunc(wanted, func(p grant.Permission) bool { return !slices.Contains(held, p) }) || len", instead: "held == nil || len",
		test: accountTest,
	},
	{
		keeps: "bound by what binds its maker's credential", file: accountKeys,
		line: "Restriction: by.credential().within(r.Account, r.Permissions)", instead: "Restriction: Restriction{Tenants: []tenant.ID{r.Account}, Permissions: r.Permissions}",
		test: rules + "TestAnAccountKeyIsBoundByWhatBindsItsMakersCredential/sqlite",
	},
	{
		keeps: "which has not ended meanwhile", file: accountKeys,
		line: "if err := a.mustStillCount(ctx, tx, by); err != nil {", instead: "if err := ctx.Err(); err != nil {",
		test: rules + "TestARequestInFlightWhileItsKeyEndsMakesNoAccountKey/sqlite",
	},
	{
		keeps: "a key is enabled by who has all its permissions", file: accountKeys,
		line: "if c.Status == Disabled && next.Status == Active && ", instead: "if c.Status == Disabled && next.Status == c.Status && ",
		test: rules + "TestAKeyIsEnabledByWhoHasAllItsPermissions/sqlite",
	},
	{
		keeps: "a person is found within reach", file: "internal/authority/find.go",
		line: "if err == nil && !by.covers(grant.ReadDirectory, found) {", instead: "if false {",
		test: rules + "TestOnlyAnOperatorSuspendsAndResumes/sqlite",
	},
	{
		keeps: "and suspended by an operator", file: "internal/authority/hold.go",
		line: "case !by.may(grant.ManageDirectory, path):", instead: "case false:",
		test: rules + "TestWhoMayOnlyReadTheDirectorySuspendsNobody/sqlite",
	},
	{
		keeps: "the directory is applied, exported, restored and fenced by an operator", file: "internal/authority/apply.go",
		line: "if !by.may(grant.ManageDirectory, root) {", instead: "if by.IsZero() {",
		test: rules + "TestRestoringAndRaisingTheFenceAreForTheOperator/sqlite",
	},
}
