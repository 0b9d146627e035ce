package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// The classes of budget of failed tries.
const (
	GuessBySource      = "guess-by-source"     // wrong passwords and pass codes per (principal or canonical name, source prefix)
	GuessAnySource     = "guess-any-source"    // the same per principal or canonical name, from everywhere
	GuessOfSource      = "guess-of-source"     // the same per source prefix, at whomever
	KeyGuessBySource   = "key-guess-by-source" // wrong secrets of a key pair per (credential, source prefix)
	KeyGuessesOfSource = "key-guess-of-source" // unknown keys and codes per source prefix; a key that exists is never held up by it
)

// GuessRule allows a number of failed tries in any period, and then locks.
type GuessRule struct {
	Failures     int
	Period, Lock time.Duration
}

// GuessRules are the budgets of failed tries, which the Limiter must keep. A principal is locked for one source after
// five (WIRE.md §4); over all sources only after many more, so that a stranger cannot lock a victim out. A source, which
// may be a whole office behind one address, waits a minute at most. Keys have budgets of their own: a flood of passwords
// never locks an integrator's key.
var GuessRules = map[string]GuessRule{
	GuessBySource:      {Failures: 5, Period: guessPeriod, Lock: guessPeriod},
	GuessAnySource:     {Failures: 500, Period: guessPeriod, Lock: guessPeriod},
	GuessOfSource:      {Failures: 60, Period: time.Minute, Lock: time.Minute},
	KeyGuessBySource:   {Failures: 50, Period: time.Minute, Lock: time.Minute},
	KeyGuessesOfSource: {Failures: 120, Period: time.Minute, Lock: time.Minute},
}

const guessPeriod = 15 * time.Minute

// guessBudget is what one try has reserved.
type guessBudget struct {
	locked  bool // this principal is locked for this source: refuse, but like a wrong secret
	settles []func(failed bool)
}

func (b guessBudget) settle(failed bool) {
	for _, settle := range b.settles {
		settle(failed)
	}
}

// reserve counts the try before any work is done for it. The budgets belong to the resolved principal, so that no
// other spelling and no other dialect has budgets of its own; of an unknown one, to the canonical form of what was
// presented. Only a source that fails too often is told so: that says nothing about anybody.
func (a *Authority) reserve(ctx context.Context, from Origin, p Proof, c Credential, s Standing) (guessBudget, error) {
	source := SourcePrefix(from.Source).String()
	var b guessBudget
	ofSource, perWho := budgetsOf(p, c)
	if ofSource != "" {
		settle, wait, err := a.limiter.Reserve(ctx, ofSource, source)
		if err != nil {
			return b, err
		}
		if wait > 0 {
			return b, tooMany(wait)
		}
		b.settles = append(b.settles, settle)
	}
	who := a.guessedAt(p, c, s)
	for _, class := range perWho {
		key := who
		if class != GuessAnySource {
			key += " " + source
		}
		settle, wait, err := a.limiter.Reserve(ctx, class, key)
		if err != nil {
			b.settle(false)
			return b, err
		}
		if wait > 0 {
			// A source that is locked already does not use up the budget of all sources: it could lock the victim out alone.
			b.locked = true
			break
		}
		b.settles = append(b.settles, settle)
	}
	return b, nil
}

// budgetsOf returns the classes that a try is counted in. A key that exists has none of its source's: a stranger at the
// same address must not be able to stop an integrator's key by presenting others (promise G7).
func budgetsOf(p Proof, c Credential) (ofSource string, perWho []string) {
	switch {
	case p.isHashed():
		return GuessOfSource, []string{GuessBySource, GuessAnySource}
	case c.ID.IsZero():
		return KeyGuessesOfSource, nil
	case c.Kind == KeyPair:
		return "", []string{KeyGuessBySource}
	}
	return "", nil
}

func (a *Authority) guessedAt(p Proof, c Credential, s Standing) string {
	switch {
	case !p.isHashed() && !c.ID.IsZero():
		return c.ID.String()
	case s.Principal.ID != "":
		return string(s.Principal.ID)
	}
	presented := p.lookup.Reveal()
	if p.kind == Password {
		presented = p.name
	} else if p.kind == KeyPair {
		presented = p.pairKey.Reveal()
	}
	canonical, ok := Canonical(presented)
	if !ok {
		canonical = presented
	}
	// A fingerprint, so that what somebody typed into the wrong field does not stay in memory in clear.
	fingerprint := a.keys.Fingerprint(secret.PurposePresented, secret.Of(canonical))
	return string(fingerprint[:])
}

func tooMany(wait time.Duration) error {
	return &fault.Error{
		Kind: fault.TooMany, Reason: ReasonTooManyFromSource, RetryAfter: wait,
		Message: "Too many failed attempts from this address.",
	}
}
