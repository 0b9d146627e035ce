package promises_test

import "slices"

const (
	rememberedRules  = "internal/facts "
	factsKept        = "internal/facts/kept.go"
	factsChanged     = "internal/facts/changes.go"
	factsChange      = "internal/facts/change.go"
	factsLearned     = "internal/facts/learning.go"
	factsStanding    = "internal/facts/standing.go"
	factsAtHand      = "internal/facts/at_hand.go"
	factsComplete    = "internal/facts/complete.go"
	factsStore       = "internal/facts/store.go"
	factsRecalled    = "internal/facts/recalled.go"
	changesForget    = rememberedRules + "TestAChangeMakesForgottenWhatDependsOnItAndNothingElse/{engine}"
	unknownForgets   = rememberedRules + "TestAChangeOfUnknownOutcomeMakesForgottenWhatDependsOnIt/{engine}"
	hearingForgets   = rememberedRules + "TestWhatTheFeedSaysIsForgotten/{engine}"
	heardForTheBound = rememberedRules + "TestANodeAnswersFromMemoryForTheBoundAfterTheFeedWasReadAndNoLonger"
	askedWhoHasIt    = rememberedRules + "TestWhoWasFoundUnderANameIsAskedWhetherItStillHasIt/"
	rowIsOwn         = rememberedRules + "TestARowIsNobodyElses"
	keptByValue      = rememberedRules + "TestARoleOrAnAudienceReadBeforeItChangedIsNotRemembered"
	longRows         = rememberedRules + "TestALongRowIsRememberedToo"
	manyChanges      = rememberedRules + "TestMoreChangesThanAreHeldDoubtAllThatWasReadBefore"
)

// factsEnd is why what a node remembers does not outlive what ended or changed it.
var factsEnd = slices.Concat(factsOnThisNode, factsRead, factsHeard, factsRedeemed, factsFound, factsOwn, factsNoted)

// factsOnThisNode is for what changes on this node.
var factsOnThisNode = []guard{
	{
		keeps: "what is remembered holds until something that it depends on has changed", file: factsKept,
		line: "if changes.since(said, d.depends) {", instead: "if false {", test: changesForget,
	},
	{
		keeps: "what is packed is forgotten as soon as it is said to have changed", file: factsChanged,
		line: "c.remembered.forget(one)", instead: "_ = one", test: changesForget,
	},
	{
		keeps: "a session", file: factsStore,
		line: "s.sessions.forget(one.session)", instead: "_ = one", test: changesForget,
	},
	{
		keeps: "and a row", file: factsStore,
		line: "s.rows.forget(one.fact)", instead: "_ = one", test: changesForget,
	},
	{
		keeps: "or everything is", file: factsChanged,
		line: "c.remembered.forgetAll()", instead: "_ = c", test: rememberedRules + "TestAllThatIsPackedIsForgottenWhenAnythingMayHaveChanged",
	},
	{
		keeps: "what has changed is taken in before anybody is told that it has", file: factsChange,
		line: "s.changes.mark(done.changed...)", instead: "_ = done.changed", test: changesForget,
	},
	{
		keeps: "however the change ended", file: factsChange,
		line: "s.changes.mark(done.changed...)", instead: "if err == nil {\n\t\ts.changes.mark(done.changed...)\n\t}", test: unknownForgets,
	},
	{
		keeps: "and not before it has: what is read beside a change is as it was", file: factsChange,
		line: "s.changes.mark(done.changed...)", instead: "_ = done.changed", test: changesForget,
		also: []cut{{
			"internal/facts/writes.go", "t.noted.changed = append(t.noted.changed, changedOf(kind, key))", "t.store.changes.mark(changedOf(kind, key))",
		}},
	},
	{
		keeps: "a change of everything makes all forgotten", file: factsChange,
		line: "if done.everything {", instead: "if false {", test: changesForget,
	},
	{
		keeps: "when changes are too many to hold, all that was read before is doubted", file: factsChanged,
		line: "if said < c.floor {", instead: "if false {", test: manyChanges,
	},
	{
		keeps: "and the change that was one too many counts", file: factsChanged,
		line: "c.floor = now\n", instead: "c.floor = now - 1\n\t\tall = nil\n",
		test: rememberedRules + "TestAChangeThatIsOneTooManyCountsItself",
	},
	{
		keeps: "a standing depends on every tenant above", file: factsStanding,
		line: "id = t.Parent", instead: "id = \"\"", test: changesForget,
	},
	{
		keeps: "and on those of its place", file: factsStanding,
		line: "to = append(to, factOf(authority.FeedTenant, string(id)))", instead: "_ = id", test: changesForget,
	},
	{
		keeps: "and on the roles that are granted", file: factsStanding,
		line:    "to = append(to, factOf(authority.FeedRole, string(g.Role)))",
		instead: "_ = g", test: changesForget,
	},
	{
		keeps: "a lineage depends on every tenant in it", file: factsStanding,
		line: "to = append(to, factOf(authority.FeedTenant, string(t.ID)))", instead: "_ = t", test: changesForget,
	},
	partOf("what decides over a session depends on whose it is", "c.subject, "),
	partOf("on the credential it was opened by", ", c.of"),
	partOf("on who acts", "c.actor, "),
	partOf("on whose credential that is", "c.holder, "),
	partOf("on the account and what is above it", "c.account, "),
	partOf("on the audience", ", c.audience"),
	partOf("on whose the client is", "c.clientHolder, "),
	{
		keeps: "and on the clients' credentials", file: factsComplete,
		line: "to = client.facts(to)", instead: "_ = client", test: changesForget,
	},
}

// factsRead is for readings that began before a change.
var factsRead = []guard{
	{
		keeps: "a reading of a session that began before a change does not outlive it", file: factsLearned,
		line:    "said := v.store.changes.said.Load()\n\t\t\ts, err := v.View.Session(context.WithoutCancel(ctx), id) // others may wait for it\n",
		instead: "s, err := v.View.Session(context.WithoutCancel(ctx), id)\n\t\t\tsaid := v.store.changes.said.Load()\n",
		test:    rememberedRules + "TestAReadingBegunBeforeAChangeDoesNotOutliveIt/the session/{engine}",
	},
	{
		keeps: "nor does one of its facts", file: factsLearned,
		line:    "said := v.store.changes.said.Load()\n\tf, err := v.View.SessionFacts(ctx, id)\n",
		instead: "f, err := v.View.SessionFacts(ctx, id)\n\tsaid := v.store.changes.said.Load()\n",
		test:    rememberedRules + "TestAReadingBegunBeforeAChangeDoesNotOutliveIt/its facts/{engine}",
	},
	{
		keeps: "nor does one that was read ahead", file: "internal/facts/warm.go",
		line:    "said := s.changes.said.Load()\n\t\tread, err = v.Sessions(ctx, authority.SessionFilter{LiveAt: s.Now()}, below, warmedAtOnce)\n",
		instead: "read, err = v.Sessions(ctx, authority.SessionFilter{LiveAt: s.Now()}, below, warmedAtOnce)\n\t\tsaid := s.changes.said.Load()\n",
		test:    rememberedRules + "TestAReadingBegunBeforeAChangeDoesNotOutliveIt/all that live/{engine}",
	},
	{
		keeps: "nor does what decides over many", file: factsLearned,
		line:    "said := v.store.changes.said.Load()\n\tf, err := v.View.FactsOfSessions(ctx, sessions)\n",
		instead: "f, err := v.View.FactsOfSessions(ctx, sessions)\n\tsaid := v.store.changes.said.Load()\n",
		test:    rememberedRules + "TestWhatDecidesOverManyReadBeforeAChangeDoesNotOutliveIt/{engine}",
	},
	{
		keeps: "and what was read before a change is not packed after it", file: factsLearned,
		line: "if !changed {\n\t\t\ts.rows.put(f[:], row)", instead: "if true {\n\t\t\ts.rows.put(f[:], row)",
		test: rememberedRules + "TestARowReadBeforeItChangedIsNotPacked",
	},
	{
		keeps: "nor is a role that was", file: factsLearned,
		line: "s.roles.put(id, &role{Role: of}, said)", instead: "s.roles.put(id, &role{Role: of}, s.changes.said.Load())", test: keptByValue,
	},
	{
		keeps: "nor an audience", file: factsLearned,
		line: "s.audiences.put(a.ID, &audience{Audience: a}, said)", instead: "s.audiences.put(a.ID, &audience{Audience: a}, s.changes.said.Load())", test: keptByValue,
	},
	{
		keeps: "nor a row that is too long to be packed: a credential's", file: factsLearned,
		line: "s.credentials.put(c.ID, &credential{Credential: *c}, said)", instead: "s.credentials.put(c.ID, &credential{Credential: *c}, 1<<60)", test: longRows,
	},
	{
		keeps: "a standing's", file: factsLearned,
		line: "s.standings.put(who.Principal.ID, own, said)", instead: "s.standings.put(who.Principal.ID, own, 1<<60)", test: longRows,
	},
	{
		keeps: "a tenant's", file: factsLearned,
		line: "s.tenants.put(t.ID, &shared{Tenant: *t}, said)", instead: "s.tenants.put(t.ID, &shared{Tenant: *t}, 1<<60)", test: longRows,
	},
	{
		keeps: "a last use that is moved forward brings no session back", file: "internal/facts/table.go",
		line:    "t.keep(s, id, hash, change(at[slotHead:]))",
		instead: "is := change(at[slotHead:])\n\t\ts.mu.Unlock()\n\t\ttime.Sleep(time.Microsecond)\n\t\ts.mu.Lock()\n\t\tt.keep(s, id, hash, is)",
		test:    rememberedRules + "TestALastUseBringsNobodyBack",
	},
	putTogether("a credential", "said := s.changes.said.Load()\n\tc, ok := s.rows.credential(id)\n", "c, ok := s.rows.credential(id)\n\tsaid := s.changes.said.Load()\n"),
	putTogether("a standing", "said := s.changes.said.Load()\n\tp, grants, ok := s.rows.principal(id)\n", "p, grants, ok := s.rows.principal(id)\n\tsaid := s.changes.said.Load()\n"),
	putTogether("a tenant", "said := s.changes.said.Load()\n\tt, ok := s.rows.tenant(id)\n", "t, ok := s.rows.tenant(id)\n\tsaid := s.changes.said.Load()\n"),
	putTogether("a place", "\t\ts.places.put(", "\t\tsaid = s.changes.said.Load()\n\t\ts.places.put("),
	{
		keeps: "nor do circumstances that were", file: factsComplete,
		line:    "said := s.changes.said.Load()\n\tmade, ok := s.complete(session)\n",
		instead: "made, ok := s.complete(session)\n\tsaid := s.changes.said.Load()\n",
		test:    rememberedRules + "TestWhatWasPutTogetherBeforeAChangeDoesNotOutliveIt/circumstances",
	},
	putTogether("a lineage", "\ts.lineages.put(", "\tsaid = s.changes.said.Load()\n\ts.lineages.put("),
	{
		keeps: "what somebody is shown of a tenant changes nothing of what is remembered", file: "internal/authority/tenant_list.go",
		line: "it := *lineage[0]\n\t\tif !by.mayRead(lineage[1:]) {", instead: "it := lineage[0]\n\t\tif !by.mayRead(lineage[1:]) {",
		also: []cut{{"internal/authority/tenant_list.go", "[]Tenant{it}", "[]Tenant{*it}"}},
		test: "internal/authority TestShowingATenantWithoutItsParentCutsNothingOff/{engine}",
	},
	{
		keeps: "who joins a reading gets nothing from it that has changed since", file: factsLearned,
		line: "(own || !v.store.changes.since(r.said, factsOf(id)))", instead: "(own || r.said >= 0)",
		test: rememberedRules + "TestWhoJoinsAReadingGetsNothingThatHasChangedSince/{engine}",
	},
}

// factsHeard is for what changes on other nodes.
var factsHeard = []guard{
	{
		keeps: "what the feed says is taken in", file: factsStore,
		line: "s.hear(r.Entries, r.Reset)", instead: "s.hear(nil, r.Reset)", test: hearingForgets,
	},
	{
		keeps: "and that another history began", file: factsStore,
		line: "s.hear(r.Entries, r.Reset)", instead: "s.hear(r.Entries, false)", test: hearingForgets,
	},
	{
		keeps: "and that everything is to be doubted", file: factsStore,
		line: "reset = reset || e.Kind == authority.FeedEverything", instead: "reset = reset && e.Kind == authority.FeedEverything",
		test: hearingForgets,
	},
	{
		keeps: "a node that has not heard of the feed for its bound asks the store", file: factsStore,
		line: " && between(s.heard, time.Now()) < Bound", instead: "", test: heardForTheBound,
	},
	{
		keeps: "counted from when the reading began", file: factsStore,
		line: "s.heard = r.Began", instead: "s.heard = time.Now()", test: heardForTheBound,
	},
	{
		keeps: "a node that has not heard for so long that the feed may have been swept forgets all", file: factsStore,
		line: "if !s.heard.IsZero() && between(s.heard, r.Began) > forgetAfter {", instead: "if false {",
		test: rememberedRules + "TestWhatWasRememberedBeforeALongSilenceIsForgotten/{engine}",
	},
}

// factsRedeemed is for redemptions from memory.
var factsRedeemed = []guard{
	{
		keeps: "a redemption takes in what its own transaction sees of the feed", file: factsChange,
		line: "t.store.hear(s.Unseen.Entries, false)\n", instead: "\n",
		test: rememberedRules + "TestARedemptionSeesWhatWasSuspendedElsewhereAndNotHeardOf/{engine}",
	},
	{
		keeps: "what came into the gaps with it", file: "internal/sqlstore/login_tokens.go",
		line: "authority.UnseenLimit, seen.Gaps, &s.Unseen", instead: "authority.UnseenLimit, seen.Gaps[:0], &s.Unseen",
		test: rememberedRules + "TestARedemptionSeesWhatCameIntoAGapOfTheFeed/{engine}",
	},
	{
		keeps: "under another epoch it trusts nothing that is remembered", file: factsChange,
		line: "s.Unseen.Epoch == seen.Epoch && ", instead: "",
		test: rememberedRules + "TestARedemptionUnderAnotherEpochTrustsNothing/{engine}",
	},
	{
		keeps: "nor when it cannot have seen all of the feed", file: factsChange,
		line: " && len(s.Unseen.Entries) < authority.UnseenLimit", instead: "",
		test: rememberedRules + "TestARedemptionThatSeesTooMuchOfTheFeedTrustsNothing/{engine}",
	},
}

// factsFound is for names that went to somebody else.
var factsFound = []guard{
	{
		keeps: "a credential is asked whether it still has the key", file: factsRecalled,
		line: " || !slices.Contains(by, c.Lookup)", instead: "", test: askedWhoHasIt + "a credential gets another key/{engine}",
	},
	{
		keeps: "a person whether they still have the e-mail", file: factsRecalled,
		line: "has == canonical {", instead: "has != \"\" {", test: askedWhoHasIt + "two e-mails are swapped/{engine}",
	},
	{
		keeps: "and whether they still own the account", file: factsRecalled,
		line: "return g.Tenant == account && g.Role == grant.AccountOwner", instead: "return g.Tenant == account",
		test: askedWhoHasIt + "an owner is replaced/{engine}",
	},
}

// factsOwn is for rows whose facts have one short name.
var factsOwn = []guard{
	{
		keeps: "a packed row is asked whose it is: a principal's", file: "internal/facts/rows.go",
		line: "return p, grants, p.ID == id", instead: "return p, grants, true", test: rowIsOwn,
	},
	{
		keeps: "and of which kind", file: "internal/facts/rows.go",
		line: "p.byte() == kind", instead: "p.byte() <= rowOfTenant", test: rowIsOwn,
	},
	{
		keeps: "a credential's", file: "internal/facts/rows.go",
		line: "return c, c.ID == id", instead: "return c, true", test: rowIsOwn,
	},
	{
		keeps: "a tenant's", file: "internal/facts/rows.go",
		line: "return t, ok && t.ID == id", instead: "return t, ok", test: rowIsOwn,
	},
}

// factsNoted is for each kind of row: to write it is to say that it has changed.
var factsNoted = []guard{
	noted("a tenant", "\tt.note(authority.FeedTenant, string(w.ID))\n", ""),
	noted("a role", "\tt.note(authority.FeedRole, string(r.ID))\n", ""),
	noted("a role that goes", "\tt.note(authority.FeedRole, string(id))\n", ""),
	noted("a principal", "\tt.note(authority.FeedPrincipal, string(p.ID))\n", ""),
	noted("a grant", "\tt.note(authority.FeedPrincipal, string(g.Principal))\n\tt.Tx.PutGrant(g)\n", "\tt.Tx.PutGrant(g)\n"),
	noted("a grant that goes", "\tt.note(authority.FeedPrincipal, string(g.Principal))\n\tt.Tx.DropGrant(g)\n", "\tt.Tx.DropGrant(g)\n"),
	noted("an audience", "\tt.note(authority.FeedAudience, a.ID.String())\n", ""),
	noted("a credential", "\tt.note(authority.FeedCredential, c.ID.String())\n", ""),
	noted("a password's hash", "\tt.note(authority.FeedCredential, id.String())\n", ""),
	noted("a session that ends", "\t\tt.note(authority.FeedSession, id.String())\n", "\t\t_ = id\n"),
	noted("all sessions", "\tt.note(authority.FeedEverything, \"\")\n", ""),
	noted("what the feed is told", "\tt.note(kind, key)\n", ""),
}

func noted(what, line, instead string) guard {
	return guard{keeps: "a change of it is noted: " + what, file: "internal/facts/writes.go", line: line, instead: instead, test: changesForget}
}

// factsOnce is why a redemption from memory is one.
var factsOnce = []guard{
	{
		keeps: "a redemption from memory has spent the token only if the store says so", file: factsChange,
		line: "return f, s.Spent, nil", instead: "return f, true, nil",
		test: rememberedRules + "TestOfManyWhoRedeemATokenFromMemoryOneDoes/{engine}",
	},
}

// factsTellNothing is why the time of a no does not tell what is remembered.
var factsTellNothing = []guard{
	{
		keeps: "a session is refused by the store, whatever is remembered of it", file: "internal/authority/session_verify.go",
		line: "\tif err == nil && v.Valid() {\n\t\treturn v, nil\n\t}\n\tif err = a.ask", instead: "\tif err == nil {\n\t\treturn v, nil\n\t}\n\tif err = a.ask",
		test: rememberedRules + "TestARefusedSessionTakesWhatAnUnknownOneTakes/{engine}",
	},
	{
		keeps: "nor does a yes that is told as a no tell that it was remembered", file: "internal/authority/session_verify.go",
		line: "if !v.asked.session {", instead: "if false {",
		test: rememberedRules + "TestASessionThatConcernsOthersTakesWhatAnUnknownOneTakes/{engine}",
	},
	{
		keeps: "a key that is remembered and refused takes what an unknown one takes", file: "internal/authority/authenticate.go",
		line: "if remembered {", instead: "if remembered && false {",
		test: rememberedRules + "TestARefusedKeyTakesWhatAnUnknownOneTakes/{engine}",
	},
	{
		keeps: "so does one that ends after its limits were looked up", file: "internal/authority/proof.go",
		line: "return p.found, true, nil", instead: "return p.found, false, nil",
		test: rules + "TestAKeyThatEndsAfterItsLimitsWereFoundTakesWhatAnUnknownOneTakes/{engine}",
	},
	{
		keeps: "an account out of reach that is remembered takes what no account takes", file: "internal/authority/login_token_mint.go",
		line: "if err != nil || refused != nil {", instead: "if err != nil {",
		test: rememberedRules + "TestAMintThatIsOutOfReachTakesWhatOneForNobodyTakes/{engine}",
	},
}

func putTogether(what, line, instead string) guard {
	return guard{
		keeps: "nor does what was put together before it: " + what, file: factsAtHand, line: line, instead: instead,
		test: rememberedRules + "TestWhatWasPutTogetherBeforeAChangeDoesNotOutliveIt/" + what,
	}
}

func partOf(keeps, part string) guard {
	return guard{keeps: keeps, file: factsComplete, line: part, instead: "", test: changesForget}
}
