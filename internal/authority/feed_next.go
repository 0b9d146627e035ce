package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

// Next returns what is new, up to a thousand facts at once and what came late, or after wait that there was nothing. It
// fails with ErrFeedEnds, and with what there still was, when this node stops following the feed.
func (f *FeedFollower) Next(ctx context.Context, wait time.Duration) (FeedNews, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for waited := false; ; {
		news, changed := f.take()
		if waited || len(news.Facts) > 0 || !news.ResetAt.IsZero() {
			return news, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			waited = true
		case <-f.authority.feed.ended:
			news, _ := f.take()
			return news, ErrFeedEnds
		case <-ctx.Done():
			return FeedNews{}, ctx.Err()
		}
	}
}

// Close lets somebody else follow.
func (f *FeedFollower) Close() {
	feed := f.authority.feed
	feed.mu.Lock()
	defer feed.mu.Unlock()
	if feed.followers[f.credential]--; feed.followers[f.credential] <= 0 {
		delete(feed.followers, f.credential)
	}
}

// take returns what there is now, and what is closed when there is more.
func (f *FeedFollower) take() (FeedNews, <-chan struct{}) {
	feed := f.authority.feed
	now := f.authority.store.Now()
	feed.mu.Lock()
	defer feed.mu.Unlock()
	if f.generation != feed.generation {
		f.generation, f.reset, f.cursor = feed.generation, feed.doubted.Add(feedMargin), feedCursor{}
	}
	records, next, missed := feed.memory.collect(f.cursor, feedBatch)
	if missed {
		f.reset = now.Add(feedMargin)
	}
	facts, reset := factsOf(f.cursor, next, records)
	if f.reset.After(reset) {
		reset = f.reset
	}
	f.cursor, f.reset = next, time.Time{}
	status := feed.status(time.Now())
	news := FeedNews{
		Facts: facts, Cursor: next.text(), ResetAt: reset, More: next.high < feed.memory.high,
		Heard: feed.heard, Ago: status.Ago, Stale: status.Stale, Self: !reset.IsZero(),
	}
	for _, r := range records {
		news.Self = news.Self || f.depends[r.fact]
	}
	return news, feed.changed
}

// facts returns what decides whether the actor still counts and may do what it does.
func (by Actor) facts() map[fact]bool {
	all := map[fact]bool{}
	add := func(kind FeedKind, key string) {
		var f fact
		copy(f[:], secret.Fact(string(kind), key))
		all[f] = true
	}
	add(FeedSession, by.session.String())
	add(FeedCredential, by.credential().ID.String())
	add(FeedPrincipal, string(by.Principal().ID))
	add(FeedAudience, strconv.FormatInt(int64(by.credential().Audience), 10))
	for id := range by.standing().Tenants {
		add(FeedTenant, string(id))
	}
	for _, g := range by.standing().Grants {
		add(FeedRole, string(g.Role))
	}
	return all
}
