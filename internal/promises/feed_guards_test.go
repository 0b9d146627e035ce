package promises_test

const (
	feedMemory = "internal/authority/feed_memory.go"
	feedReads  = "internal/authority/feed_read.go"
	follows    = "internal/authority/feed_follow.go"
	longChange = rules + "TestALongChangeHoldsNothingBackAndIsNotLost"
)

// feedEnds is why whoever follows the feed misses nothing that has ended, or knows that it may have.
var feedEnds = []guard{
	{
		keeps: "a number that was taken and not seen is a gap", file: feedMemory,
		line: "m.gaps.note(m.high+1, e.Sequence-1)\n", instead: "\n", test: longChange,
	},
	{
		keeps: "gaps are read again", file: feedReads,
		line: "v.Feed(ctx, after, feedBatch, asked)", instead: "v.Feed(ctx, after, feedBatch, asked[:0])", test: longChange,
	},
	{
		keeps: "until nothing that could fill them is under way", file: "internal/authority/feed_gaps.go",
		line: "return r.mark != noMark && r.mark <= settled", instead: "return r.mark != noMark", test: longChange,
	},
	{
		keeps: "a raised fence has everything doubted", file: feedMemory,
		line: "reset: e.Kind == FeedEverything,", instead: "reset: false,",
		test: rules + "TestEverythingIsDoubtedAfterTheFenceWasRaised/{engine}",
	},
	{
		keeps: "so has a cursor of another history", file: follows,
		line: "string(here[:cursorFact]) != string(c.fact[:cursorFact])", instead: "string(here[:cursorFact]) == \"\"",
		test: rules + "TestACursorOfAnotherHistoryIsReset/{engine}",
	},
	{
		keeps: "and one that is too old", file: "internal/authority/feed_collect.go",
		line: "if m.misses(c, open) {", instead: "if false {",
		test: rules + "TestACursorIsGoodOnEveryNodeUntilItIsTooOld/{engine}",
	},
	{
		keeps: "a node that has not heard for its bound is stale", file: "internal/authority/feed.go",
		line: "s.Stale = s.Ago > feedBound", instead: "s.Stale = false",
		test: rules + "TestANodeIsStaleUntilItHearsAndWhenItHasNotHeardForItsBound",
	},
	{
		keeps: "a stream that is let in goes on while what let it in counts", file: "internal/dialect/native/revocation_stream.go",
		line: "if !n.mayFollow(c) {", instead: "if false {",
		test: nativeTests + "TestAStreamEndsWithWhatItWasLetInBy",
	},
	{
		keeps: "who follows is asked again when it may be about itself", file: "internal/authority/feed_next.go",
		line: "news.Self = news.Self || f.depends[r.fact]", instead: "_ = r",
		test: rules + "TestWhoFollowsIsToldWhatMayBeAboutItself/{engine}",
	},
}

// feedReach is who may follow.
var feedReach = []guard{
	{
		keeps: "who follows the feed may at the installation", file: follows,
		line: "case !by.may(grant.ReadFeed, root):", instead: "case false:",
		test: rules + "TestWhoMayFollow/{engine}",
	},
}

// feedCrowds bounds who follows.
var feedCrowds = []guard{
	{
		keeps: "no credential takes the places of all who follow the feed", file: follows,
		line: " || f.followers[by.credential().ID] >= maxFollowersOf {", instead: " {",
		test: rules + "TestWhoMayFollow/{engine}",
	},
}
