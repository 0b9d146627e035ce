package server

import (
	"context"
	"time"
)

const (
	endedEvery = 10 * time.Minute     // between two walks over all sessions and login tokens
	restFor    = 4                    // times as long as a step took: a walk takes a fifth of one connection
	restLeast  = 5 * time.Millisecond // so that a log-in comes between any two steps
)

// sweepEndedUntil drops sessions and login tokens that ended long ago, beside the requests. Every node does: what one
// has dropped the others do not find.
func (s *Server) sweepEndedUntil(ctx context.Context) {
	tick := time.NewTicker(endedEvery)
	defer tick.Stop()
	for {
		if _, err := s.authority.SweepEnded(ctx, restingBetween()); err != nil && ctx.Err() == nil {
			s.log.Error("what has ended could not be dropped; it is tried again", "cause", err.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// restingBetween returns a pause that is longer the longer the step before it took.
func restingBetween() func(ctx context.Context) error {
	began := time.Now()
	return func(ctx context.Context) error {
		rest := time.NewTimer(max(restLeast, restFor*time.Since(began)))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-ctx.Done():
		}
		began = time.Now()
		return ctx.Err()
	}
}
