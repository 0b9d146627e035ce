package promises_test

const (
	shared  = "internal/sqlstore/postgres_shared.go"
	store   = "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/{engine}/"
	redeems = "internal/sqlstore/login_tokens.go"
)

// redeemedOnce are the conditions of the one statement that spends a login token, and the fence.
var redeemedOnce = []guard{
	{
		keeps: "who comes second finds the token spent", file: redeems,
		line: "AND redeemed_at IS NULL AND expires_at > {now} AND epoch", instead: "AND expires_at > {now} AND epoch",
		test: store + "a token is redeemed once, one try after the other",
	},
	{
		keeps: "of many at once one finds the token unspent", file: redeems,
		line: "AND redeemed_at IS NULL AND expires_at > {now} AND epoch", instead: "AND expires_at > {now} AND epoch",
		test: store + "of many that redeem one token at once, one does",
	},
	{
		keeps: "a token minted before the fence was raised is not redeemed", file: redeems,
		line: "AND redeemed_at IS NULL AND expires_at > {now} AND epoch = {epoch}", instead: "AND redeemed_at IS NULL AND expires_at > {now}",
		test: store + "a token minted before the fence was raised is not redeemed",
	},
	{
		keeps: "nor is it shown as live", file: redeems,
		line: "CASE WHEN l.epoch = {epoch} THEN 1 ELSE 0 END", instead: "1",
		test: "internal/authority TestARaisedFenceEndsEveryValidationTokenMintedBefore/{engine}",
	},
	{
		keeps: "raising the fence changes the epoch", file: "internal/sqlstore/records.go",
		line: "CAST(CAST(value AS BIGINT) + 1 AS TEXT)", instead: "CAST(CAST(value AS BIGINT) + 0 AS TEXT)",
		test: store + "a token minted before the fence was raised is not redeemed",
	},
	{
		keeps: "on PostgreSQL the epoch changes with every promotion of a standby", file: "internal/sqlstore/postgres.go",
		line: "(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '-' || (SELECT", instead: "('00000001' || '-' || (SELECT",
		test: "internal/sqlstore TestALoginTokenOfAnotherTimelineIsNotRedeemed",
	},
	{
		keeps: "`doorward restore` raises the fence", file: "internal/authority/restore.go",
		line: "\t\ttx.RaiseFence()\n", instead: "",
		test: "internal/authority TestNoLoginTokenOfABackupIsRedeemedAfterARestore/{engine} to {engine}",
	},
	{
		keeps: "`doorward fence` raises it", file: "internal/authority/fence.go",
		line: "\t\ttx.RaiseFence()\n", instead: "",
		test: "internal/authority TestRaisingTheFenceEndsEveryLiveLoginTokenAndSaysHowMany/{engine}",
	},
	{
		keeps: "a validation token is never redeemed", file: redeems,
		line: "AND audience_id = ? AND reusable = 0\n", instead: "AND audience_id = ?\n",
		test: store + "a validation token is never redeemed",
	},
	{
		keeps: "another text of the same row is not the token", file: redeems,
		line: "WHERE id = ? AND fingerprint = ? AND audience_id", instead: "WHERE id = ? AND (fingerprint = ? OR 1 = 1) AND audience_id",
		test: store + "a token is not redeemed with another fingerprint",
	},
	{
		keeps: "another audience does not redeem it", file: redeems,
		line: "fingerprint = ? AND audience_id = ? AND reusable", instead: "fingerprint = ? AND (audience_id = ? OR 1 = 1) AND reusable",
		test: store + "a token is not redeemed for another audience",
	},
	{
		keeps: "nor who names another person", file: redeems,
		line: "AND (? = '' OR subject_id =", instead: "AND (? = '' OR 1 = 1 OR subject_id =",
		test: store + "a token is not redeemed for another e-mail",
	},
	{
		keeps: "a new token takes the place of the unspent one", file: redeems,
		line: "DO UPDATE SET id = excluded.id, fingerprint = excluded.fingerprint,", instead: "DO UPDATE SET",
		test: store + "a new token takes the place of the unspent one in its slot",
	},
	{
		keeps: "and never the place of a spent one", file: redeems,
		line: "session_id = ?, slot = NULL\n", instead: "session_id = ?\n",
		test: store + "a spent token keeps its record when the next takes its slot",
	},
}

// redeemedTogether is what keeps redemptions apart that share a transaction on PostgreSQL.
var redeemedTogether = []guard{
	{
		keeps: "what one has written that is then refused is not committed with the others", file: shared,
		line: "err = errAlone // what it wrote", instead: "err = nil // what it wrote",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/postgres/of redemptions at once, those that fail take no other with them",
	},
	{
		keeps: "what the database refuses of one is no failure of the others", file: shared,
		line: "isLocked(err) || r.together && !isUnavailable(err))", instead: "isLocked(err))",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/postgres/of redemptions at once, those that fail take no other with them",
	},
	{
		keeps: "who was told what then came to nothing runs again", file: shared,
		line: "if errors.Is(m.over, errAlone) {", instead: "if false {",
		test: "internal/sqlstore TestEachEngineKeepsEveryPromiseOfAStore/postgres/what is told of a redemption that comes to nothing is not believed",
	},
	{
		keeps: "an exchange that is refused makes none of them run again", file: "internal/authority/login_token_spend.go",
		line: "if err := a.refuseBefore(ctx, tx, by, r, try); err != nil {", instead: "if false {",
		test: "internal/authority TestAnExchangeThatIsRefusedMakesNoRedemptionRunAgain",
	},
	{
		keeps: "a row that is locked elsewhere holds up its own change only", file: shared,
		line: ", lockBound: sharedLockBound}", instead: "}",
		test: "internal/sqlstore TestALockedRowHoldsUpNobodyElse",
	},
	{
		keeps: "two groups never wait for each other", file: shared,
		line: "return slices.Compare(a.locks, b.locks)", instead: "return 0",
		test: "internal/sqlstore TestAGroupLocksItsRowsInOneOrder",
	},
}

// redeemedAgain is who may be told again what it was told.
var redeemedAgain = []guard{
	{
		keeps: "a repeated redemption needs the same idempotency key", file: "internal/authority/login_token_repeat.go",
		line: " && t.RedeemKey.Equal(try.Key)", instead: "",
		test: "internal/authority TestTheSameRedeemerRepeatingItselfGetsTheSameAnswerAndNobodyElseDoes/sqlite",
		also: []cut{{ // the session's text is derived from it
			"internal/authority/login_token_repeat.go",
			"r.IdempotencyKey, secret.ID(spent", `"mine", secret.ID(spent`,
		}},
	},
	{
		keeps: "and the same redeemer", file: "internal/authority/login_token_repeat.go",
		line: "t.RedeemedBy == try.By && t.Audience == try.Audience && ", instead: "",
		test: "internal/authority TestTheSameRedeemerRepeatingItselfGetsTheSameAnswerAndNobodyElseDoes/sqlite",
		also: []cut{
			{"internal/authority/login_token_redeem.go", `secret.Of(by.credential().ID.String()+" "+r.IdempotencyKey)`, "secret.Of(r.IdempotencyKey)"},
			{"internal/authority/login_token_repeat.go", "r.Token, int64(r.Audience), r.Idem", "r.Token, int64(spent.LoginToken.Audience), r.Idem"},
		},
	},
	{
		keeps: "and the same person", file: "internal/authority/login_token_repeat.go",
		line: " &&\n\t\t(try.CanonicalEmail == \"\" || try.CanonicalEmail == email)", instead: " && email != \"-\"",
		test: "internal/authority TestTheSameRedeemerRepeatingItselfGetsTheSameAnswerAndNobodyElseDoes/sqlite",
	},
	{
		keeps: "and a session that still counts", file: "internal/authority/login_token_repeat.go",
		line: "if err != nil || !v.Valid() {", instead: "if err != nil {",
		test: "internal/authority TestARepeatedRedemptionChecksTheRightsAgain/sqlite",
	},
	{
		keeps: "a token for another account is not spent", file: "internal/authority/login_token_spend.go",
		line: "if outcome.reason, err = r.elsewhere(ctx, tx, try.Token); err != nil || outcome.reason != \"\" {", instead: "if err != nil {",
		test: "internal/authority TestWhatCannotSpendALoginTokenLeavesItLive/sqlite",
	},
	{
		keeps: "looking at a link spends nothing", file: "internal/handoff/show.go",
		line:    "\t\treturn h.showLink(v, l, facts, here, signedIn)\n\t}\n\treturn useless",
		instead: "\t\t_, _ = h.authority.RedeemLoginToken(v.Context(), authority.HandoffPage(v.origin), l.redeemRequest(\"\"))\n\t\treturn h.showLink(v, l, facts, here, signedIn)\n\t}\n\treturn useless",
		test:    "internal/handoff TestHeadPrefetchAndScannersSpendNothingAndAreCounted",
	},
}
