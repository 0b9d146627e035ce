package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	feedPath      = "/v1/revocations"
	firstBackoff  = 100 * time.Millisecond
	longBackoff   = 2 * time.Second
	deniedBackoff = 15 * time.Second
	silentStreams = 2               // after so many streams that said nothing in time, something between holds them back
	streamAgain   = 5 * time.Minute // after which a stream is tried again
)

// follower follows the feed of what ended or changed, and says whether it is heard from.
type follower struct {
	client *Client
	memory *memory
	now    func() time.Time
	bound  time.Duration
	log    *slog.Logger
	first  chan struct{} // closed when it has been heard to its end for the first time

	mu      sync.Mutex
	heardAt time.Time
	started bool
	closed  bool

	// Of the one goroutine that follows.
	cursor string
	silent int
	cut    bool
	pollTo time.Time
}

func newFollower(c *Client, m *memory, o VerifierOptions) *follower {
	return &follower{client: c, memory: m, now: o.Now, bound: o.CutBound, log: o.Log, first: make(chan struct{})}
}

// live reports whether the feed has been heard from within its bound, so that silence means that nothing has ended.
func (f *follower) live() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.started && !f.closed && f.now().Sub(f.heardAt) <= f.bound
}

func (f *follower) silence() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.started {
		return 0
	}
	return f.now().Sub(f.heardAt)
}

// hear notes that everything up to a moment of ours has been delivered.
func (f *follower) hear(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at.After(f.heardAt) {
		f.heardAt = at
	}
	if !f.started {
		f.started = true
		close(f.first)
	}
	if f.cut {
		f.cut = false
		f.log.Info("doorward: the feed of what has ended is back")
	}
}

// follow goes on until ctx ends.
func (f *follower) follow(ctx context.Context) {
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.closed = true
	}()
	for failures := 0; ctx.Err() == nil; {
		before := f.heardLast()
		err := f.once(ctx)
		if ctx.Err() != nil {
			return
		}
		f.say(err)
		if f.heardLast().After(before) {
			failures = 0
		}
		if err == nil {
			continue
		}
		if pause(ctx, f.backoff(err, failures)) != nil {
			return
		}
		failures++
	}
}

func (f *follower) heardLast() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heardAt
}

// once follows a stream until it breaks, or polls once where streams do not come through.
func (f *follower) once(ctx context.Context) error {
	if f.now().Before(f.pollTo) {
		return f.poll(ctx)
	}
	err := f.stream(ctx)
	switch {
	case errors.Is(err, errNoStream):
		f.pollTo = f.now().Add(streamAgain)
		return nil
	case errors.Is(err, errSilent):
		if f.silent++; f.silent >= silentStreams {
			f.silent, f.pollTo = 0, f.now().Add(streamAgain)
		}
	}
	return f.lost(err)
}

// lost begins anew when the cursor is none any more: then all comes again that a living token can depend on.
func (f *follower) lost(err error) error {
	var problem *Problem
	if errors.As(err, &problem) && problem.Status == http.StatusBadRequest && f.cursor != "" {
		f.cursor = ""
	}
	return err
}

func (f *follower) backoff(err error, failures int) time.Duration {
	var problem *Problem
	if errors.As(err, &problem) {
		if problem.RetryAfter > 0 {
			return min(problem.RetryAfter, deniedBackoff)
		}
		if problem.Status == http.StatusUnauthorized || problem.Status == http.StatusForbidden {
			return deniedBackoff
		}
	}
	wait := min(firstBackoff<<min(failures, 10), longBackoff)
	return wait/2 + rand.N(wait/2+1)
}

// say logs once when the feed is cut; hear logs when it is back.
func (f *follower) say(err error) {
	if err != nil && !f.cut && !f.live() {
		f.cut = true
		f.log.Warn("doorward: the feed of what has ended is cut", "silent", f.silence().String(), "cause", err.Error())
	}
}

// entry is one line of the feed.
type entry struct {
	Cursor string    `json:"cursor"`
	Fact   string    `json:"fact"`
	Ended  bool      `json:"ended"`
	At     time.Time `json:"at"`
}

// take remembers an entry. The cursor moves after it, so that nothing is lost between.
func (f *follower) take(e entry) error {
	if e.Fact == "" {
		return fmt.Errorf("doorward: %w: an entry of the feed names no fact", errAnswer)
	}
	f.memory.hear(e.Fact, e.Ended, e.At)
	f.moveTo(e.Cursor)
	return nil
}

func (f *follower) moveTo(cursor string) {
	if cursor != "" {
		f.cursor = cursor
	}
}

// heardFrom says how far the node that is followed has heard from its store.
type heardFrom struct {
	Ago int64 `json:"heard_ago_ms"`
}

// hearFrom notes that nothing is missing that was committed before; a node that is stale itself knows of nothing.
func (f *follower) hearFrom(said heardFrom, stale bool) {
	if !stale {
		f.hear(f.now().Add(-time.Duration(max(0, said.Ago)) * time.Millisecond))
	}
}
