package promises_test

import (
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/testenv"
)

// guard is one place that keeps a promise.
type guard struct {
	keeps   string // what nobody may do, or what always holds, because of it
	file    string // from the module's root
	line    string // what is taken out: text that is in the file once
	instead string // what stands there then; it must build
	test    string // which must fail: a package's path, a space and the test's name, {engine} in it standing for both engines
	also    []cut  // what guards the same beside it, and is taken out with it
}

// cut is another line that is taken out.
type cut struct{ file, line, instead string }

// promise is one of the nine with its guards.
type promise struct {
	name, text string
	guards     []guard
}

var promises = []promise{
	{"G1", "A login token is redeemed at most once: under concurrency, crash, fail-over, split brain, `doorward restore`.", slices.Concat(redeemedOnce, redeemedTogether, factsOnce, redeemedAgain, presentedOnce, provedOnce, verifierOnce)},
	{"G2", "A success answer is durable before it is sent.", durable},
	{"G3", "An unknown outcome is never reported as success.", unknownOutcome},
	{"G4", "Nothing is accepted after its lifetime on the one clock.", slices.Concat(lifetimes, signedLifetimes, verifierLifetimes)},
	{"G5", "A revocation or suspension counts at the next use (here: on one node).", slices.Concat(revocations, suspensions, killedKeys, clientsEnds, feedEnds, factsEnd, verifierEnds)},
	{"G6", "No act without its event; if the event cannot be written the act does not happen.", recorded},
	{"G7", "Overload is shed early; password floods never starve key log-ins.", slices.Concat(overload, sources, feedCrowds)},
	{"G8", "No request reaches outside its tenant's subtree; what is outside is indistinguishable from what does not exist.", slices.Concat(reach, managedReach, directoryReach, v1Reach, clientsReach, gatewayReach, possessions, feedReach, factsTellNothing, verifierReach)},
	{"G9", "No clear-text secret in any store, log, trace, metric, backup or error.", slices.Concat(clearText, sealedKeys, onTheWay)},
}

// folder returns the folder of the package whose test must fail.
func (g guard) folder() string {
	folder, _, _ := strings.Cut(g.test, " ")
	return folder
}

// tests returns the names of the tests that must fail, one for each engine where the guard is in both.
func (g guard) tests() []string {
	_, name, _ := strings.Cut(g.test, " ")
	name = strings.ReplaceAll(name, " ", "_")
	if !strings.Contains(name, "{engine}") {
		return []string{name}
	}
	var names []string
	for _, engine := range testenv.Engines {
		names = append(names, strings.ReplaceAll(name, "{engine}", engine))
	}
	return names
}

// cuts returns all that is taken out at once.
func (g guard) cuts() []cut { return append([]cut{{g.file, g.line, g.instead}}, g.also...) }
