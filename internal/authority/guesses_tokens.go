package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// unknownToken counts a try with a session or login token that nobody has, and returns the refusal, or TooMany when its
// source has tried too many. A token that exists is never held up by it. What a browser holds in a cookie is not
// counted: an old one of everybody in an office is no guess.
func (a *Authority) unknownToken(ctx context.Context, from Origin, refusal error) error {
	wait, err := a.countGuess(ctx, TokenGuessesOfSource, SourcePrefix(from.Source).String())
	switch {
	case err != nil:
		return err
	case wait > 0:
		return tooMany(wait)
	}
	return refusal
}

// unknownRedeemed does the same for a login token presented by an actor. The people behind an audience's back end are
// all at its one address, so that its budget is its credential's.
func (a *Authority) unknownRedeemed(ctx context.Context, by Actor, refusal error) error {
	if by.own {
		return a.unknownToken(ctx, by.origin, refusal)
	}
	wait, err := a.countGuess(ctx, TokenGuessesOfAudience, by.credential.ID.String())
	switch {
	case err != nil:
		return err
	case wait > 0:
		return &fault.Error{
			Kind: fault.TooMany, Reason: ReasonTooManyFromSource, RetryAfter: wait,
			Message: "Too many unknown login tokens.",
		}
	}
	return refusal
}

// countGuess counts a failure of a class, or says for how long the key is locked.
func (a *Authority) countGuess(ctx context.Context, class, key string) (wait time.Duration, err error) {
	settle, wait, err := a.limiter.Reserve(ctx, class, key)
	if settle != nil {
		settle(true)
	}
	if wait > 0 {
		return wait, nil
	}
	return 0, err
}
