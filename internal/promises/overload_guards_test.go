package promises_test

const (
	budgets = "internal/authority/guesses.go"
	places  = "internal/limit/places.go"
)

var overload = []guard{
	{
		keeps: "keys do not wait for the hashing pool", file: proves,
		line:    "if c.Kind == KeyPair || p.isKey() && c.ID.IsZero() {\n",
		instead: "if c.Kind == KeyPair || p.isKey() && c.ID.IsZero() {\n\t\tif err := a.hashing.Do(ctx, func() {}); err != nil {\n\t\t\treturn false, err\n\t\t}\n",
		test:    rules + "TestAPasswordFloodIsShedAndKeyLogInsGoThrough/sqlite",
	},
	{
		keeps: "passwords go through the pool", file: proves,
		line: "if err := a.hashing.Do(ctx, func() { matches, failed = hash.Verify(p.secret) }); err != nil {", instead: "matches, failed = hash.Verify(p.secret)\n\tif err := ctx.Err(); err != nil {",
		test: rules + "TestAPasswordFloodIsShedAndKeyLogInsGoThrough/sqlite",
	},
	{
		keeps: "the pool's queue is bounded", file: places,
		line: "queue: make(chan struct{}, waiting)", instead: "queue: make(chan struct{}, waiting+100)",
		test: "internal/limit TestPoolRefusesAtOnceBeyondItsQueue",
	},
	{
		keeps: "and its workers", file: places,
		line: "taken: make(chan struct{}, most)", instead: "taken: make(chan struct{}, most+1)",
		test: "internal/limit TestPoolRunsNoMoreThanItsWorkersAtOnce",
	},
	{
		keeps: "and how long anybody waits", file: places,
		line: "late := time.NewTimer(p.wait)", instead: "late := time.NewTimer(p.wait + time.Hour)",
		test: "internal/limit TestNobodyWaitsLongerThanALogInIsWaitedFor",
	},
	{
		keeps: "who would wait for too long is told at once", file: places,
		line: "\tif p.hopeless(len(p.queue)) {", instead: "\tif false {",
		test: "internal/limit TestAsManyWaitAsHaveTheirTurnInTime",
	},
	{
		keeps: "and how many wait for other tries", file: "internal/limit/guesses.go",
		line: "if g.waiting == MostWaiting {", instead: "if g.waiting < 0 {",
		test: "internal/limit TestABoundedNumberOfTriesWaitsAndOthersGoOn",
	},
	{
		keeps: "requests at work are bounded", file: "internal/server/server.go",
		line: "Admit: s.admit(mux)", instead: "Admit: nil",
		test: "internal/server TestBeyondTheBoundEverySurfaceRefusesInItsOwnShape",
	},
	{
		keeps: "a place is free again however a request ends", file: "internal/web/admit.go",
		line: "\t\t\tdefer record.leave()\n", instead: "",
		test: "internal/web TestAPlaceIsFreeAgainHoweverARequestEnds",
	},
	{
		keeps: "who waits for a hash holds no place of others", file: "internal/server/server.go",
		line: "\tpool.OnWait(web.Leave)\n", instead: "",
		test: "internal/server TestWhoWaitsForAHashIsNotAtWork",
	},
	{
		keeps: "nor who follows the feed", file: "internal/dialect/native/revocation_follow.go",
		line: "\tweb.Leave(c.Context())", instead: "\t",
		test: "internal/dialect/native TestWhoFollowsTheFeedHoldsNoPlaceOfRequestsAtWork",
	},
	{
		keeps: "a try is counted before it is hashed", file: proves,
		line:    "\tbudget, err := a.reserve(ctx, from, p, c, s)\n",
		instead: "\t_, _ = a.verify(ctx, from, p, c, s)\n\tbudget, err := a.reserve(ctx, from, p, c, s)\n",
		test:    rules + "TestEveryRefusalOfATypedSecretCostsAndLooksAlike/sqlite",
	},
	{
		keeps: "tries at once get no more hashes than there are tries", file: "internal/limit/guesses.go",
		line: "if len(b.failures)+b.inFlight >= rule.Failures {", instead: "if len(b.failures) >= rule.Failures {",
		test: "internal/limit TestABurstOfWrongGuessesGetsNoMoreHashesThanTheRuleAllows",
	},
	{
		keeps: "unknown keys hold up no key that exists", file: budgets,
		line: "\tcase c.ID.IsZero():\n\t\treturn nil, KeyGuessesOfSource\n", instead: "\tcase c.Kind != KeyPair:\n\t\treturn nil, KeyGuessesOfSource\n",
		test: rules + "TestAFloodOfUnknownKeysHoldsUpNoKeyThatExists/sqlite",
	},
	{
		keeps: "nor a key pair", file: budgets,
		line: "return []counted{{KeyGuessBySource, who + \" \" + source}}, \"\"", instead: "return []counted{{KeyGuessBySource, who + \" \" + source}}, KeyGuessesOfSource",
		test: rules + "TestAFloodOfUnknownKeysHoldsUpNoKeyThatExists/sqlite",
	},
	{
		keeps: "unknown keys are limited at all", file: budgets,
		line: "\t\treturn nil, KeyGuessesOfSource\n", instead: "\t\treturn nil, \"\"\n",
		test: rules + "TestAFloodOfUnknownKeysHoldsUpNoKeyThatExists/sqlite",
	},
	{
		keeps: "unknown tokens hold up none that exists", file: verifies,
		line: "if v.Reason == ReasonUnknown {", instead: "if v.Reason != \"\" {",
		test: rules + "TestUnknownTokensAreLimitedPerSourceAndNoneThatExistsIsHeldUp/sqlite",
	},
	{
		keeps: "wrong passwords lock no key", file: budgets,
		line: "\t\treturn c.ID.String()\n", instead: "\t\treturn string(s.Principal.ID)\n",
		test: rules + "TestFiveWrongPasswordsLockThePersonForThatSourceOnly/sqlite",
		also: []cut{{budgets, "{KeyGuessBySource, who", "{GuessBySource, who"}},
	},
	{
		keeps: "a locked source cannot lock its victim out everywhere", file: budgets,
		line: "b.locked, b.shed = true, err != nil\n\t\t\tbreak\n", instead: "b.locked, b.shed = true, err != nil\n\t\t\tcontinue\n",
		test: rules + "TestALockedSourceCannotLockTheVictimOutEverywhere/sqlite",
	},
	{
		keeps: "strangers lock nobody out of where it logged in before", file: budgets,
		line: "of != \"\" && !a.familiar.has(familiarAt(s, source))", instead: "of != \"\"",
		test: rules + "TestAnOrganisationIsLockedForStrangersAndNeverWhereItsPeopleHaveLoggedIn/sqlite",
	},
	{
		keeps: "refusals fill no disk", file: refuses,
		line: "if r.total < refusalsPerMinute && r.sources[source] < refusalsPerSource {", instead: "if r.total < refusalsPerMinute {",
		test: rules + "TestRefusalsPastASourcesBudgetAreRecordedAsOneCount",
	},
	{
		keeps: "not even from many sources", file: refuses,
		line: "if r.total < refusalsPerMinute && r.sources[source] < refusalsPerSource {", instead: "if r.sources[source] < refusalsPerSource {",
		test: rules + "TestRefusalsOfManySourcesFillNeitherDiskNorMemory",
	},
	{
		keeps: "a large body is refused", file: "internal/web/body.go",
		line: "http.MaxBytesReader(nil, r.Body, MaxBody)", instead: "r.Body",
		test: "internal/web TestABodyIsReadUpToItsLimit",
	},
}
