package authority

import (
	"context"
	"time"
)

// FeedPage is a part of the feed as the store shows it at one moment.
type FeedPage struct {
	Entries []FeedEntry // by sequence number
	Epoch   string      // of the fence: under another one the history may be another
	Settled int64       // every change whose mark is not over it has ended before this was read
}

// FeedRange is the sequence numbers from one to another, both included.
type FeedRange struct{ From, To int64 }

// FeedSeen is how far somebody has come in the feed: everything up to High has been seen but what is in the gaps.
type FeedSeen struct {
	High  int64
	Gaps  []FeedRange
	Epoch string
}

// FeedView reads the feed of what ended or changed facts. Changes take their sequence numbers before they commit, so
// that a lower number may come into sight after a higher one, and one that failed leaves a gap for good.
type FeedView interface {
	// Feed returns all entries within gaps, then up to limit entries after a sequence number.
	Feed(ctx context.Context, after int64, limit int, gaps []FeedRange) (FeedPage, error)
	// FeedMark returns a mark that is over that of every change which has taken a sequence number by now: what such a
	// change published is in sight of every Feed whose Settled has reached the mark, or was never committed.
	FeedMark(ctx context.Context) (int64, error)
}

// FeedTx writes the feed.
type FeedTx interface {
	// Publish adds to the feed what this change ended or changed.
	Publish(kind FeedKind, key string)
	// SweepFeed drops those of the up to limit lowest entries that are older than a time, and returns how many those
	// were. The highest entry stays, so that it can be told how far the feed has come.
	SweepFeed(ctx context.Context, before time.Time, limit int) (int, error)
}
