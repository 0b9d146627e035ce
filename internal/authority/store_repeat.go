package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

// RepeatView reads what repeatable requests have made.
type RepeatView interface {
	// Repeat returns what a request has made, unless that is past its time at at.
	Repeat(ctx context.Context, id secret.Fingerprint, at time.Time) (Repeat, error)
}

// RepeatTx writes what repeatable requests have made.
type RepeatTx interface {
	// PutRepeat notes what a request makes. The change fails with Conflict (not-unique) when the request is noted
	// already. A few that are past their time at at leave with it.
	PutRepeat(r Repeat, at time.Time)
}
