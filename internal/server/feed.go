package server

import (
	"context"
	"net"
	"sync"
	"time"
)

const sweepEvery = time.Minute

// startBeside starts what goes on beside the requests until ctx ends, which lets those go who follow the feed, so that
// draining does not wait for them. stop ends it too, and waits for it.
func (s *Server) startBeside(ctx context.Context, operator net.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	for _, until := range []func(context.Context){
		s.followUntil, s.sweepUntil, s.warmThenSweepUntil, s.keepHeadroomUntil,
		func(ctx context.Context) { s.serveOperatorUntil(ctx, operator) },
	} {
		beside.Go(func() { until(ctx) })
	}
	return func() {
		cancel()
		beside.Wait()
	}
}

// followUntil follows the feed until ctx ends, and says in the log when it cannot and when it can again.
func (s *Server) followUntil(ctx context.Context) {
	stale := false
	s.authority.FollowFeed(ctx, func(err error) {
		switch now := s.authority.FeedStatus().Stale; {
		case now && !stale && err != nil:
			stale = true
			s.log.Error("the feed of what has ended cannot be read; whoever follows it here is told", "cause", err.Error())
		case !now && stale:
			stale = false
			s.log.Info("the feed of what has ended can be read again")
		}
	})
}

// sweepUntil drops what nobody needs any more, every little while.
func (s *Server) sweepUntil(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			for what, sweep := range map[string]func(context.Context) (int, error){
				"feed": s.authority.SweepFeed, "once": s.authority.SweepOnce, "repeats": s.authority.SweepRepeats,
			} {
				if _, err := sweep(ctx); err != nil && ctx.Err() == nil {
					s.log.Error("what nobody needs could not be dropped; it is tried again", "what", what, "cause", err.Error())
				}
			}
		case <-ctx.Done():
			return
		}
	}
}
