package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

var feedCases = []Case{
	{"the feed has what was published, in order, and nothing of a failed change", func(t testing.TB, s Subject) {
		s.change(t, func(tx authority.Tx) {
			tx.Publish(authority.FeedSession, "a")
			tx.Publish(authority.FeedTenant, "b")
		})
		_ = s.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
			tx.Publish(authority.FeedTenant, "never")
			return errRefused
		})
		s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedCredential, "c") })
		entries := s.feed(t, 0, 10).Entries
		if len(entries) != 3 || entries[0].Key != "a" || entries[2].Kind != authority.FeedCredential || !entries[0].At.Equal(s.Store.Now()) {
			t.Fatalf("feed %+v", entries)
		}
		if rest := s.feed(t, entries[0].Sequence, 1).Entries; len(rest) != 1 || rest[0].Key != "b" {
			t.Errorf("after the first %+v", rest)
		}
	}},
	{"the feed shows what is in a gap, whatever the limit, before what comes after", func(t testing.TB, s Subject) {
		for range 6 {
			s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedSession, "a") })
		}
		all := s.feed(t, 0, 10).Entries
		page := s.feed(t, all[4].Sequence, 1, authority.FeedRange{From: all[0].Sequence, To: all[1].Sequence},
			authority.FeedRange{From: all[3].Sequence, To: all[3].Sequence})
		var got []int64
		for _, f := range page.Entries {
			got = append(got, f.Sequence-all[0].Sequence)
		}
		if len(got) != 4 || got[0] != 0 || got[1] != 1 || got[2] != 3 || got[3] != 5 {
			t.Errorf("the entries %v", got)
		}
	}},
	{"a change that has ended is in sight once the mark is reached, one under way holds it back", func(t testing.TB, s Subject) {
		s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedSession, "a") })
		mark := s.mark(t)
		s.settledFeed(t, mark)
		held, let, done := make(chan int64, 1), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- s.Store.Change(context.Background(), func(ctx context.Context, tx authority.Tx) error {
				tx.Publish(authority.FeedSession, "late")
				if _, err := tx.Setting(ctx, "fence"); err != nil { // sends what is queued
					return err
				}
				held <- 1
				<-let
				return nil
			})
		}()
		<-held
		mark = s.mark(t)
		page := s.feed(t, 0, 10)
		if len(page.Entries) != 1 || mark > 0 && page.Settled >= mark {
			t.Errorf("with a change under way: %d entries, settled %d, mark %d", len(page.Entries), page.Settled, mark)
		}
		close(let)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if page := s.settledFeed(t, mark); len(page.Entries) != 2 {
			t.Errorf("after it: %d entries", len(page.Entries))
		}
	}},
	{"another epoch begins when the fence is raised", func(t testing.TB, s Subject) {
		before := s.feed(t, 0, 1).Epoch
		s.change(t, func(tx authority.Tx) { tx.RaiseFence() })
		if after := s.feed(t, 0, 1).Epoch; before == "" || after == before {
			t.Errorf("epochs %q and %q", before, after)
		}
	}},
	{"sweeping drops what is old in small batches, and never the last of all", func(t testing.TB, s Subject) {
		for range 5 {
			s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedSession, "old") })
		}
		s.Clock.Advance(time.Minute)
		cut := s.Store.Now()
		s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedSession, "new") })
		if n := s.sweep(t, cut, 3); n != 3 {
			t.Errorf("the first batch dropped %d", n)
		}
		if n := s.sweep(t, cut, 3); n != 2 {
			t.Errorf("the second batch dropped %d", n)
		}
		if n := s.sweep(t, cut.Add(time.Hour), 3); n != 0 {
			t.Errorf("it dropped the last")
		}
		if left := s.feed(t, 0, 10).Entries; len(left) != 1 || left[0].Key != "new" {
			t.Errorf("left: %+v", left)
		}
	}},
}

func (s Subject) feed(t testing.TB, after int64, limit int, gaps ...authority.FeedRange) (page authority.FeedPage) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		page, err = v.Feed(ctx, after, limit, gaps)
		return err
	})
	return page
}

func (s Subject) mark(t testing.TB) (mark int64) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		mark, err = v.FeedMark(ctx)
		return err
	})
	return mark
}

func (s Subject) sweep(t testing.TB, before time.Time, limit int) (n int) {
	t.Helper()
	err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) (err error) {
		n, err = tx.SweepFeed(ctx, before, limit)
		return err
	})
	if err != nil {
		t.Fatalf("sweep: %v", err)
	}
	return n
}

// settledFeed returns the feed once a mark is reached. What else runs on the same server, in whichever database, may be
// under way: it is reached when that has ended.
func (s Subject) settledFeed(t testing.TB, mark int64) (page authority.FeedPage) {
	t.Helper()
	for tries := 0; ; tries++ {
		if page = s.feed(t, 0, 10); page.Settled >= mark {
			return page
		}
		if tries == 10_000 {
			t.Fatalf("nothing is under way, and settled is %d with a mark of %d", page.Settled, mark)
		}
	}
}
