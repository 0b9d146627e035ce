package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// guessBudget is what one try has reserved.
type guessBudget struct {
	locked  bool // refuse, but like a wrong secret
	shed    bool // and without the work: the try has waited for that of others, which locked it
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
func (a *Authority) reserve(ctx context.Context, from Origin, p Proof, c *Credential, s *Standing) (guessBudget, error) {
	source := SourcePrefix(from.Source).String()
	var b guessBudget
	locking, ofSource := a.budgetsOf(source, p, c, s)
	for _, of := range locking {
		settle, wait, err := a.limiter.Reserve(ctx, of.class, of.key)
		if wait > 0 {
			// Who is locked already does not use up the wider budgets behind it: one source could lock a victim out alone.
			b.locked, b.shed = true, err != nil
			break
		}
		if err != nil {
			b.settle(false)
			return b, err
		}
		b.settles = append(b.settles, settle)
	}
	if ofSource == "" || b.shed {
		return b, nil
	}
	settle, wait, err := a.limiter.Reserve(ctx, ofSource, source)
	if wait > 0 {
		err = tooMany(wait)
	}
	if err != nil {
		b.settle(false)
		return b, err
	}
	b.settles = append(b.settles, settle)
	return b, nil
}

// counted is a budget that a try is counted in.
type counted struct{ class, key string }

// budgetsOf returns what locks, the narrowest first, and the class of the source's budget, "" for none. A key that
// exists has no budget of its source's: a stranger at the same address must not be able to stop an integrator's key by
// presenting others (promise G7).
func (a *Authority) budgetsOf(source string, p Proof, c *Credential, s *Standing) (locking []counted, ofSource string) {
	who := a.guessedAt(p, c, s)
	switch {
	case p.isHashed():
		locking = []counted{{GuessBySource, who + " " + source}, {GuessAnySource, who}}
		if of := tenantGuessedAt(p, s); of != "" && !a.familiar.has(familiarAt(s, source)) {
			locking = append(locking, counted{GuessOfTenant, a.presented(string(of))})
		}
		return locking, GuessOfSource
	case c.ID.IsZero():
		return nil, KeyGuessesOfSource
	case c.Kind == KeyPair:
		return []counted{{KeyGuessBySource, who + " " + source}}, ""
	}
	return nil, ""
}

// refusedKey counts the refusal of a key that exists like that of an unknown one, and returns it, or TooMany when its
// source has presented too many: else whoever had used up the budget would be told keys that exist from others.
func (a *Authority) refusedKey(ctx context.Context, from Origin, p Proof, c *Credential, refusal error) error {
	if p.isHashed() || c.ID.IsZero() {
		return refusal // counted already
	}
	return a.refuseGuess(ctx, KeyGuessesOfSource, SourcePrefix(from.Source).String(), refusal, tooMany)
}

func (a *Authority) guessedAt(p Proof, c *Credential, s *Standing) string {
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
	return a.presented(canonical)
}

// presented stands for a text in memory: a fingerprint, so that what somebody typed into the wrong field is not there
// in clear, and that a long one takes no more room.
func (a *Authority) presented(text string) string {
	fingerprint := a.keys.Fingerprint(secret.PurposePresented, secret.Of(text))
	return string(fingerprint[:])
}

func tooMany(wait time.Duration) error {
	return &fault.Error{
		Kind: fault.TooMany, Reason: ReasonTooManyFromSource, RetryAfter: wait,
		Message: "Too many failed attempts from this address.",
	}
}
