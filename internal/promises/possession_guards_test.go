package promises_test

const (
	possession    = "internal/authority/possession.go"
	proofs        = "internal/secret/dpop.go"
	proofTest     = rules + "TestAGatewayDemandsAProofForATokenThatIsBoundToAKey"
	ownAPITest    = nativeTests + "TestABoundTokenCountsWithAProofOfItsKeyForThisRequestAlone/{engine}"
	anyProofTest  = signed + "TestAProofIsRefused"
	everyWayProof = nativeTests + "TestEveryRouteThatTakesABearerTakesABoundToken"
)

// provedOnce is of proofs that are presented with tokens, at a gateway and at /v1.
var provedOnce = []guard{
	{
		keeps: "a proof that comes with a token", file: possession,
		line: "if _, twice := p.seen[id]; twice {", instead: "if _, twice := p.seen[id]; twice && false {", test: proofTest,
	},
	{
		keeps: "for as long as it is fresh", file: possession,
		line: "\t\tp.before = p.seen\n", instead: "", test: rules + "TestAProofIsRememberedForAsLongAsItIsFresh",
	},
}

// possessions is of what an access token is bound to, and who else holds it.
var possessions = []guard{
	{
		keeps: "a token that is bound to a key is no bearer", file: possession,
		line: "if p.Proof.IsZero() && v.Session.Thumbprint == \"\" {", instead: "if p.Proof.IsZero() {", test: proofTest,
	},
	{
		keeps: "nor at our own API", file: "internal/authority/bearer.go",
		line: "err = a.prove(&v, p.lookup, p.held)", instead: "err = nil", test: ownAPITest,
	},
	{
		keeps: "the proof is of the token's own key, and one that is not bound has none", file: possession,
		line: "if proof.Thumbprint != v.Session.Thumbprint {", instead: "if false {", test: ownAPITest,
	},
	{
		keeps: "no key is presented as a bound token", file: "internal/authority/bearer.go",
		line: "case unknown && bound:", instead: "case false:", test: ownAPITest,
	},
	{
		keeps: "a proof is for this method and URL", file: proofs,
		line: "if !ok || !known || claimed != actual || c.Method == \"\" || c.Method != request.Method {", instead: "if !ok || !known {\n\t\t_, _ = claimed, actual", test: anyProofTest,
	},
	{
		keeps: "and for this token", file: proofs,
		line: "if request.AccessTokenHash != \"\" && c.AccessTokenHash != request.AccessTokenHash {", instead: "if false {", test: ownAPITest,
	},
	{
		keeps: "our own API is where the public URL is", file: "internal/dialect/native/access.go",
		line: "URL: n.publicURL + c.Request.URL.EscapedPath(),", instead: "URL: \"http://\" + c.Request.Host + c.Request.URL.EscapedPath(),", test: ownAPITest,
	},
	{
		keeps: "the method is the request's", file: "internal/dialect/native/access.go",
		line: "Proof: proof, Method: c.Request.Method,", instead: "Proof: proof, Method: \"GET\",", test: everyWayProof,
	},
}
