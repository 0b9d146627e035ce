package server

import (
	"context"
	"time"
)

const (
	endedEvery = 10 * time.Minute // between two walks over all sessions and login tokens
	warmFor    = 4                // times as long as a step took rests who reads ahead while requests come, with a fifth of a core: until then each use costs more
	dropFor    = 19               // and who drops what has ended, with a twentieth
	lookFor    = 99               // and who looks for it and finds nothing, with a hundredth: nobody waits for that
	restMost   = time.Minute      // however long a step was held up
	restLeast  = time.Millisecond // so that a log-in comes between any two steps
)

// warmThenSweepUntil reads from the store what will be asked for, and then drops what ended, beside the requests and one
// after the other.
func (s *Server) warmThenSweepUntil(ctx context.Context) {
	began := time.Now()
	done, err := s.memory.Warm(ctx, restingBetween(s.unlessIdle(warmFor)))
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		s.log.Warn("not all live sessions could be read ahead; they are read as they are used", "cause", err.Error())
	case done.Sessions > 0:
		s.log.Info("live sessions are in memory", "sessions", done.Sessions, "at_most", s.config.Memory.Sessions, "within", time.Since(began).Round(time.Millisecond).String())
		if done.Full {
			s.log.Warn("as many are in memory as may be; the rest is read from the store whenever it is shown: where there is memory for it, "+
				"raise --memory-sessions (120 bytes each) or --memory-principals (600 bytes each)",
				"sessions", done.Sessions, "opened_by", done.Origins)
		}
	}
	s.sweepEndedUntil(ctx)
}

// sweepEndedUntil drops sessions and login tokens that ended long ago, beside the requests. Every node does: what one
// has dropped the others do not find.
func (s *Server) sweepEndedUntil(ctx context.Context) {
	tick := time.NewTicker(endedEvery)
	defer tick.Stop()
	for {
		if _, err := s.authority.SweepEnded(ctx, restingAfterLooks()); err != nil && ctx.Err() == nil {
			s.log.Error("what has ended could not be dropped; it is tried again", "cause", err.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// unlessIdle returns so many times, but none for as long as nobody asks this node for anything between two calls. Who waits
// for a hash has left their place.
func (s *Server) unlessIdle(times time.Duration) func() time.Duration {
	var before int64
	return func() time.Duration {
		now := s.admission.asked.Load()
		idle := now == before && s.admission.places.Taken() == 0 && s.hashing.Running() == 0
		before = now
		if idle {
			return 0
		}
		return times
	}
}

// restingAfterLooks returns a pause for a walk: a longer one after a step that only looked.
func restingAfterLooks() func(ctx context.Context, wrote bool) error {
	times := time.Duration(lookFor)
	rest := restingBetween(func() time.Duration { return times })
	return func(ctx context.Context, wrote bool) error {
		if times = lookFor; wrote {
			times = dropFor
		}
		return rest(ctx)
	}
}

// restingBetween returns a pause that is so many times as long as the step before it took.
func restingBetween(times func() time.Duration) func(ctx context.Context) error {
	began := time.Now()
	return func(ctx context.Context) error {
		rest := time.NewTimer(min(max(restLeast, times()*time.Since(began)), restMost))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-ctx.Done():
		}
		began = time.Now()
		return ctx.Err()
	}
}
