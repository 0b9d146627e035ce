package client_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

var quiet = client.VerifierOptions{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}

// soon tries until ok, which what comes over a connection needs.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("within 5 s it was never so that %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func reasonFor(t *testing.T, v *client.Verifier, token string) client.Reason {
	t.Helper()
	_, err := v.Verify(t.Context(), token)
	if err != nil && client.ReasonOf(err) == "" {
		t.Fatalf("it could not be decided: %v", err)
	}
	return client.ReasonOf(err)
}

// each runs a test with a feed that streams and with one that is polled.
func each(t *testing.T, test func(t *testing.T, d *clienttest.Doorward)) {
	t.Run("stream", func(t *testing.T) { test(t, clienttest.New(t)) })
	t.Run("poll", func(t *testing.T) {
		d := clienttest.New(t)
		d.PollOnly()
		test(t, d)
	})
}

func TestWhatTheFeedSaysHasEndedIsRefusedWithoutAsking(t *testing.T) {
	each(t, func(t *testing.T, d *clienttest.Doorward) {
		v := d.Verifier(t, orders, quiet)
		token, other := d.AccessToken(t, clienttest.Token{Audience: orders}), d.AccessToken(t, clienttest.Token{Audience: orders, Subject: "person:4"})
		if reason := reasonFor(t, v, token); reason != "" {
			t.Fatalf("at first: %s", reason)
		}
		d.End(token)
		soon(t, "the token is refused", func() bool { return reasonFor(t, v, token) == client.ReasonEnded })
		if reason := reasonFor(t, v, other); reason != "" {
			t.Errorf("another: %s", reason)
		}
		if n := d.Asked("/oauth2/introspect"); n != 0 {
			t.Errorf("it was asked %d times", n)
		}
	})
}

func TestAKilledKeySignsNothingAnyMore(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	token := d.SignClaims(t, clienttest.Token{Audience: orders}, nil, map[string]any{"facts": []string{"not-the-keys"}})
	if reason := reasonFor(t, v, token); reason != "" {
		t.Fatalf("at first: %s", reason)
	}
	d.UseKey(t, "ES256")
	d.KillKey(kidOf(t, token)) // the set that names it is still in memory for minutes
	soon(t, "the token is refused", func() bool { return reasonFor(t, v, token) == client.ReasonEnded })
	d.Clock.Advance(10 * time.Second)
	soon(t, "the next key is known", func() bool {
		return reasonFor(t, v, d.AccessToken(t, clienttest.Token{Audience: orders})) == ""
	})
}

func TestWhatChangedIsAskedOnceAndRemembered(t *testing.T) {
	each(t, func(t *testing.T, d *clienttest.Doorward) {
		v := d.Verifier(t, orders, quiet)
		token := d.AccessToken(t, clienttest.Token{Audience: orders})
		d.Change("principal", "person:3")
		soon(t, "it is asked", func() bool { return reasonFor(t, v, token) == "" && d.Asked("/oauth2/introspect") > 0 })
		d.Clock.Advance(4 * time.Second) // what is asked soon after a change is not relied on for long
		reasonFor(t, v, token)
		before := d.Asked("/oauth2/introspect")
		for range 5 {
			if reason := reasonFor(t, v, token); reason != "" {
				t.Fatal(reason)
			}
		}
		if n := d.Asked("/oauth2/introspect") - before; n != 0 {
			t.Errorf("it was asked %d times more", n)
		}
		d.EndSilently(token)
		d.Change("principal", "person:3")
		soon(t, "the answer from before the change counts no more", func() bool { return reasonFor(t, v, token) == client.ReasonInactive })
		d.Clock.Advance(time.Second)
		if reason := reasonFor(t, v, d.AccessToken(t, clienttest.Token{Audience: orders})); reason != "" {
			t.Errorf("a token issued after the change: %s", reason)
		}
	})
}

func TestAResetDoubtsWhatWasIssuedBefore(t *testing.T) {
	each(t, func(t *testing.T, d *clienttest.Doorward) {
		v := d.Verifier(t, orders, quiet)
		token, opaque := d.AccessToken(t, clienttest.Token{Audience: orders}), d.OpaqueAccessToken(clienttest.Token{Audience: orders})
		if reasonFor(t, v, token) != "" || reasonFor(t, v, opaque) != "" {
			t.Fatal("they are refused at first")
		}
		d.EndSilently(token)
		d.EndSilently(opaque)
		d.Reset()
		soon(t, "both are asked", func() bool {
			return reasonFor(t, v, token) == client.ReasonInactive && reasonFor(t, v, opaque) == client.ReasonInactive
		})
		d.Clock.Advance(time.Second)
		asked := d.Asked("/oauth2/introspect")
		if reason := reasonFor(t, v, d.AccessToken(t, clienttest.Token{Audience: orders})); reason != "" {
			t.Errorf("one issued afterwards: %s", reason)
		}
		if d.Asked("/oauth2/introspect") != asked {
			t.Error("one issued afterwards was asked about")
		}
	})
}

func TestAFeedThatIsCut(t *testing.T) {
	t.Run("ask", func(t *testing.T) {
		d := clienttest.New(t)
		v := d.Verifier(t, orders, quiet)
		token := cutAndEnd(t, d, v)
		if reason := reasonFor(t, v, token); reason != client.ReasonInactive {
			t.Errorf("it is %q", reason)
		}
	})
	t.Run("refuse", func(t *testing.T) {
		d := clienttest.New(t)
		o := quiet
		o.WhenCut = client.Refuse
		v := d.Verifier(t, orders, o)
		token := cutAndEnd(t, d, v)
		if _, err := v.Verify(t.Context(), token); !errors.Is(err, client.ErrUndecided) {
			t.Errorf("it is %v", err)
		}
		d.MendFeed()
		soon(t, "the feed says what ended meanwhile", func() bool {
			_, err := v.Verify(t.Context(), token)
			return client.ReasonOf(err) == client.ReasonEnded
		})
	})
}

// cutAndEnd cuts the feed and ends a token, which within the bound nobody can know, and goes past the bound.
func cutAndEnd(t *testing.T, d *clienttest.Doorward, v *client.Verifier) string {
	t.Helper()
	token := d.AccessToken(t, clienttest.Token{Audience: orders})
	d.CutFeed()
	time.Sleep(50 * time.Millisecond) // what was on its way
	d.End(token)
	d.Clock.Advance(10 * time.Second)
	if reason := reasonFor(t, v, token); reason != "" || !v.Status().Live {
		t.Errorf("within the bound: %q", reason)
	}
	d.Clock.Advance(time.Second)
	if v.Status().Live {
		t.Error("the feed counts as live")
	}
	return token
}

func TestWhileTheFeedIsCutAnAnswerCountsForASecond(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	token := d.OpaqueAccessToken(clienttest.Token{Audience: orders})
	d.CutFeed()
	d.Clock.Advance(11 * time.Second)
	for range 10 {
		if reason := reasonFor(t, v, token); reason != "" {
			t.Fatal(reason)
		}
	}
	if n := d.Asked("/oauth2/introspect"); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
	d.EndSilently(token)
	d.Clock.Advance(time.Second)
	if reason := reasonFor(t, v, token); reason != client.ReasonInactive {
		t.Errorf("a second later: %q", reason)
	}
}

func TestWhatEndedWhileTheVerifierWasAwayIsKnownOnceItIsReady(t *testing.T) {
	d := clienttest.New(t)
	tokens := []string{}
	for range 50 {
		token := d.AccessToken(t, clienttest.Token{Audience: orders})
		d.End(token)
		tokens = append(tokens, token)
	}
	v := d.Verifier(t, orders, quiet)
	for _, token := range tokens {
		if reason := reasonFor(t, v, token); reason != client.ReasonEnded {
			t.Fatalf("it is %q", reason)
		}
	}
}

func TestWhatIsRememberedIsBoundedAndNothingIsForgottenByIt(t *testing.T) {
	d := clienttest.New(t)
	o := quiet
	o.RememberMost = 100
	v := d.Verifier(t, orders, o)
	first := d.AccessToken(t, clienttest.Token{Audience: orders})
	d.End(first)
	for n := range 500 {
		d.Change("credential", fmt.Sprint(n))
	}
	last := d.AccessToken(t, clienttest.Token{Audience: orders})
	d.End(last)
	soon(t, "all has been heard", func() bool { return reasonFor(t, v, last) == client.ReasonEnded })
	if n := v.Status().Remembered; n > 100 {
		t.Errorf("%d entries are remembered", n)
	}
	if reason := reasonFor(t, v, first); reason != client.ReasonInactive {
		t.Errorf("what ended first is %q", reason)
	}
	d.Clock.Advance(2 * time.Hour)
	d.Change("credential", "x")
	soon(t, "old ones are dropped", func() bool { return v.Status().Remembered == 1 })
}

func TestAStampedeAsksOnce(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	token := d.OpaqueAccessToken(clienttest.Token{Audience: orders})
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := d.Asked("/oauth2/introspect"); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestAnOpaqueTokenIsRememberedAndDroppedByTheFeed(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	token := d.OpaqueAccessToken(clienttest.Token{Audience: orders})
	for range 3 {
		if reason := reasonFor(t, v, token); reason != "" {
			t.Fatal(reason)
		}
	}
	if n := d.Asked("/oauth2/introspect"); n != 1 {
		t.Fatalf("it was asked %d times", n)
	}
	d.End(token)
	soon(t, "it is refused", func() bool { return reasonFor(t, v, token) == client.ReasonEnded })
	if n := d.Asked("/oauth2/introspect"); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestAnswersGrowOldAndAreBounded(t *testing.T) {
	d := clienttest.New(t)
	o := quiet
	o.Answers = 3
	v := d.Verifier(t, orders, o)
	token := d.OpaqueAccessToken(clienttest.Token{Audience: orders})
	reasonFor(t, v, token)
	d.EndSilently(token) // as if it had not been used for too long
	d.Clock.Advance(time.Minute)
	soon(t, "the feed has been heard since", func() bool { return v.Status().Live })
	if reason := reasonFor(t, v, token); reason != client.ReasonInactive {
		t.Errorf("a minute later: %q", reason)
	}
	for range 10 {
		reasonFor(t, v, d.OpaqueAccessToken(clienttest.Token{Audience: orders}))
	}
	if n := v.Status().Answers; n != 3 {
		t.Errorf("%d answers are remembered", n)
	}
}

func TestANoIsRememberedBriefly(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	for range 5 {
		if reason := reasonFor(t, v, "dwt_nobodys"); reason != client.ReasonInactive {
			t.Fatal(reason)
		}
	}
	if n := d.Asked("/oauth2/introspect"); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
	d.Clock.Advance(2 * time.Second)
	reasonFor(t, v, "dwt_nobodys")
	if n := d.Asked("/oauth2/introspect"); n != 2 {
		t.Errorf("2 s later it was asked %d times in all", n)
	}
}

func TestAnOpaqueTokenForAnotherAudienceIsRefused(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, quiet)
	if reason := reasonFor(t, v, d.OpaqueAccessToken(clienttest.Token{Audience: "https://billing.example"})); reason != client.ReasonAudience {
		t.Errorf("it is %q", reason)
	}
}

func TestSessionsCountOnlyWhereTheyAreTaken(t *testing.T) {
	d := clienttest.New(t)
	strict := d.Verifier(t, orders, quiet)
	o := quiet
	o.Sessions = true
	lenient := d.Verifier(t, orders, o)
	for audience, want := range map[string]client.Reason{orders: "", d.URL: "", "https://billing.example": client.ReasonAudience} {
		session := d.Session(clienttest.Token{Audience: audience})
		if reason := reasonFor(t, strict, session); reason != client.ReasonKind {
			t.Errorf("%s, strict: %q", audience, reason)
		}
		if reason := reasonFor(t, lenient, session); reason != want {
			t.Errorf("%s: %q", audience, reason)
		}
	}
	if _, err := strict.VerifySession(t.Context(), d.AccessToken(t, clienttest.Token{Audience: orders})); client.ReasonOf(err) != client.ReasonKind {
		t.Errorf("an access token as a session: %v", err)
	}
}
