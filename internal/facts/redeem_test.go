package facts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

var ben = grant.Person(4) // buyer@acme.test

// benInMemory is what a node remembers of the buyer.
func benInMemory(t *testing.T, n node) authority.Standing {
	t.Helper()
	found, ok := asksEmail(buyer).recall(t, n.facts)
	if !ok {
		t.Fatal("the buyer is not remembered: the test shows nothing")
	}
	return found.(authority.Standing)
}

// position returns how far the feed has come and its epoch.
func position(t *testing.T, n node) (last int64, epoch string) {
	t.Helper()
	err := n.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		page, err := v.Feed(ctx, 0, 10_000, nil)
		if all := page.Entries; len(all) > 0 {
			last = all[len(all)-1].Sequence
		}
		epoch = page.Epoch
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return last, epoch
}

func suspendBen(t *testing.T, n node) {
	t.Helper()
	if _, _, err := n.Authority.SuspendPrincipal(t.Context(), operator, buyer); err != nil {
		t.Fatal(err)
	}
}

// spentForNothing demands that a redemption is refused by what is not in memory yet, and that the token is spent.
func spentForNothing(t *testing.T, n node, minted authority.MintedLoginToken) {
	t.Helper()
	n.as(t, "native", redeemer)
	if !benInMemory(t, n).Principal.HeldAt.IsZero() {
		t.Fatal("the node has heard of it: the test shows nothing")
	}
	if _, err := n.redeem(t, minted.Text); fault.ReasonOf(err) != authority.ReasonInactive {
		t.Errorf("redeemed for who was suspended elsewhere: %v", err)
	}
	err := n.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		f, err := v.LoginTokenFacts(ctx, minted.LoginToken.ID)
		if f.LoginToken.RedeemedAt.IsZero() {
			t.Error("the token can be tried again")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARedemptionSeesWhatWasSuspendedElsewhereAndNotHeardOf(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		minted := here.mint(t)
		here.hear(t)
		suspendBen(t, elsewhere)
		spentForNothing(t, here, minted)
	})
}

func TestARedemptionSeesWhatCameIntoAGapOfTheFeed(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		minted := here.mint(t)
		before, epoch := position(t, here)
		suspendBen(t, elsewhere)
		last, _ := position(t, here)
		here.facts.Hear(authority.FeedReading{Began: always(), Seen: authority.FeedSeen{
			High: last, Gaps: []authority.FeedRange{{From: before + 1, To: last}}, Epoch: epoch,
		}})
		spentForNothing(t, here, minted)
	})
}

func TestARedemptionUnderAnotherEpochTrustsNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		here.mint(t) // so that all is remembered
		_, epoch := position(t, here)
		put(t, elsewhere.Store, func(tx authority.Tx) { tx.RaiseFence() })
		minted := here.mint(t)
		suspendBen(t, elsewhere)
		last, _ := position(t, here)
		// The same numbers may be of other entries in the other history.
		here.facts.Hear(authority.FeedReading{Began: always(), Seen: authority.FeedSeen{High: last, Epoch: epoch}})
		spentForNothing(t, here, minted)
	})
}

func TestARedemptionThatSeesTooMuchOfTheFeedTrustsNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		minted := here.mint(t)
		here.hear(t)
		put(t, elsewhere.Store, func(tx authority.Tx) {
			for i := range authority.UnseenLimit {
				tx.Publish(authority.FeedSession, fmt.Sprint(i))
			}
		})
		suspendBen(t, elsewhere)
		spentForNothing(t, here, minted)
	})
}

func TestARedemptionSeesThatEverythingIsToBeDoubted(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		minted := here.mint(t)
		here.hear(t)
		put(t, elsewhere.Store, func(tx authority.Tx) {
			p := personOf(ben, buyer, here.Clock.Now())
			p.Organisation, p.HeldAt = benInMemory(t, here).Principal.Organisation, here.Clock.Now()
			tx.PutPrincipal(p)
			tx.Publish(authority.FeedEverything, "")
		})
		spentForNothing(t, here, minted)
	})
}

// It is so for what SQLite commits together, too.
func TestARedemptionSeesWhatItsOwnTransactionHasChanged(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		minted := n.mint(t)
		n.hear(t)
		err := n.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			p := benInMemory(t, n).Principal
			p.HeldAt = n.Clock.Now()
			tx.PutPrincipal(p)
			tx.Publish(authority.FeedPrincipal, string(p.ID))
			f, _, err := tx.RedeemLoginToken(ctx, authority.Redemption{
				Token: minted.LoginToken.ID, Fingerprint: minted.LoginToken.Fingerprint, Audience: 1, Session: authority.SessionID{1},
			})
			if f.Subject.Principal.HeldAt.IsZero() {
				t.Error("the suspension is not seen")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestASessionIsNotRefusedAsIdleThatIsUsedElsewhere(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		signedIn := here.signIn(t)
		here.reason(t, signedIn.Token)
		for range 3 {
			here.Clock.Advance(signedIn.Session.IdleLifetime * 2 / 3)
			if reason := elsewhere.reason(t, signedIn.Token); reason != "" {
				t.Fatalf("elsewhere: %s", reason)
			}
			if err := elsewhere.Authority.FlushUses(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if reason := here.reason(t, signedIn.Token); reason != "" {
			t.Errorf("here: %s", reason)
		}
	})
}

func TestAStoredUseOfASessionIsKnownInMemory(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		signedIn := n.signIn(t)
		n.reason(t, signedIn.Token)
		for range 3 {
			n.Clock.Advance(signedIn.Session.IdleLifetime * 2 / 3)
			n.trace.forget()
			if reason := n.reason(t, signedIn.Token); reason != "" {
				t.Fatal(reason)
			}
			n.trace.want(t, "a verification after a stored use", nil)
			if err := n.Authority.FlushUses(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAStoredUseOfASessionNeverMovesBackInMemory(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		signedIn := n.signIn(t)
		n.reason(t, signedIn.Token)
		used, id := n.Clock.Now().Add(time.Minute), signedIn.Session.ID
		for _, at := range []time.Time{used, used.Add(-time.Second)} {
			put(t, n.Store, func(tx authority.Tx) { tx.TouchSession(id, at) })
		}
		found, ok := asksSession("", id).recall(t, n.facts)
		if !ok || !found.(authority.SessionFacts).Session.UsedAt.Equal(used) {
			t.Errorf("remembered (%t) as used at %s, not %s", ok, found.(authority.SessionFacts).Session.UsedAt, used)
		}
	})
}
