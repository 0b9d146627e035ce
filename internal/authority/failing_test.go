package authority_test

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// failing is a real store whose changes can be made to fail in the ways that real ones do.
type failing struct {
	authority.Store
	how    atomic.Int64
	taken  secret.ID // of an event that is there
	during func()    // what happens meanwhile
	wrote  written
}

// How a change fails.
const (
	failNever         = iota
	failBefore        // the store cannot be reached
	failEvent         // the event cannot be written: its ID is taken
	failUnknownDone   // it was committed, but nobody was told
	failUnknownUndone // it was not committed, but nobody was told
)

// written are the rows that a change tried to write.
type written struct {
	sessions []authority.SessionID
	tokens   []authority.LoginTokenID
}

var errLost = errors.New("the connection was lost during COMMIT")

func (f *failing) fail(how int64) { f.how.Store(how) }

func (f *failing) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	how := f.how.Load()
	if how == failBefore {
		if f.during != nil {
			f.during()
		}
		return &fault.Error{Kind: fault.Unavailable, Reason: "store-unavailable"}
	}
	err := f.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		f.wrote = written{}
		if err := change(ctx, failingTx{tx, f}); err != nil {
			return err
		}
		if how == failUnknownUndone {
			return errLost
		}
		return nil
	})
	if how == failUnknownDone && err == nil || errors.Is(err, errLost) {
		return fault.UnknownOutcome(errLost)
	}
	return err
}

// failingTx appends events under an ID that is taken, so that the engine itself refuses them.
type failingTx struct {
	authority.Tx
	of *failing
}

func (t failingTx) Append(e audit.Event) {
	if t.of.how.Load() == failEvent {
		e.ID = t.of.taken
	}
	t.Tx.Append(e)
}

func (t failingTx) PutSession(s authority.Session) {
	t.of.wrote.sessions = append(t.of.wrote.sessions, s.ID)
	t.Tx.PutSession(s)
}

func (t failingTx) PutLoginToken(l authority.LoginToken) {
	t.of.wrote.tokens = append(t.of.wrote.tokens, l.ID)
	t.Tx.PutLoginToken(l)
}
