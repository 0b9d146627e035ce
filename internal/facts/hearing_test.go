package facts_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// answers reports whether a node answers from memory at all.
func answers(node *facts.Store) (does bool) {
	_ = node.Recall(context.Background(), func(context.Context, authority.Facts) error {
		does = true
		return nil
	})
	return does
}

func TestANodeAnswersFromMemoryForTheBoundAfterTheFeedWasReadAndNoLonger(t *testing.T) {
	node := facts.Remember(nil, facts.Options{})
	synctest.Test(t, func(t *testing.T) {
		if answers(node) {
			t.Error("it answers though it has never heard")
		}
		began := time.Now()
		time.Sleep(facts.Bound / 2) // the reading
		node.Hear(authority.FeedReading{Began: began})
		time.Sleep(facts.Bound/2 - 1)
		if !answers(node) {
			t.Error("it does not answer within the bound")
		}
		node.Hear(authority.FeedReading{}) // there is more to come
		time.Sleep(time.Nanosecond)
		if answers(node) {
			t.Error("it answers for longer than the bound after the reading began")
		}
		node.Hear(authority.FeedReading{Began: time.Now()})
		if !answers(node) {
			t.Error("it does not answer again")
		}
	})
}

func TestWhatTheFeedSaysIsForgotten(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, _ *testenv.Clock) {
		for _, test := range []struct {
			name    string
			hears   authority.FeedReading
			forgets []string
		}{
			{"nothing", authority.FeedReading{}, nil},
			{"a session", entries(authority.FeedSession, signedIn.String()), []string{"the session signed in"}},
			{"a credential", entries(authority.FeedCredential, minterKey.String()), ofMinter},
			{"a principal", entries(authority.FeedPrincipal, string(other)), ofOther},
			{"a tenant", entries(authority.FeedTenant, string(shop)), append([]string{"the shop's lineage"}, ofOther...)},
			{"a role", entries(authority.FeedRole, string(agent)), ofOwner},
			{"an audience", entries(authority.FeedAudience, "1"), []string{"the session handed over", "the audience"}},
			{"a signing key", entries(authority.FeedSigningKey, "1"), nil},
			{"everything", entries(authority.FeedEverything, ""), allNames()},
			{"a reset", authority.FeedReading{Reset: true}, allNames()},
		} {
			learn(t, node)
			node.Hear(test.hears)
			remembersAllBut(t, "hearing of "+test.name, node, test.forgets...)
		}
	})
}

// TestWhatWasRememberedBeforeALongSilenceIsForgotten is for what the feed said meanwhile and has been swept from it.
func TestWhatWasRememberedBeforeALongSilenceIsForgotten(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, _ *testenv.Clock) {
		heard := always()
		node.Hear(authority.FeedReading{Began: heard})
		node.Hear(authority.FeedReading{Began: heard.Add(time.Minute)})
		remembersAllBut(t, "a short silence", node)
		node.Hear(authority.FeedReading{Began: heard.Add(2 * time.Hour)})
		remembersAllBut(t, "a long silence", node, allNames()...)
	})
}

func entries(kind authority.FeedKind, key string) authority.FeedReading {
	return authority.FeedReading{Entries: []authority.FeedEntry{{Kind: kind, Key: key}}}
}

// TestWhoWasFoundUnderANameIsAskedWhetherItStillHasIt changes who has a name, and has what it was remembered by read
// again otherwise than by that name.
func TestWhoWasFoundUnderANameIsAskedWhetherItStillHasIt(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(tx authority.Tx, now time.Time)
		asked  []question
	}{
		{"two e-mails are swapped", func(tx authority.Tx, now time.Time) {
			tx.PutPrincipal(personOf(owner, "", now))
			tx.PutPrincipal(personOf(other, ownersEmail, now))
			tx.PutPrincipal(personOf(owner, othersEmail, now))
		}, []question{asksEmail(ownersEmail), asksEmail(othersEmail)}},
		{"an owner is replaced", func(tx authority.Tx, _ time.Time) {
			tx.DropGrant(grant.Grant{Principal: owner, Tenant: account, Role: grant.AccountOwner})
			tx.PutGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountOwner})
		}, []question{asksOwner("the owner", account)}},
		{"a credential gets another key", func(tx authority.Tx, now time.Time) {
			tx.PutCredential(keyOf(minterKey, minter, secret.Fingerprint{7}, now))
		}, []question{asksKey("the key", atMinter)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, node *facts.Store, clock *testenv.Clock) {
				put(t, node, func(tx authority.Tx) { test.change(tx, clock.Now()) })
				_, _ = asksSession("", handed).view(t, node) // of the owner and the minter's key
				_, _ = asksSession("", signedIn).view(t, node)
				for _, q := range test.asked {
					if answer, ok := q.recall(t, node); ok {
						t.Errorf("%s is recalled as %+v", q.name, answer)
					}
				}
			})
		})
	}
}

func TestAnAccountThatMovedIsRememberedWhereItIs(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, clock *testenv.Clock) {
		put(t, node, func(tx authority.Tx) {
			moved := tenantOf(account, clock.Now())
			moved.Parent = organisation
			tx.PutTenant(moved)
		})
		learn(t, node)
		remembersAllBut(t, "learning again", node)
		for _, q := range questions {
			if wrong := q.differs(t, node, node.Store); wrong != "" {
				t.Error(wrong)
			}
		}
	})
}
