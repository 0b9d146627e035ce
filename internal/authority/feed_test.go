package authority_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// otherNode is another authority over the same store.
func otherNode(t testing.TB, env *testenv.Env) *testenv.Env {
	return testenv.NewOn(t, env.Engine, env.Store, env.Clock)
}

func follow(t testing.TB, env *testenv.Env, cursor string) *authority.FeedFollower {
	t.Helper()
	f, err := env.Authority.FollowRevocations(t.Context(), as(t, env, portal), cursor)
	if err != nil {
		t.Fatalf("follow after %q: %v", cursor, err)
	}
	t.Cleanup(f.Close)
	return f
}

// newsFor returns what a node reads and a follower gets of it now.
func newsFor(t testing.TB, env *testenv.Env, f *authority.FeedFollower) authority.FeedNews {
	t.Helper()
	if err := env.Authority.ReadFeed(t.Context()); err != nil {
		t.Fatal(err)
	}
	news, err := f.Next(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return news
}

func factsIn(news authority.FeedNews) (facts []string) {
	for _, f := range news.Facts {
		facts = append(facts, f.Fact)
	}
	return facts
}

func publish(t testing.TB, env *testenv.Env, keys ...string) {
	t.Helper()
	change(t, env, func(_ context.Context, tx authority.Tx) error {
		for _, key := range keys {
			tx.Publish(authority.FeedSession, key)
		}
		return nil
	})
}

func factOf(key string) string { return secret.Fact(string(authority.FeedSession), key) }

func TestAFollowerOfOneNodeHearsWhatEndedOnAnother(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		node := otherNode(t, env)
		f := follow(t, node, "")
		before := newsFor(t, node, f)
		_, by := signedIn(t, env, pair)
		if err := env.Authority.CloseSession(t.Context(), by); err != nil {
			t.Fatal(err)
		}
		news := newsFor(t, node, f)
		if len(news.Facts) != 1 || !news.Facts[0].Ended || news.Facts[0].Cursor != news.Cursor || news.Cursor == before.Cursor ||
			!news.Facts[0].At.After(env.Clock.Now()) || news.Stale || news.Heard != env.Clock.Now() {
			t.Errorf("%+v", news)
		}
		if _, _, err := env.Authority.SuspendTenant(t.Context(), operator, acme); err != nil {
			t.Fatal(err)
		}
		if news := newsFor(t, node, f); len(news.Facts) != 1 || news.Facts[0].Ended || news.Facts[0].Fact != secret.Fact("tenant", string(acme)) {
			t.Errorf("%+v", news)
		}
		if news := newsFor(t, node, f); len(news.Facts) != 0 || !news.ResetAt.IsZero() {
			t.Errorf("twice: %+v", news)
		}
	})
}

// A transaction that has taken a number of the feed and does not end: PostgreSQL shows what came after it first.
func TestALongChangeHoldsNothingBackAndIsNotLost(t *testing.T) {
	env := testenv.New(t, "postgres")
	env.Apply(t, coreDirectory)
	for _, commit := range []bool{true, false} {
		f := follow(t, env, "")
		newsFor(t, env, f)
		held, let, ended := make(chan bool), make(chan bool), make(chan error, 1)
		go func() {
			ended <- env.Store.Change(context.Background(), func(ctx context.Context, tx authority.Tx) error {
				tx.Publish(authority.FeedSession, "held back")
				if _, err := tx.Setting(ctx, "fence"); err != nil { // sends what is queued
					return err
				}
				held <- true
				if !<-let {
					return errors.New("no")
				}
				return nil
			})
		}()
		<-held
		publish(t, env, "later")
		news := newsFor(t, env, f)
		if got := factsIn(news); !slices.Equal(got, []string{factOf("later")}) {
			t.Fatalf("beside it: %v", got)
		}
		if again := newsFor(t, env, f); len(again.Facts) != 0 || env.Authority.FeedStatus().Gaps != 1 {
			t.Errorf("%d facts again, with %+v", len(again.Facts), env.Authority.FeedStatus())
		}
		elsewhere := follow(t, otherNode(t, env), news.Cursor) // the cursor says what is missing
		let <- commit
		if err := <-ended; (err == nil) != commit {
			t.Fatal(err)
		}
		var want []string
		if commit {
			want = []string{factOf("held back")}
		}
		if got := factsIn(newsFor(t, env, f)); !slices.Equal(got, want) {
			t.Errorf("after it: %v", got)
		}
		node := otherNode(t, env)
		if err := node.Authority.ReadFeed(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := factsIn(newsFor(t, node, follow(t, node, news.Cursor))); !slices.Equal(got, want) {
			t.Errorf("elsewhere: %v", got)
		}
		elsewhere.Close()
		// What else runs on the same server, in whichever database, may be under way: the gap closes when it has ended.
		for tries := 0; env.Authority.FeedStatus().Gaps != 0; tries++ {
			if err := env.Authority.ReadFeed(t.Context()); err != nil || tries == 10_000 {
				t.Fatalf("nothing is under way any more: %+v, %v", env.Authority.FeedStatus(), err)
			}
		}
	}
}

func TestACursorIsGoodOnEveryNodeUntilItIsTooOld(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		f := follow(t, env, "")
		publish(t, env, "a", "b", "c")
		first := newsFor(t, env, f)
		last := len(first.Facts) - 1
		node := otherNode(t, env)
		if got := factsIn(newsFor(t, node, follow(t, node, first.Facts[last-1].Cursor))); !slices.Equal(got, []string{factOf("c")}) {
			t.Errorf("after b: %v", got)
		}
		publish(t, env, "d")
		knows := newsFor(t, env, f).Cursor
		behind := follow(t, node, knows) // the node has not read d yet
		if news := newsFor(t, node, behind); len(news.Facts) != 0 || !news.ResetAt.IsZero() {
			t.Errorf("a node that is behind: %+v", news)
		}
		env.Clock.Advance(time.Hour)
		if news := newsFor(t, env, follow(t, env, first.Cursor)); !news.ResetAt.IsZero() || len(news.Facts) != 1 {
			t.Errorf("after an hour: %+v", news)
		}
		env.Clock.Advance(time.Hour)
		publish(t, env, "e")
		newsFor(t, env, f)
		news := newsFor(t, env, follow(t, env, first.Cursor))
		if !news.ResetAt.After(env.Clock.Now()) || len(news.Facts) != 0 {
			t.Errorf("after two hours: %+v", news)
		}
		if news := newsFor(t, env, follow(t, env, knows)); !news.ResetAt.IsZero() || len(news.Facts) != 1 {
			t.Errorf("after two hours in which nothing happened: %+v", news)
		}
		if news := newsFor(t, env, follow(t, env, "")); !slices.Equal(factsIn(news), []string{factOf("e")}) {
			t.Errorf("who is new gets what is still worth something: %+v", news)
		}
	})
}

// A store that was put back in time has other entries under the same numbers.
func TestACursorOfAnotherHistoryIsReset(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		publish(t, env, "a", "b", "c")
		cursor := newsFor(t, env, follow(t, env, "")).Cursor
		for name, keys := range map[string][]string{"shorter": {"a"}, "as long": {"a", "b", "x"}, "longer": {"a", "b", "x", "y"}} {
			other := testenv.New(t, env.Engine)
			other.Apply(t, coreDirectory)
			publish(t, other, keys...)
			if news := newsFor(t, other, follow(t, other, cursor)); news.ResetAt.IsZero() {
				t.Errorf("%s: %+v", name, news)
			}
		}
	})
}

func TestEverythingIsDoubtedAfterTheFenceWasRaised(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		node := otherNode(t, env)
		f := follow(t, node, "")
		cursor := newsFor(t, node, f).Cursor
		var resets int
		node.Authority.SubscribeFeed(func(r authority.FeedReading) {
			if r.Reset {
				resets++
			}
		})
		if _, err := env.Authority.RaiseFence(t.Context(), operator); err != nil {
			t.Fatal(err)
		}
		if news := newsFor(t, node, f); !news.ResetAt.After(env.Clock.Now()) || !news.Self || resets == 0 {
			t.Errorf("%d resets, %+v", resets, news)
		}
		for name, after := range map[string]string{"who goes on": cursor, "who is new": ""} {
			if news := newsFor(t, env, follow(t, env, after)); !news.ResetAt.After(env.Clock.Now()) {
				t.Errorf("%s: %+v", name, news)
			}
		}
	})
}

func TestANodeThatStartsKnowsWhatTheOthersKnow(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		publish(t, env, "old")
		env.Clock.Advance(2 * time.Hour)
		publish(t, env, slices.Repeat([]string{"young"}, 1200)...)
		node := otherNode(t, env)
		f, got := follow(t, node, ""), 0
		for more := true; more; {
			news := newsFor(t, node, f)
			got, more = got+len(news.Facts), news.More
		}
		if status := node.Authority.FeedStatus(); got != 1200 || status.Entries != 1200 || !status.Heard || status.Stale {
			t.Errorf("%d facts, %+v", got, status)
		}
	})
}

func TestWhoMayFollow(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		_, acting := signedIn(t, env, pair)
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			tx.PutGrant(grant.Grant{Principal: "service:ORG/integrator", Tenant: tenant.Installation, Role: grant.RelyingModule})
			return nil
		})
		for name, by := range map[string]authority.Actor{
			"nobody": {}, "a key for one account": as(t, env, integrator), "a manager": as(t, env, manager), "a session": acting,
		} {
			want := fault.Denied
			if name == "nobody" {
				want = fault.Unauthenticated
			}
			if _, err := env.Authority.FollowRevocations(t.Context(), by, ""); fault.KindOf(err) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		by := as(t, env, portal)
		for _, cursor := range []string{"x", "AA==", "!", "AQ"} {
			if _, err := env.Authority.FollowRevocations(t.Context(), by, cursor); fault.KindOf(err) != fault.Malformed {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
		for range 100 {
			follow(t, env, "")
		}
		if _, err := env.Authority.FollowRevocations(t.Context(), by, ""); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("one too many: %v", err)
		}
		if other, err := env.Authority.FollowRevocations(t.Context(), as(t, env, panel), ""); err != nil {
			t.Errorf("somebody else: %v", err)
		} else {
			other.Close()
		}
	})
}

func TestWhoFollowsIsToldWhatMayBeAboutItself(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		f := follow(t, env, "")
		newsFor(t, env, f)
		publish(t, env, "of somebody else")
		if news := newsFor(t, env, f); len(news.Facts) != 1 || news.Self {
			t.Errorf("%+v", news)
		}
		if _, err := env.Authority.RevokeCredential(t.Context(), operator, as(t, env, portal).Credential().ID); err != nil {
			t.Fatal(err)
		}
		if news := newsFor(t, env, f); !news.Self {
			t.Errorf("%+v", news)
		}
	})
}

func TestFollowersAreLetGoWhenTheNodeStops(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	f := follow(t, env, newsFor(t, env, follow(t, env, "")).Cursor)
	ctx, stop := context.WithCancel(t.Context())
	heard, stopped := make(chan struct{}, 1000), make(chan struct{})
	go func() {
		defer close(stopped)
		env.Authority.FollowFeed(ctx, func(error) { heard <- struct{}{} })
	}()
	<-heard
	publish(t, env, "a")
	if news, err := f.Next(t.Context(), time.Minute); err != nil || !slices.Equal(factsIn(news), []string{factOf("a")}) {
		t.Errorf("%+v %v", news, err)
	}
	stop()
	<-stopped
	if _, err := f.Next(t.Context(), time.Minute); !errors.Is(err, authority.ErrFeedEnds) {
		t.Errorf("%v", err)
	}
}

func TestOldEntriesAreSwept(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for range 3 {
			publish(t, env, "a", "b")
		}
		env.Clock.Advance(23 * time.Hour)
		publish(t, env, "c")
		before := len(feedOf(t, env))
		if n, err := env.Authority.SweepFeed(t.Context()); n != 0 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		env.Clock.Advance(2 * time.Hour)
		if n, err := env.Authority.SweepFeed(t.Context()); n != before-1 || err != nil {
			t.Errorf("swept %d of %d, %v", n, before, err)
		}
	})
}
