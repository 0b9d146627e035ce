package testenv

import (
	"context"
	"testing"
)

// Follow lets the authority follow the feed of its store until the test ends, as a server does. It is called before
// what serves, so that who follows is let go first.
func (e *Env) Follow(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		e.Authority.FollowFeed(ctx, func(error) {})
	}()
	context.AfterFunc(t.Context(), stop)
	t.Cleanup(func() { <-stopped })
}
