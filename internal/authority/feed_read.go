package authority

import (
	"context"
	"slices"
	"time"
)

// FollowFeed reads the feed every little while until ctx ends, and then lets go of everybody who follows it here.
// told is called with the outcome of every reading.
func (a *Authority) FollowFeed(ctx context.Context, told func(error)) {
	defer close(a.feed.ended)
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for {
		err := a.ReadFeed(ctx)
		if ctx.Err() != nil {
			return
		}
		told(err)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// ReadFeed takes in what is new in the feed: on return everything is known that was committed before the call.
func (a *Authority) ReadFeed(ctx context.Context) error {
	f := a.feed
	f.reading.Lock()
	defer f.reading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, feedBound)
	defer cancel()
	began, now := time.Now(), a.store.Now()
	err := a.readFeed(ctx)
	f.note(err, began, now)
	if err == nil {
		f.tell(FeedReading{Began: began})
	}
	return err
}

// note remembers how a reading ended.
func (f *feed) note(err error, began, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed = err; err == nil {
		f.heardAt, f.heard = began, now
	}
}

// readFeed reads page after page until one is not full.
func (a *Authority) readFeed(ctx context.Context) error {
	for {
		after, asked := a.feed.position()
		var page FeedPage
		err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
			page, err = v.Feed(ctx, after, feedBatch, asked)
			return err
		})
		if err != nil {
			return err
		}
		if !a.feed.inEpoch(page.Epoch, a.store.Now()) {
			continue // from the beginning
		}
		a.feed.take(page, a.store.Now())
		if err := a.markGaps(ctx); err != nil {
			return err
		}
		if n := len(page.Entries); n < feedBatch || page.Entries[n-1].Sequence <= after {
			return nil
		}
	}
}

// markGaps learns what must have ended before the new gaps can be given up: a transaction takes its number before one
// of the feed's, and whoever took a lower one of the feed's took it before what is seen was committed.
func (a *Authority) markGaps(ctx context.Context) error {
	if !a.feed.unmarked() {
		return nil
	}
	var mark int64
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		mark, err = v.FeedMark(ctx)
		return err
	})
	if err == nil {
		a.feed.mu.Lock()
		defer a.feed.mu.Unlock()
		a.feed.memory.gaps.marked(mark)
	}
	return err
}

func (f *feed) position() (after int64, asked []FeedRange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.memory.high, f.memory.gaps.ranges()
}

func (f *feed) unmarked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.memory.gaps.unmarked()
}

// inEpoch reports whether a page goes on from what is remembered. After a fail-over the same numbers may be of other
// entries: everything is forgotten, and whoever follows is told to doubt everything.
func (f *feed) inEpoch(epoch string, now time.Time) bool {
	f.mu.Lock()
	was := f.epoch
	f.epoch = epoch
	if was == "" || was == epoch {
		f.mu.Unlock()
		return true
	}
	f.memory, f.doubted = feedMemory{}, now
	f.generation++
	f.resets++
	f.wake()
	f.mu.Unlock()
	f.tell(FeedReading{Reset: true})
	return false
}

// take remembers a page and tells those who wait and listen.
func (f *feed) take(page FeedPage, now time.Time) {
	f.mu.Lock()
	fresh := f.memory.add(page.Entries, now, now.Add(-feedWindow))
	f.memory.gaps.settle(page.Settled)
	f.memory.forget(now.Add(-feedWindow))
	if len(fresh) == 0 {
		f.mu.Unlock()
		return
	}
	f.seen += int64(len(fresh))
	f.delay = now.Sub(fresh[len(fresh)-1].At)
	reset := slices.ContainsFunc(fresh, func(e FeedEntry) bool { return e.Kind == FeedEverything })
	if reset {
		f.resets++
	}
	f.wake()
	f.mu.Unlock()
	f.tell(FeedReading{Entries: fresh, Reset: reset})
}

// wake lets those who wait look again; the caller holds the lock.
func (f *feed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// tell calls those who listen, in the order of the readings; the caller holds reading and not the lock.
func (f *feed) tell(r FeedReading) {
	f.mu.Lock()
	listeners := f.listeners
	r.Seen = FeedSeen{High: f.memory.high, Gaps: f.memory.gaps.ranges(), Epoch: f.epoch}
	f.mu.Unlock()
	for _, listen := range listeners {
		listen(r)
	}
}
