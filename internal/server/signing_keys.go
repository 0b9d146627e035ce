package server

import (
	"context"
	"time"
)

// refreshEvery is how often a node asks for changes of the signing keys, so that one killed on another node is refused
// here about a second later.
const refreshEvery = time.Second

// refreshUntil keeps the signing keys up to date until ctx ends. A store that cannot be reached is said once, not every
// second; meanwhile nothing is decided by keys that are old.
func (s *Server) refreshUntil(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.authority.RefreshSigningKeys(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			s.log.Error("the signing keys cannot be read or rotated; it is tried again every second", "cause", err.Error())
		case err == nil && failing:
			s.log.Info("the signing keys are up to date again")
		}
		failing = err != nil
	}
}
