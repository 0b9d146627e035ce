package facts_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// took returns the round trips that something takes.
func (n node) took(do func()) []string {
	n.trace.forget()
	do()
	n.trace.mu.Lock()
	defer n.trace.mu.Unlock()
	return n.trace.trips
}

func TestARefusedKeyTakesWhatAnUnknownOneTakes(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		refusal := func(p authority.Proof) []string {
			return n.took(func() {
				if _, err := n.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "pulse"}, p); err == nil {
					t.Error("it is let in")
				}
			})
		}
		n.as(t, "alephee", erp) // and not in the other dialect
		unknown := refusal(authority.ByKey(secret.Of("7F9619FF-8B86-D011-B42D-00C04FC964FF")))
		if diff := cmp.Diff(unknown, refusal(erp)); diff != "" || len(unknown) == 0 {
			t.Errorf("a key that is remembered takes otherwise:\n%s", diff)
		}
	})
}

func TestARefusedSessionTakesWhatAnUnknownOneTakes(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		unknown := n.Keys.MintSession(secret.ShapeNative, n.Clock.Now()).Text
		expired := n.signIn(t)
		n.reason(t, expired.Token)
		closed := n.signIn(t)
		n.reason(t, closed.Token)
		closing, _, err := n.Authority.AuthenticateSession(t.Context(), authority.Origin{Dialect: "native"}, closed.Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Authority.CloseSession(t.Context(), closing); err != nil {
			t.Fatal(err)
		}
		n.reason(t, closed.Token) // so that it is remembered as it is now
		verify := func(token secret.Text, want string) []string {
			return n.took(func() {
				if reason := n.reason(t, token); reason != want {
					t.Errorf("refused with %q, not %q", reason, want)
				}
			})
		}
		of := verify(unknown, authority.ReasonUnknown)
		if len(of) != 2 {
			t.Errorf("an unknown session takes %q", of)
		}
		if diff := cmp.Diff(of, verify(closed.Token, authority.ReasonClosed)); diff != "" {
			t.Errorf("a closed one takes otherwise:\n%s", diff)
		}
		n.Clock.Advance(expired.Session.ExpiresAt.Sub(n.Clock.Now()))
		if diff := cmp.Diff(of, verify(expired.Token, authority.ReasonExpired)); diff != "" {
			t.Errorf("an expired one takes otherwise:\n%s", diff)
		}
	})
}

func TestASessionThatConcernsOthersTakesWhatAnUnknownOneTakes(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		by := n.as(t, "alephee", erp)
		unknown := n.Keys.MintSession(secret.ShapeNative, n.Clock.Now()).Text
		other := n.signIn(t)
		n.reason(t, other.Token) // so that it is remembered
		introspect := func(token secret.Text) []string {
			return n.took(func() {
				if _, ok, err := n.Authority.IntrospectToken(t.Context(), by, token); ok || err != nil {
					t.Errorf("it is told: %t, %v", ok, err)
				}
			})
		}
		introspect(unknown) // reads the signing keys, once for all
		of := introspect(unknown)
		if diff := cmp.Diff(of, introspect(other.Token)); diff != "" || len(of) == 0 {
			t.Errorf("one that is remembered takes otherwise:\n%s", diff)
		}
	})
}

func TestAMintThatIsOutOfReachTakesWhatOneForNobodyTakes(t *testing.T) {
	eachNode(t, func(t *testing.T, n node) {
		by := n.as(t, "alephee", erp)
		n.mint(t) // the audience is remembered
		known := authority.MintRequest{Account: tenant.Account(505), Email: "example@activeplatform.com", Audience: 1}
		for _, q := range []question{asksLineage("", known.Account), asksEmail(known.Email)} {
			if _, err := q.view(t, n.facts); err != nil {
				t.Fatal(err)
			}
		}
		refusal := func(r authority.MintRequest) []string {
			return n.took(func() {
				if _, err := n.Authority.MintLoginToken(t.Context(), by, r); err == nil {
					t.Error("it is minted")
				}
			})
		}
		unknown := refusal(authority.MintRequest{Account: tenant.Account(99), Email: "nobody@acme.test", Audience: 1})
		if diff := cmp.Diff(unknown, refusal(known)); diff != "" || len(unknown) == 0 {
			t.Errorf("what is remembered takes otherwise:\n%s", diff)
		}
	})
}

func TestOfManyWhoRedeemATokenFromMemoryOneDoes(t *testing.T) {
	eachPair(t, func(t *testing.T, here, elsewhere node) {
		elsewhere.mint(t) // so that all is remembered there, too
		for round := range 10 {
			minted := here.mint(t)
			var wins atomic.Int64
			var wait sync.WaitGroup
			for i := range 16 {
				n := []node{here, elsewhere}[i%2]
				wait.Go(func() {
					var spent bool
					err := n.Store.Change(context.Background(), func(ctx context.Context, tx authority.Tx) (err error) {
						_, spent, err = tx.RedeemLoginToken(ctx, authority.Redemption{
							Token: minted.LoginToken.ID, Fingerprint: minted.LoginToken.Fingerprint, Audience: 1,
							Session: authority.SessionID{byte(round), byte(i), 1},
						})
						return err
					})
					if err != nil {
						t.Error(err)
					} else if spent {
						wins.Add(1)
					}
				})
			}
			wait.Wait()
			if wins.Load() != 1 {
				t.Fatalf("round %d: %d redemptions of one token succeeded", round, wins.Load())
			}
		}
	})
}
