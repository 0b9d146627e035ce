package promises_test

const texts = "internal/secret/text.go"

var clearText = []guard{
	{
		keeps: "a secret is printed by no verb", file: texts,
		line: "_, _ = io.WriteString(state, redacted) }", instead: "_, _ = io.WriteString(state, t.Reveal()) }",
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "nor asked for its text", file: texts,
		line: "func (t Text) String() string { return redacted }", instead: "func (t Text) String() string { return t.Reveal() }",
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "nor inside of what holds it", file: texts,
		line: "\tclear *string\n", instead: "\tclear fmt.Stringer\n",
		also: []cut{
			{texts, "return Text{clear: &clear} }", "return Text{clear: plain(clear)} }\n\ntype plain string\n\nfunc (p plain) String() string { return string(p) }"},
			{texts, "return *t.clear", "return t.clear.String()"},
		},
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "nor in JSON", file: texts,
		line: "return []byte(`\"` + redacted + `\"`), nil", instead: "return []byte(`\"` + t.Reveal() + `\"`), nil",
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "nor in other encodings", file: texts,
		line: "return []byte(redacted), nil", instead: "return []byte(t.Reveal()), nil",
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "nor in a log", file: texts,
		line: "return slog.StringValue(redacted)", instead: "return slog.StringValue(t.Reveal())",
		test: "internal/secret TestTextNeverPrints",
	},
	{
		keeps: "the installation's keys neither", file: "internal/secret/keys.go",
		line: "_, _ = io.WriteString(state, redacted) }", instead: "_, _ = state.Write(k.pepper[:]) }",
		test: "internal/secret TestKeysNeverPrint",
	},
	{
		keeps: "their files are the owner's only", file: "internal/secret/keyfiles.go",
		line: "os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)", instead: "os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)",
		test: "internal/secret TestOpenKeysMakesThemOnceForTheOwnerOnly",
	},
	{
		keeps: "a fingerprint is made with the pepper", file: "internal/secret/fingerprint.go",
		line: "mac: hmac.New(sha256.New, k.pepper[:])", instead: "mac: hmac.New(sha256.New, nil)",
		test: "internal/secret TestFingerprintsDependOnPepperPurposeAndEveryByte",
	},
	{
		keeps: "an issued key is stored as its fingerprint", file: "internal/authority/credential_secret.go",
		line: "\tm.Credential.Lookup = a.LookupOf(kind, m.Key)\n\treturn m, checkImported(m.Key)", instead: "\tm.Credential.Lookup = a.LookupOf(kind, m.Key)\n\tm.Credential.PublicID = m.Key.Reveal()\n\treturn m, checkImported(m.Key)",
		test: rules + "TestNoIssuedSecretIsInABackup/sqlite",
	},
	{
		keeps: "a typed one as a slow hash", file: "internal/authority/credential_secret.go",
		line: "m.Credential.PasswordHash, failed = secret.HashPassword(m.Secret) })", instead: "m.Credential.PasswordHash = secret.PasswordHash(m.Secret.Reveal()) })",
		test: rules + "TestNoIssuedSecretIsInABackup/sqlite",
	},
	{
		keeps: "a directory's keys likewise", file: "internal/directory/apikey.go",
		line: "c.Secret, whole = m.secret(\"secret\")\n", instead: "c.Secret, whole = m.secret(\"secret\")\n\t\tc.PublicID += c.Secret.Reveal()\n",
		test: rules + "TestNoSecretIsInABackup/sqlite",
	},
	{
		keeps: "an event names an idempotency key by nothing", file: "internal/authority/login_token_spend.go",
		line: "\t\te := redeemEvent(by, try, outcome.facts)\n", instead: "\t\te := redeemEvent(by, try, outcome.facts)\n\t\te.Detail = detail(e.Detail, \"key\", r.IdempotencyKey)\n",
		test: rules + "TestNoSecretIsInAnythingThatIsPrintedRecordedOrFailedWith/sqlite",
	},
	{
		keeps: "a refusal does not repeat what was presented", file: proves,
		line: "e.Subject, e.Credential = s.Principal.ID, secret.ID(c.ID)", instead: "e.Subject, e.Credential = s.Principal.ID, secret.ID(c.ID)\n\te.Detail = map[string]string{\"presented\": p.secret.Reveal()}",
		also: []cut{
			{proves, "func refusedProof(from Origin, c", "func refusedProof(p Proof, from Origin, c"},
			{proves, "a.refuse(ctx, refusedProof(from, c, s), err)", "a.refuse(ctx, refusedProof(p, from, c, s), err)"},
			{proves, "a.refuse(ctx, refusedProof(from, c, s), refusal)", "a.refuse(ctx, refusedProof(p, from, c, s), refusal)"},
		},
		test: rules + "TestNoSecretIsInAnythingThatIsPrintedRecordedOrFailedWith/sqlite",
	},
	{
		keeps: "an export has no secret", file: "internal/authority/export_keys.go",
		line: "PublicID: c.PublicID, Restriction", instead: "PublicID: c.PublicID + string(c.PasswordHash), Restriction",
		test: "internal/directory TestAnExportHasNoSecret",
	},
	{
		keeps: "the log names a request by its pattern, not its path", file: "internal/web/middleware.go",
		line: "slog.String(\"route\", record.Route)", instead: "slog.String(\"route\", r.URL.Path)",
		test: "internal/web TestALogLineSaysWhatWasAskedByItsPatternAndNothingThatHoldsASecret",
	},
	{
		keeps: "nor by its query", file: "internal/web/middleware.go",
		line: "slog.String(\"route\", record.Route)", instead: "slog.String(\"route\", record.Route+r.URL.RawQuery)",
		test: "internal/web TestALogLineSaysWhatWasAskedByItsPatternAndNothingThatHoldsASecret",
	},
	{
		keeps: "nor by a method that somebody made up", file: "internal/web/middleware.go",
		line: "\treturn \"other\"\n", instead: "\treturn r.Method\n",
		test: "internal/web TestAMadeUpMethodIsNotLogged",
	},
	{
		keeps: "a panic is logged by its type", file: "internal/web/middleware.go",
		line: "\"panic: %T\\n%s\"", instead: "\"panic: %v\\n%s\"",
		test: "internal/web TestAPanicIsABare500AndItsValueIsInNoLog",
	},
	{
		keeps: "a panic in a change likewise", file: "internal/sqlstore/sqlite_change.go",
		line: "\"a change panicked: %T\\n%s\"", instead: "\"a change panicked: %v\\n%s\"",
		test: "internal/sqlstore TestAPanicInAChangeTellsNothingOfItsValue",
	},
	{
		keeps: "an error in JSON names no member that the client made up", file: "internal/web/member.go",
		line: "at = memberOf(at, name); at == nil {", instead: "at = memberOf(at, name); at == nil && name == \"\" {",
		test: "internal/web TestAnErrorInJSONNamesNoMemberThatTheClientMadeUp",
	},
	{
		keeps: "a link reaches no log", file: "internal/handoff/handoff.go",
		line: "record.Route = pattern\n\t\t\treturn", instead: "record.Route = pattern + v.URL.RawQuery\n\t\t\treturn",
		test: "internal/handoff TestTheTokenReachesNoLog",
	},
	{
		keeps: "no browser sends it on", file: "internal/handoff/headers.go",
		line: "\"no-referrer\"", instead: "\"unsafe-url\"",
		test: "internal/handoff TestEveryPageHasTheHeaders",
	},
	{
		keeps: "nobody keeps an answer", file: "internal/dialect/mount.go",
		line: "= noStore, noReferrer, noSniff", instead: "= []string{\"private\"}, noReferrer, noSniff",
		test: "internal/dialect TestEveryAnswerOfADialectIsKeptByNobody",
	},
	{
		keeps: "no redirect repeats a key", file: "internal/dialect/mount.go",
		line: "if isClean(r.URL.Path) {", instead: "if true {",
		test: "internal/dialect TestAPathThatIsNotCanonicalIsUnknownAndNeverRedirected",
	},
	{
		keeps: "the database's password is in no error", file: "internal/config/check.go",
		line: "--database is not a PostgreSQL URL: write", instead: "--database \" + s.Database + \" is not a PostgreSQL URL: write",
		test: "internal/config TestCheckNeverRepeatsTheDatabasePassword",
	},
	{
		keeps: "nor where the store is opened", file: "internal/sqlstore/postgres.go",
		line: "return nil, Migrated{}, errors.New(\"the database URL cannot be understood;", instead: "return nil, Migrated{}, errors.New(url + \" cannot be understood;",
		test: "internal/sqlstore TestNoErrorRepeatsTheDatabasePassword",
	},
}
