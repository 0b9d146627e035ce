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
	return a.refuseGuess(ctx, TokenGuessesOfSource, SourcePrefix(from.Source).String(), refusal, tooMany)
}

// unknownRedeemed does the same for a login token presented by an actor. The people behind an audience's back end are
// all at its one address, so that its budget is its credential's.
func (a *Authority) unknownRedeemed(ctx context.Context, by Actor, refusal error) error {
	if by.own {
		return a.unknownToken(ctx, by.origin, refusal)
	}
	return a.refuseGuess(ctx, TokenGuessesOfAudience, by.credential().ID.String(), refusal, tooManyTokens)
}

// refuseGuess counts a failure of a class and returns its refusal, or what there is to say when the key is locked.
func (a *Authority) refuseGuess(ctx context.Context, class, key string, refusal error, locked func(time.Duration) error) error {
	settle, wait, err := a.limiter.Reserve(ctx, class, key)
	if settle != nil {
		settle(true)
	}
	switch {
	case wait > 0:
		return locked(wait)
	case err != nil:
		return err
	}
	return refusal
}

func tooManyTokens(wait time.Duration) error {
	return &fault.Error{
		Kind: fault.TooMany, Reason: ReasonTooManyFromSource, RetryAfter: wait,
		Message: "Too many unknown tokens.",
	}
}
