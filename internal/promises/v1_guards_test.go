package promises_test

const (
	nativeTests = "internal/dialect/native "
	partTest    = nativeTests + "TestAnOperatorOfAPartSeesAndEndsOnlyItsOwnSessions/sqlite"
	subtreeTest = nativeTests + "TestAnOperatorOfASubtreeSeesNothingBesideIt/sqlite"
	sessionActs = "internal/authority/session_show.go"
	tokenActs   = "internal/authority/login_token_manage.go"
)

// v1Reach is where the reach of who uses /v1 ends.
var v1Reach = []guard{
	{
		keeps: "a credential outside is like none", file: "internal/authority/credential_show.go",
		line: "!by.covers(grant.ReadDirectory, holder)", instead: "false && !by.covers(grant.ReadDirectory, holder)", test: subtreeTest,
	},
	{
		keeps: "a list of credentials is of the subtree", file: "internal/sqlstore/credential_list.go",
		line: "narrow(within != \"\", `NOT EXISTS", instead: "narrow(false, `NOT EXISTS", test: subtreeTest,
	},
	{
		keeps: "a session outside is like none", file: sessionActs,
		line: "if err == nil && !ok {", instead: "if false && !ok {", test: partTest,
	},
	{
		keeps: "so is a login token", file: tokenActs,
		line: "err != nil || !by.may(grant.MintLoginToken, path)", instead: "err != nil || false && !by.may(grant.MintLoginToken, path)", test: partTest,
	},
	{
		keeps: "what another subtree's session is, is not told by verifying it", file: "internal/authority/verify_all.go",
		line: "err != nil || ok {", instead: "err != nil || ok || true {", test: partTest,
	},
	{
		keeps: "nor what another audience's is", file: "internal/authority/verify_all.go",
		line: "if v.isOwnAudience(by) {", instead: "if by.credential().Audience != 0 {",
		test: nativeTests + "TestAnAudienceVerifiesWhatIsItsOwnAndTheRestLooksUnknown",
	},
	{
		keeps: "an idempotency key is the principal's own", file: "internal/authority/repeat.go",
		line: `secret.Of(string(by.Principal().ID)+"\x00"+r.Route+"\x00"+r.Key)`, instead: `secret.Of(r.Route+"\x00"+r.Key)`,
		test: nativeTests + "TestAnIdempotencyKeyIsThePrincipalsOwn",
	},
	{
		keeps: "nor is it for another request", file: "internal/authority/repeat.go",
		line: "case !before.Request.Equal(request):", instead: "case false:",
		test: nativeTests + "TestARepeatedRequestIsAnsweredAlikeAndMakesNothingMore/sqlite",
	},
	{
		keeps: "no two requests share the secrets they make", file: "internal/authority/repeat.go",
		line: "Seed: secret.NewID(now)", instead: "Seed: secret.ID{1}",
		test: nativeTests + "TestARepeatedRequestIsAnsweredAlikeAndMakesNothingMore/sqlite",
	},
	{
		keeps: "a cursor is for the list it was made for", file: "internal/secret/cursor.go",
		line: `framedMAC(k.sealing, "cursor", list, position)`, instead: `framedMAC(k.sealing, "cursor", position)`,
		test: "internal/secret TestACursorIsReadForItsOwnListAndAsItWasMadeOnly",
	},
}
