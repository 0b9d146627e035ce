package promises_test

const (
	standards = "internal/dialect/oauth "
	exchanges = "internal/authority/access_token_exchange.go"
	descends  = "internal/authority/lineage.go"
	clients   = "internal/authority/client.go"
)

// presentedOnce is what a client presents one time.
var presentedOnce = []guard{
	{
		keeps: "what a client has signed", file: clients,
		line: "if err == nil && !fresh {", instead: "if err == nil && !fresh && false {", test: standards + "TestAClientProvesItselfByWhatItSignsOnce",
	},
	{
		keeps: "a proof of possession", file: "internal/dialect/oauth/proof.go",
		line: "r.Once = append(r.Once, o.", instead: "_ = append(r.Once, o.", test: standards + "TestAnAccessTokenIsBoundToTheKeyThatIsProved",
	},
}

// clientsEnds is what ends for whom clients act.
var clientsEnds = []guard{
	{
		keeps: "of all that an access token descends from", file: descends,
		line: "\tfor _, above := range f.Above {", instead: "\tfor _, above := range f.Above[:min(len(f.Above), 1)] {\n\t\tabove.Parent = SessionID{}",
		test: standards + "TestALogOutEndsWhatIsTwoExchangesBelow",
	},
	{
		keeps: "of the client that got it, or what it was made of", file: descends,
		line: "return client.ended(now)", instead: "return \"\"",
		test: standards + "TestAClientsEndEndsWhatItGotAndWhatWasMadeOfIt",
	},
}

// clientsReach is what clients may do for others.
var clientsReach = []guard{
	{
		keeps: "whose token a client exchanges", file: exchanges,
		line: "case !a.mayExchange(by, &v.SessionFacts):", instead: "case false:", test: standards + "TestATokenIsExchangedByWhomItConcernsAlone",
	},
	{
		keeps: "what somebody else's token for an audience opens", file: exchanges,
		line: "case a.wouldOpenUs(by, r, &v.SessionFacts):", instead: "case false:", test: standards + "TestACallersTokenForAnAudienceOpensNothingHere",
	},
	{
		keeps: "whose key it exchanges", file: exchanges,
		line: "if err == nil && s.by.Principal().ID != by.Principal().ID &&", instead: "if false &&",
		test: standards + "TestATokenIsExchangedByWhomItConcernsAlone",
	},
	{
		keeps: "whose token it introspects", file: "internal/authority/session_introspect.go",
		line: "if v.Valid() && !a.mayExchange(by, &v.SessionFacts) {", instead: "if false {",
		test: standards + "TestATokenIsKnownToWhomItConcernsAlone",
	},
	{
		keeps: "whose token it ends", file: "internal/authority/session_revoke_token.go",
		line: "if reason == \"\" && !own {", instead: "if reason == \"\" && !own && false {", test: standards + "TestWhatEndsIsNotActive",
	},
	{
		keeps: "for whom an audience's service acts", file: exchanges,
		line:    "case actor.by.Principal().ID != by.Principal().ID || !subject.facts.isOwnAudience(by):",
		instead: "case false:", test: standards + "TestAnAudiencesServiceActsForWhomItsTokensAreOf",
	},
	{
		keeps: "nobody acts for whom somebody acts", file: exchanges,
		line: "case subject.by.actingBy != \"\" || actor.by.actingBy != \"\":", instead: "case false:",
		test: standards + "TestWhoActsStaysVisibleThroughEveryExchange",
	},
	{
		keeps: "what is delegated is not passed on", file: exchanges,
		line: "case v.isDelegated():", instead: "case false:", test: standards + "TestAnAudiencesServiceActsForWhomItsTokensAreOf",
	},
	{
		keeps: "what is bound to a key stays bound", file: exchanges,
		line: "if reason == \"\" && v.Session.Thumbprint != \"\" {", instead: "if false {", test: standards + "TestWhatIsBoundNeverBecomesABearer",
	},
	{
		keeps: "a permission of one account is none in another", file: "internal/authority/access_token_scope.go",
		line: "if !by.MayAnywhere(p) || p.IsOwn() || by.credential().Tenants == nil {", instead: "if true {",
		test: standards + "TestAnExchangeNeverWidens",
	},
	{
		keeps: "a token is what it is said to be", file: "internal/authority/session_introspect.go",
		line: "isSession = isSession && (kind == \"\" || kind == KindSession)", instead: "", test: standards + "TestWhatATokenIsNotIsRefusedOnExchange",
	},
	{
		keeps: "what is no client's to know costs the same", file: "internal/authority/session_introspect.go",
		line:    "\treturn a.verifySession(ctx, AccessToken, SessionID{}, secret.Fingerprint{})\n",
		instead: "\treturn Verdict{Reason: ReasonUnknown}, nil\n", test: "internal/server TestIntrospectionOfWhatIsNotActiveLooksAndCostsAlike/{engine}",
	},
	{
		keeps: "a key counts as its own client alone", file: "internal/authority/authenticate.go",
		line: "case !matches || p.client != \"\" && !c.isOfClient(p.client):", instead: "case !matches:",
		test: "internal/server TestAllClassesOfFailureLookAndCostAlike/{engine}",
	},
}
