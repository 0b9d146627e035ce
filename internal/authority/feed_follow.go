package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

const (
	maxFollowers   = 1000 // on one node
	maxFollowersOf = 100  // by one credential
)

// ErrFeedEnds is what a follower gets from a node that stops: it goes on at another one.
var ErrFeedEnds = fault.New(fault.Unavailable, "draining", "This node is about to stop.")

// FeedFollower is somebody who follows the feed. It is not safe for concurrent use.
type FeedFollower struct {
	authority  *Authority
	credential CredentialID
	depends    map[fact]bool
	cursor     feedCursor
	generation int
	reset      time.Time // to be told next
}

// FollowRevocations begins to follow what has ended or changed, after a cursor that any node of this installation gave
// out, or from the oldest that an access token may still depend on. It needs grant.ReadFeed at the installation by a
// credential that is restricted to no tenant, and fails with Malformed for what is no cursor and with Unavailable when
// too many follow already. The follower must be closed.
func (a *Authority) FollowRevocations(ctx context.Context, by Actor, cursor string) (*FeedFollower, error) {
	if err := a.RequireFeed(ctx, by); err != nil {
		return nil, err
	}
	c, known := feedCursor{}, true
	if cursor != "" {
		var err error
		if c, known, err = parseCursor(cursor); err != nil {
			return nil, err
		}
	}
	if err := a.catchUp(ctx, c); err != nil {
		return nil, err
	}
	return a.admitFollower(by, c, known)
}

// RequireFeed fails, and records it, when an actor may not follow the feed, or may no more.
func (a *Authority) RequireFeed(ctx context.Context, by Actor) error {
	err := by.refusedFeed()
	if err == nil {
		return nil
	}
	e := by.event(audit.Authenticate)
	e.Detail = detail(nil, "permission", string(grant.ReadFeed))
	return a.refuse(ctx, e, err)
}

func (by Actor) refusedFeed() error {
	switch {
	case by.IsZero():
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot follow the feed.")
	case !by.may(grant.ReadFeed, root):
		return fault.New(fault.Denied, ReasonNoPermission, "This credential does not follow the feed.")
	}
	return nil
}

// catchUp reads when nothing has been read for too long, or when a cursor knows more than this node: another one has
// read later.
func (a *Authority) catchUp(ctx context.Context, c feedCursor) error {
	a.feed.mu.Lock()
	stale := a.feed.status(time.Now()).Stale
	_, knows := a.feed.memory.factAt(c.high)
	behind := !knows && c.high > a.feed.memory.floor
	a.feed.mu.Unlock()
	if stale || behind {
		return a.ReadFeed(ctx)
	}
	return nil
}

// admitFollower lets a follower in at a cursor. One whose number is of something else here is of another history.
func (a *Authority) admitFollower(by Actor, c feedCursor, known bool) (*FeedFollower, error) {
	f, now := a.feed, a.store.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	all := 0
	for _, n := range f.followers {
		all += n
	}
	if all >= maxFollowers || f.followers[by.credential().ID] >= maxFollowersOf {
		full := fault.New(fault.Unavailable, "too-many-followers", "Too many follow the feed here.")
		full.RetryAfter = 5 * time.Second
		return nil, full
	}
	follower := &FeedFollower{authority: a, credential: by.credential().ID, depends: by.facts(), cursor: c, generation: f.generation}
	here, ok := f.memory.factAt(c.high)
	if !known || ok && c.high > 0 && string(here[:cursorFact]) != string(c.fact[:cursorFact]) || !ok && c.high > f.memory.floor {
		follower.cursor = cursorAt(f.memory.high, f.memory.highFact, f.memory.gaps.ranges())
		follower.reset = now.Add(feedMargin)
	}
	f.followers[by.credential().ID]++
	return follower, nil
}
