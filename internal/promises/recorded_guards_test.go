package promises_test

const (
	door    = "internal/authority/act.go"
	tries   = rules + "TestAnActWhoseEventCannotBeWrittenDoesNotHappen/sqlite/"
	refuses = "internal/authority/refusals.go"
)

var recorded = []guard{
	{
		keeps: "the one door records an act", file: door,
		line: "\t\trecord(e)\n", instead: "\t\t_ = e\n", test: rules + "TestClosingASessionEndsWhatCameFromIt/sqlite",
	},
	{
		keeps: "an event is queued with its change", file: door,
		line:    "return change(ctx, tx, func(e audit.Event) { a.append(tx, e) })",
		instead: "return change(ctx, tx, func(e audit.Event) {\n\t\t\tgo a.store.Change(context.WithoutCancel(ctx), func(_ context.Context, own Tx) error { a.append(own, e); return nil })\n\t\t})",
		test:    tries + "OpenSession",
	},
	{
		keeps: "the zero actor does nothing", file: door,
		line: "if by.IsZero() {", instead: "if false {",
		test: rules + "TestTheZeroActorIsDeniedEverythingAndEachDenialIsOneEvent/sqlite",
	},
	{
		keeps: "a refusal is recorded", file: door,
		line: "\t\ta.append(tx, e)\n\t\treturn nil\n", instead: "\t\treturn nil\n",
		test: rules + "TestTheZeroActorIsDeniedEverythingAndEachDenialIsOneEvent/sqlite",
	},
	{
		keeps: "a refusal that cannot be recorded is a failure of ours", file: door,
		line: "\tif err != nil {\n\t\treturn fault.As(err)\n\t}\n\treturn why\n", instead: "\t_ = err\n\treturn why\n",
		test: rules + "TestADenialWhoseEventCannotBeWrittenIsAFailureOfOurs/sqlite",
	},
	{
		keeps: "refusals past a source's budget are counted", file: refuses,
		line: "r.count(refusalClass{act: e.Act, reason: e.Reason, dialect: e.Dialect, source: source.Addr()}, 1)", instead: "",
		test: rules + "TestRefusalsPastASourcesBudgetAreRecordedAsOneCount",
	},
	{
		keeps: "a count that could not be recorded is kept", file: refuses,
		line: "\t\t\ta.refusals.putBack(taken)\n", instead: "",
		test: rules + "TestACountThatCouldNotBeRecordedIsKept",
	},
	{
		keeps: "a redemption", file: "internal/authority/login_token_spend.go",
		line: "\t\trecord(e)\n\t\tif r.access", instead: "\t\tif r.access",
		test: tries + "RedeemLoginToken",
	},
	{
		keeps: "a redemption that spent for nothing", file: "internal/authority/login_token_spend.go",
		line: "spent || !outcome.repeats && admitted()", instead: "!spent && !outcome.repeats && admitted()",
		test: rules + "TestARedemptionThatIsRefusedForTheSubjectSpendsTheTokenAndIsRecorded/sqlite",
	},
	{
		keeps: "a change to a credential", file: "internal/authority/credential_change.go",
		line: "\trecord(e)\n", instead: "", test: tries + "RevokeCredential",
	},
	{
		keeps: "a new secret of a credential", file: "internal/authority/credential_rotate.go",
		line: "\trecord(e)\n\treturn next\n", instead: "\treturn next\n",
		test: rules + "TestARotationIsRecordedAsAnEndAndABeginning/sqlite",
	},
	{
		keeps: "a manager's new key", file: "internal/authority/manager_key.go",
		line: "\t\trecord(by.managerKeyEvent(audit.IssueCredential, made, at))\n", instead: "",
		test: rules + "TestARegeneratedKeyWorksAndTheOldOneEndsWithAllThatCameFromIt/sqlite",
	},
	{
		keeps: "and the end of the old one", file: "internal/authority/manager_key.go",
		line: "\t\t\t\trecord(by.managerKeyEvent(audit.RevokeCredential, old, at))\n", instead: "",
		test: rules + "TestARegeneratedKeyWorksAndTheOldOneEndsWithAllThatCameFromIt/sqlite",
	},
	{
		keeps: "each of many sessions that are revoked", file: "internal/authority/session_revoke.go",
		line: "\t\t\t\trecord(s.closedBy(by))\n", instead: "",
		test: rules + "TestEveryRevokedSessionHasItsEventAndItsPlaceInTheFeed/sqlite",
	},
	{
		keeps: "a suspended person", file: "internal/authority/hold.go",
		line: "heldDetail(hold, p.Status)\n\t\trecord(e)\n", instead: "heldDetail(hold, p.Status)\n",
		test: tries + "SuspendPrincipal",
	},
	{
		keeps: "a suspended tenant", file: "internal/authority/hold.go",
		line: "heldDetail(hold, t.Status)\n\t\trecord(e)\n", instead: "heldDetail(hold, t.Status)\n",
		test: tries + "SuspendTenant",
	},
	{
		keeps: "a new tenant", file: "internal/authority/tenant_create.go",
		line: "\t\t\trecord(by.tenantEvent(made, \"created\", \"\"))\n", instead: "", test: singles,
	},
	{
		keeps: "a changed tenant", file: "internal/authority/tenant_change.go",
		line: "\t\t\trecord(by.tenantEvent(next, \"updated\", strings.Join(names, \",\")))\n", instead: "\t\t\t_ = strings.Join(names, \",\")\n", test: singles,
	},
	{
		keeps: "a changed person", file: "internal/authority/principal_change.go",
		line: "\t\t\trecord(by.principalEvent(next, \"updated\", strings.Join(names, \",\")))\n", instead: "\t\t\t_ = strings.Join(names, \",\")\n", test: singles,
	},
	{
		keeps: "a changed role", file: "internal/authority/role_change.go",
		line: "\t\t\trecord(*e)\n", instead: "", test: singles,
	},
	{
		keeps: "a grant", file: "internal/authority/grant_give.go",
		line: "\tw.record(e)\n", instead: "\t_ = e\n", test: singles,
	},
	{
		keeps: "a name that was tried and is taken", file: "internal/authority/directory_act.go",
		line: "if refused == nil && fault.ReasonOf(err) == ReasonTaken {", instead: "if false {",
		test: rules + "TestANameThatIsTakenIsRefusedAndTheTryRecorded/sqlite",
	},
	{
		keeps: "what a directory file changes", file: "internal/authority/apply_step.go",
		line: "\t\t\trecord(event)\n", instead: "\t\t\t_ = event\n",
		test: rules + "TestAChangeIsRecordedAndPublishedExactly/an account is suspended/sqlite",
	},
	{
		keeps: "SQLite: what was written is undone when the change fails", file: group,
		line: "err != nil && (wrote || !decided) {", instead: "err != nil && !wrote && !decided {",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/sqlite/a failed change leaves nothing of it",
	},
	{
		keeps: "SQLite: and what was still to be written is forgotten", file: group,
		line: "w.queued, w.tables, w.last = emptied(w.queued), w.tables[:0], emptied(w.last)", instead: "w.last = emptied(w.last)",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/sqlite/a failed change leaves nothing of it",
	},
	{
		keeps: "SQLite: of changes beside it too, which run again", file: group,
		line: "w.queued, w.tables, w.last = emptied(w.queued), w.tables[:0], emptied(w.last)", instead: "w.queued, w.tables = emptied(w.queued), w.tables[:0]",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/sqlite/a failed change takes no other with it",
	},
	{
		keeps: "SQLite: and nothing more of a change is written after an error", file: "internal/sqlstore/sqlite_change.go",
		line: "\tif c.failed != nil {\n\t\treturn c.failed", instead: "\tif false {\n\t\treturn c.failed",
		test: "internal/sqlstore TestAChangeThatIgnoresAnErrorWritesNothingMore",
	},
	{
		keeps: "PostgreSQL: likewise", file: "internal/sqlstore/postgres.go",
		line: "\t\treturn in.fail(err)\n", instead: "\t\t_ = in.commit(ctx, t.takeQueued())\n\t\treturn err\n",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/postgres/a failed change leaves nothing of it",
	},
	{
		keeps: "who acts for whom is in the event", file: "internal/authority/actor.go",
		line: "e.Actor, e.ActingFor = by.actingBy, by.standing().Principal.ID", instead: "e.Actor = by.actingBy",
		test: rules + "TestAManagerActsAsTheOwnerAndBothAreNamedInEveryRecord/sqlite",
	},
}
