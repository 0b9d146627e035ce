package promises_test

const (
	verifier      = "client/verify.go"
	verifierTests = "client "
	noGoodToken   = verifierTests + "TestWhatIsNoGoodAccessTokenIsRefused"
	holderTest    = verifierTests + "TestWhoDoesNotHoldTheKeyIsRefused"
	follower      = "client/feed.go"
)

// verifierLifetimes is of how long a module takes a token offline.
var verifierLifetimes = []guard{
	{
		keeps: "a module takes a token until its exp", file: verifier,
		line: "case !now.Before(c.ExpiresAt.time()):", instead: "case false:", test: verifierTests + "TestTheLeewayIsForTokensFromTheFutureOnly",
	},
	{
		keeps: "and none that lives longer than what has ended is remembered", file: verifier,
		line: "case c.ExpiresAt.time().Sub(c.IssuedAt.time()) > longestLifetime:", instead: "case false:", test: noGoodToken,
	},
	{
		keeps: "a module takes a proof of now", file: "client/dpop.go",
		line: "case issued.Before(now.Add(-v.options.ProofWindow)) || issued.After(now.Add(v.options.Leeway)):", instead: "case false && issued.After(now):", test: holderTest,
	},
}

// verifierEnds is of what has ended, as a module knows it that does not ask.
var verifierEnds = []guard{
	{
		keeps: "a module refuses what the feed says has ended", file: verifier,
		line: "case said.ended:", instead: "case false:", test: verifierTests + "TestWhatTheFeedSaysHasEndedIsRefusedWithoutAsking",
	},
	{
		keeps: "what a killed key has signed too", file: verifier,
		line: ", factOf(\"signing-key\", c.header.KeyID))", instead: ")", test: verifierTests + "TestAKilledKeySignsNothingAnyMore",
	},
	{
		keeps: "it asks when something has changed", file: verifier,
		line: "case said.changed || !live:", instead: "case !live:", test: verifierTests + "TestWhatChangedIsAskedOnceAndRemembered",
	},
	{
		keeps: "or everything is to be doubted", file: "client/facts.go",
		line: "if !issued.After(m.floor.at) {", instead: "if false {", test: verifierTests + "TestAResetDoubtsWhatWasIssuedBefore",
	},
	{
		keeps: "or the feed is cut", file: verifier,
		line: "case said.changed || !live:", instead: "case said.changed:", test: verifierTests + "TestAFeedThatIsCut/ask",
	},
	{
		keeps: "or refuses then, as configured", file: verifier,
		line: "case !live && v.options.WhenCut == Refuse:", instead: "case false:", test: verifierTests + "TestAFeedThatIsCut/refuse",
	},
	{
		keeps: "a feed that has been silent for its bound is cut", file: follower,
		line: "f.now().Sub(f.heardAt) <= f.bound", instead: "true", test: verifierTests + "TestAFeedThatIsCut/ask",
	},
	{
		keeps: "a node that is stale itself is not heard", file: follower,
		line: "\tif !stale {\n", instead: "\tif true {\n", test: verifierTests + "TestANodeThatIsStaleIsNotHeard",
	},
	{
		keeps: "what does not fit in memory is asked for", file: "client/facts.go",
		line: "if h.at.After(m.floor.at) {", instead: "if false {", test: verifierTests + "TestWhatIsRememberedIsBoundedAndNothingIsForgottenByIt",
	},
}

// verifierReach is of whose tokens a module takes.
var verifierReach = []guard{
	{
		keeps: "a module takes what is signed", file: verifier,
		line: "if err := c.signedBy(key); err != nil {", instead: "if err := c.signedBy(key); err != nil && false {", test: noGoodToken,
	},
	{
		keeps: "by the key's own algorithm", file: "client/jws.go",
		line: "[]jose.SignatureAlgorithm{k.algorithm}", instead: "[]jose.SignatureAlgorithm{k.algorithm, jose.PS256}", test: verifierTests + "TestAKeyVerifiesItsOwnAlgorithmAlone",
	},
	{
		keeps: "with nothing else in its header", file: "client/jws.go",
		line: ", json.RejectUnknownMembers(true)", instead: "", test: noGoodToken,
	},
	{
		keeps: "of an access token's typ", file: verifier,
		line: "case c.header.Type != accessType:", instead: "case false:", test: noGoodToken,
	},
	{
		keeps: "in one spelling", file: verifier,
		line: "if !c.hasLowS() {", instead: "if false {", test: noGoodToken,
	},
	{
		keeps: "by its own installation", file: verifier,
		line: "case c.Issuer != v.options.Issuer:", instead: "case false:", test: noGoodToken,
	},
	{
		keeps: "for its own audience", file: verifier,
		line: "case c.audience() != v.resource:", instead: "case false:", test: noGoodToken,
	},
	{
		keeps: "an opaque one too", file: verifier,
		line: "case c.audience() != v.resource && !(", instead: "case false && !(", test: verifierTests + "TestAnOpaqueTokenForAnotherAudienceIsRefused",
	},
	{
		keeps: "sessions only where it says so", file: verifier,
		line: "if kindOf(token) == KindSession && !v.options.Sessions {", instead: "if false {", test: verifierTests + "TestSessionsCountOnlyWhereTheyAreTaken",
	},
	{
		keeps: "a token that is bound to a key with a proof alone, and no other with one", file: "client/presented.go",
		line: "case (p.scheme == schemeDPoP) != (i.Thumbprint != \"\"):", instead: "case false:", test: holderTest,
	},
	{
		keeps: "which is of that key", file: "client/dpop.go",
		line: "if err != nil || print != thumbprint {", instead: "if err != nil {", test: holderTest,
	},
	{
		keeps: "for this method and URL", file: "client/dpop.go",
		line: " || c.Method != r.Method || !ok || claimed != actual:", instead: " || !ok && claimed != actual:", test: holderTest,
	},
	{
		keeps: "and this token", file: "client/dpop.go",
		line: "case c.AccessTokenHash != base64", instead: "case false && c.AccessTokenHash != base64", test: holderTest,
	},
}

// verifierOnce is what a module takes one time.
var verifierOnce = []guard{
	{
		keeps: "a proof, at a module", file: "client/dpop.go",
		line: "if _, repeated := p.seen[key]; repeated {", instead: "if _, repeated := p.seen[key]; repeated && false {", test: verifierTests + "TestWhoHoldsTheKeyPassesOnceForEachProof",
	},
}
