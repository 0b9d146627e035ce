package promises_test

const (
	group    = "internal/sqlstore/sqlite_group.go"
	pgChange = "internal/sqlstore/postgres_change.go"
)

var durable = []guard{
	{
		keeps: "SQLite: nobody is told before the COMMIT that covers it", file: group,
		line:    "\terr := w.exec(ctx, \"COMMIT\")\n",
		instead: "\tfor i, p := range group {\n\t\tp.done <- results[i]\n\t}\n\tgroup = nil\n\terr := w.exec(ctx, \"COMMIT\")\n",
		test:    "internal/sqlstore TestNobodyIsToldSuccessBeforeTheCommit",
	},
	{
		keeps: "SQLite: a COMMIT waits for the disk", file: "internal/sqlstore/sqlite.go",
		line: `"synchronous(FULL)"`, instead: `"synchronous(NORMAL)"`,
		test: "internal/sqlstore TestACommitOnSQLiteWaitsForTheDisk",
	},
	{
		keeps: "SQLite: a failed COMMIT is no success", file: group,
		line: "tell(group, fault.UnknownOutcome(err))", instead: "tell(group, nil)",
		test: "internal/sqlstore TestAFailedCommitOnSQLiteIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: the queued writes are committed", file: "internal/sqlstore/postgres.go",
		line: "return in.commit(ctx, writes)", instead: "_ = in.commit(ctx, writes)\n\treturn nil",
		test: "internal/sqlstore TestAnErrorDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "the one door answers with what the store said", file: "internal/authority/act.go",
		line:    "return a.store.Change(ctx, func(ctx context.Context, tx Tx) error {\n\t\treturn change(ctx, tx, func(e audit.Event) { a.append(tx, e) })\n\t})",
		instead: "_ = a.store.Change(ctx, func(ctx context.Context, tx Tx) error {\n\t\treturn change(ctx, tx, func(e audit.Event) { a.append(tx, e) })\n\t})\n\treturn nil",
		test:    "internal/authority TestAnUnknownOutcomeIsNeverASuccess/not committed/sqlite",
	},
}

var unknownOutcome = []guard{
	{
		keeps: "PostgreSQL: a warning at COMMIT, such as of a missing standby", file: pgChange,
		line: "case err == nil && warning != nil:", instead: "case false:",
		test: "internal/sqlstore TestAWarningDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: warnings are kept for the COMMIT", file: "internal/sqlstore/postgres.go",
		line: "\tconfig.ConnConfig.OnNotice = keepWarning\n", instead: "",
		test: "internal/sqlstore TestAWarningDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: an error once COMMIT was sent", file: pgChange,
		line: "\t\treturn fault.UnknownOutcome(err)\n", instead: "\t\treturn nil\n",
		test: "internal/sqlstore TestAnErrorDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: such an error is none of a statement before it", file: pgChange,
		line: "rejected && i < n-1 && !c.conn.IsClosed()", instead: "rejected && !c.conn.IsClosed()",
		test: "internal/sqlstore TestAnErrorDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: a connection lost during COMMIT", file: pgChange,
		line: "\t\treturn fault.UnknownOutcome(err)\n", instead: "\t\treturn nil\n",
		test: "internal/sqlstore TestAConnectionLostDuringCommitIsAnUnknownOutcome",
	},
	{
		keeps: "PostgreSQL: who leaves does not cancel the COMMIT", file: pgChange,
		line: "context.WithTimeout(context.WithoutCancel(ctx), commitBound)", instead: "context.WithTimeout(ctx, commitBound)",
		test: "internal/sqlstore TestACallerThatLeavesDuringCommitCancelsNothing",
	},
	{
		keeps: "PostgreSQL: a COMMIT that answers ROLLBACK", file: pgChange,
		line: `if i == n-1 && tag.String() != "COMMIT" {`, instead: `if i == n-1 && tag.String() == "" {`,
		test: "internal/sqlstore TestACommitOfAChangeThatFailedBeforeIsNoSuccess",
	},
	{
		keeps: "SQLite: a COMMIT that fails", file: group,
		line: "tell(group, fault.UnknownOutcome(err))", instead: "tell(group, err)",
		test: "internal/sqlstore TestAFailedCommitOnSQLiteIsAnUnknownOutcome",
	},
	{
		keeps: "no secret of a session that may not exist", file: "internal/authority/session_open.go",
		line: "return OpenedSession{}, err // no secret", instead: "return opened, err // no secret",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of a login token", file: "internal/authority/login_token_mint.go",
		line: "return MintedLoginToken{}, err // no secret", instead: "return minted, err // no secret",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of a redemption", file: "internal/authority/login_token_redeem.go",
		line: "case err != nil:\n\t\treturn RedeemedLoginToken{}, err", instead: "case err != nil:\n\t\treturn outcome.redeemed, err",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of a manager's key", file: "internal/authority/manager_key.go",
		line: "return secret.Text{}, Credential{}, err // no secret", instead: "return text, made, err // no secret",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of a credential", file: "internal/authority/credential_issue.go",
		line: "return IssuedCredential{}, uniqueCredential(err) // no secret", instead: "return made, uniqueCredential(err) // no secret",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of a rotated credential", file: "internal/authority/credential_rotate.go",
		line: "\tif err != nil {\n\t\treturn IssuedCredential{}, uniqueCredential(err)\n\t}\n\treturn made, nil\n", instead: "\treturn made, uniqueCredential(err)\n",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "nor of an account's key", file: "internal/authority/account_keys.go",
		line: "\tif err != nil {\n\t\treturn IssuedCredential{}, uniqueCredential(err)\n\t}\n\treturn made, nil\n", instead: "\treturn made, uniqueCredential(err)\n",
		test: "internal/authority TestAnUnknownOutcomeIsNeverASuccess/committed/sqlite",
	},
	{
		keeps: "what a page showed is not said when it could not be counted", file: "internal/authority/login_token_show.go",
		line: "return facts, a.countShown(ctx, id, r.Absorbed)", instead: "_ = a.countShown(ctx, id, r.Absorbed)\n\treturn facts, nil",
		test: "internal/authority TestAShowingOfUnknownOutcomeIsAnError/sqlite",
	},
	{
		keeps: "a browser is given no cookie for it", file: "internal/handoff/redeem.go",
		line:    "l.redeemRequest(v.attempt()))\n\tif err != nil {\n\t\treturn err\n\t}\n",
		instead: "l.redeemRequest(v.attempt()))\n\tif err != nil && fault.KindOf(err) != fault.Unavailable {\n\t\treturn err\n\t}\n",
		test:    "internal/handoff TestAnUnknownOutcomeIsNoSuccessAndTheNextClickSettlesIt",
	},
}
