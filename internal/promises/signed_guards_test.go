package promises_test

const (
	ring   = "internal/authority/signing_key_ring.go"
	keeps  = "internal/authority/signing_key_keep.go"
	claims = "internal/secret/claims.go"
	kill   = rules + "TestAKilledKeyIsRefusedEverywhereWithinFiveSeconds"
	signed = "internal/secret "
)

// killedKeys are of what nobody accepts any more that a killed key signed.
var killedKeys = []guard{
	{
		keeps: "a node that has not heard of it for three seconds reads the keys again", file: ring,
		line: "keyringBound = 3 * time.Second", instead: "keyringBound = 3 * time.Hour",
		test: kill,
	},
	{
		keeps: "the node that killed it reads them at once", file: ring,
		line: "before.readAt.After(asked)", instead: "true",
		test: kill,
	},
	{
		keeps: "the feed tells of it", file: keeps,
		line: "tx.Publish(FeedSigningKey, step.key.ID.String())", instead: "_ = FeedSigningKey",
		test: kill,
	},
	{
		keeps: "a restore kills the keys of the backup", file: "internal/authority/restore.go",
		line: "killed, err := a.killSigningKeys(ctx, tx, o)", instead: "killed, err := 0, error(nil)",
		test: rules + "TestARestoreKillsTheSigningKeysUnlessSessionsAreKept/killed killed current next",
	},
}

// signedLifetimes are of what is signed and says itself how long it counts.
var signedLifetimes = []guard{
	{
		keeps: "a signed access token ends at its exp", file: claims,
		line: "case !now.Before(expires.Time()):", instead: "case false:",
		test: signed + "TestAnAccessTokenLivesExactlyAsLongAsItSays",
	},
	{
		keeps: "and does not begin before its iat", file: claims,
		line: "case issued.Time().After(now.Add(ownLeeway)):", instead: "case false:",
		test: signed + "TestAnAccessTokenLivesExactlyAsLongAsItSays",
	},
	{
		keeps: "a proof of possession is of now", file: "internal/secret/dpop.go",
		line: "if dateOf(c.IssuedAt).Before(now.Add(-request.Window)) {", instead: "if false {",
		test: signed + "TestAProofIsRefused",
	},
}

// sealedKeys are of private keys that no store holds in clear.
var sealedKeys = []guard{
	{
		keeps: "a sealed signing key opens as its own row only", file: "internal/secret/signing_key_seal.go",
		line: `[]byte("doorward-signing-key\x00"), id[:]...)`, instead: `[]byte("doorward-signing-key\x00"))`,
		test: signed + "TestASealedSigningKeyOpensOnlyAsItself",
	},
}
