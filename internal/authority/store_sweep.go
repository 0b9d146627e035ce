package authority

import (
	"context"
	"time"
)

// SweepView finds what ended long ago. It walks along the keys, so that no index of what ends when has to be kept up
// with every log-in; last is where to go on, zero at the end.
type SweepView interface {
	// EndedSessions looks at up to limit sessions after an ID, and returns those that were closed, past their lifetime
	// or idle for too long before a time, and that no session and no login token descends from.
	EndedSessions(ctx context.Context, after SessionID, before time.Time, limit int) (ended []SessionID, last SessionID, err error)
	// EndedLoginTokens looks at up to limit login tokens after an ID, and returns those that were past their lifetime
	// before a time, or spent before it and the session they were spent for is gone.
	EndedLoginTokens(ctx context.Context, after LoginTokenID, before time.Time, limit int) (ended []LoginTokenID, last LoginTokenID, err error)
}

// SweepTx drops what ended long ago.
type SweepTx interface {
	// DropSessions drops those of these sessions that EndedSessions would still return, and returns how many.
	DropSessions(ctx context.Context, ids []SessionID, before time.Time) (int, error)
	// DropLoginTokens drops those of these login tokens that EndedLoginTokens would still return, and returns how many.
	DropLoginTokens(ctx context.Context, ids []LoginTokenID, before time.Time) (int, error)
	// SweepRepeats drops up to limit repeats that expired before a time, and returns how many.
	SweepRepeats(ctx context.Context, before time.Time, limit int) (int, error)
	// ReturnSpace gives a little of the space that was left by what is gone back to the file system, where the engine
	// does not do so by itself, and reports whether it did.
	ReturnSpace(ctx context.Context) (bool, error)
}
