package dialecttest

import (
	"testing"

	"github.com/doorward/doorward/internal/testenv"
)

// Teller tells the story in one dialect; each method fails the test when the wire says something unexpected.
type Teller interface {
	// Begin logs in or mints, and returns the session or login token as the client got it.
	Begin(t *testing.T) string
	// Use presents it where it is meant for and says whether it counted; false is the uniform refusal and nothing else.
	Use(t *testing.T, presented string) bool
	// End ends it: a release, a log-out, a revocation. What its first use has spent needs nothing.
	End(t *testing.T, presented string)
}

// Story tells it on both engines over the demo directory: who begins may use what was given, nobody may use
// what was only nearly given, and after the end it is refused for good.
func Story(t *testing.T, open func(t *testing.T, env *testenv.Env) Teller) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		tell(t, open(t, env))
	})
}

// reporter is the part of testing.TB by which the story complains.
type reporter interface {
	Errorf(format string, args ...any)
}

func tell(t *testing.T, teller Teller) { tellTo(t, t, teller) }

func tellTo(r reporter, t *testing.T, teller Teller) {
	given := teller.Begin(t)
	if other := teller.Begin(t); other == given {
		r.Errorf("two beginnings were given the same")
	}
	if teller.Use(t, altered(given)) {
		r.Errorf("what was never given counted")
	}
	if !teller.Use(t, given) {
		r.Errorf("what was given did not count")
	}
	teller.End(t, given)
	for range 2 {
		if teller.Use(t, given) {
			r.Errorf("it still counted after its end")
		}
	}
}

// altered changes the last character and keeps the kind of it, so that only the look-up can tell.
func altered(given string) string {
	if given == "" {
		return "0"
	}
	last := byte('0')
	if given[len(given)-1] == last {
		last = '1'
	}
	return given[:len(given)-1] + string(last)
}
