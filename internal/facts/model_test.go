package facts_test

import (
	"context"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// step draws a random change; the change publishes what it changes when others are to hear of it.
type step struct {
	*rapid.T
	round     int
	now       time.Time
	publishes bool
}

// change is what a step does, once it is drawn: it may run more than once.
type change func(ctx context.Context, tx authority.Tx) error

var steps = []func(s step) change{
	step.tenant, step.role, step.principals, step.grant, step.owner, step.credentials, step.audience, step.use, step.end, step.endAll,
}

func (s step) say(tx authority.Tx, kind authority.FeedKind, key string) {
	if s.publishes {
		tx.Publish(kind, key)
	}
}

func drawn[T any](s step, label string, from ...T) T { return rapid.SampledFrom(from).Draw(s.T, label) }

func (s step) drops() bool { return drawn(s, "drops", false, true) }

func queues(queue func(tx authority.Tx)) change {
	return func(_ context.Context, tx authority.Tx) error {
		queue(tx)
		return nil
	}
}

func (s step) tenant() change {
	w := tenantOf(drawn(s, "tenant", account, shop, inner, outer), s.now)
	w.Status = drawn(s, "status", authority.Active, authority.Suspended)
	if w.ID == account || w.ID == shop {
		w.Parent = drawn(s, "parent", inner, outer, organisation)
	}
	return queues(func(tx authority.Tx) {
		tx.PutTenant(w)
		s.say(tx, authority.FeedTenant, string(w.ID))
	})
}

func (s step) role() change {
	drops, r := s.drops(), grant.Role{ID: agent, Permissions: []grant.Permission{drawn[grant.Permission](s, "may", "read", "write")}}
	return queues(func(tx authority.Tx) {
		if s.say(tx, authority.FeedRole, string(agent)); drops {
			tx.DropRole(agent)
			return
		}
		tx.PutRole(r)
	})
}

// principals changes both people: their e-mails are swapped, given up and taken.
func (s step) principals() change {
	emails := rapid.Permutation([]string{ownersEmail, othersEmail, nobodysEmail}).Draw(s.T, "e-mails")
	var people []authority.Principal
	for i, id := range []grant.PrincipalID{owner, other} {
		p := personOf(id, emails[i], s.now)
		p.Status = drawn(s, "status", authority.Active, authority.Inactive, authority.Deleted)
		people = append(people, p)
	}
	return queues(func(tx authority.Tx) {
		for _, p := range people {
			tx.PutPrincipal(personOf(p.ID, "", s.now))
			s.say(tx, authority.FeedPrincipal, string(p.ID))
		}
		for _, p := range people {
			tx.PutPrincipal(p)
		}
	})
}

func (s step) grant() change {
	drops, g := s.drops(), grant.Grant{
		Principal: drawn(s, "who", owner, other, minter), Tenant: drawn(s, "where", account, shop, outer), Role: drawn(s, "role", agent, grant.AccountUser),
		Inactive: rapid.Bool().Draw(s.T, "inactive"), Position: rapid.Int64Range(1, 9).Draw(s.T, "position"),
	}
	return queues(func(tx authority.Tx) {
		if s.say(tx, authority.FeedPrincipal, string(g.Principal)); drops {
			tx.DropGrant(g)
			return
		}
		tx.PutGrant(g)
	})
}

// owner gives an account to somebody, and takes it from who had it.
func (s step) owner() change {
	at, to := drawn(s, "account", account, shop), drawn(s, "owner", owner, other)
	return queues(func(tx authority.Tx) {
		for _, id := range []grant.PrincipalID{owner, other} {
			tx.DropGrant(grant.Grant{Principal: id, Tenant: at, Role: grant.AccountOwner})
			s.say(tx, authority.FeedPrincipal, string(id))
		}
		tx.PutGrant(grant.Grant{Principal: to, Tenant: at, Role: grant.AccountOwner})
	})
}

// credentials changes both keys: they are swapped, given up and taken.
func (s step) credentials() change {
	lookups := rapid.Permutation([]secret.Fingerprint{atMinter, atOwner, {7}}).Draw(s.T, "keys")
	var keys []authority.Credential
	for i, id := range []authority.CredentialID{minterKey, ownerKey} {
		c := keyOf(id, drawn(s, "holder", minter, owner), lookups[i], s.now)
		c.Status = drawn(s, "status", authority.Active, authority.Disabled)
		keys = append(keys, c)
	}
	return queues(func(tx authority.Tx) {
		for _, c := range keys {
			tx.PutCredential(keyOf(c.ID, c.Principal, secret.Fingerprint{99, c.ID[0]}, s.now))
			s.say(tx, authority.FeedCredential, c.ID.String())
		}
		for _, c := range keys {
			tx.PutCredential(c)
		}
	})
}

func (s step) audience() change {
	a := audienceOf(drawn(s, "name", "Portal", "Shop"), s.now)
	return queues(func(tx authority.Tx) {
		tx.PutAudience(a)
		s.say(tx, authority.FeedAudience, a.ID.String())
	})
}

func (s step) one() authority.SessionID {
	return in(s.round, drawn(s, "session", handed, below, signedIn))
}

func (s step) use() change {
	id, used := s.one(), s.now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(s.T, "used"))*time.Second)
	return queues(func(tx authority.Tx) { tx.TouchSession(id, used) })
}

func (s step) end() change {
	id := s.one()
	return func(ctx context.Context, tx authority.Tx) error {
		_, err := tx.CloseSessions(ctx, []authority.SessionID{id}, s.now)
		s.say(tx, authority.FeedSession, id.String())
		return err
	}
}

func (s step) endAll() change {
	return func(ctx context.Context, tx authority.Tx) error {
		_, err := tx.CloseAllSessions(ctx, s.now)
		s.say(tx, authority.FeedEverything, "")
		return err
	}
}

// play makes random changes through one node, and learns at random through another, which may be the same. After each
// change that the other has heard of it recalls what is stored, or nothing.
func play(t *testing.T, now func() time.Time, changer, asker *facts.Store, stored authority.Store, hear func(), but ...gocmp.Option) {
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		put(t, changer, func(tx authority.Tx) {
			begin(tx, now())
			makeWorldIn(round, tx, now())
			tx.Publish(authority.FeedEverything, "")
		})
		hear()
		asked := questionsIn(round)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			for i := range rapid.SliceOfN(rapid.IntRange(0, len(asked)-1), 0, 6).Draw(rt, "learned") {
				_, _ = asked[i].view(t, asker) // some have no answer
			}
			s := step{rt, round, now(), changer != asker}
			if err := changer.Change(t.Context(), drawn(s, "step", steps...)(s)); err != nil {
				rt.Fatal(err)
			}
			hear()
			for range 2 { // what is at hand, and what is packed, which is then at hand when the next change comes
				for _, q := range asked {
					if wrong := q.differs(t, asker, stored, but...); wrong != "" {
						rt.Fatal(wrong)
					}
				}
				asker.PutAway()
			}
			for _, q := range asked {
				_, _ = q.recall(t, asker)
			}
		}
	})
}

// begin undoes what the last round has left that makeWorldIn does not put.
func begin(tx authority.Tx, now time.Time) {
	for _, who := range []grant.PrincipalID{owner, other, minter} {
		for _, at := range []tenant.ID{account, shop, outer} {
			for _, role := range []grant.RoleID{agent, grant.AccountUser, grant.AccountOwner} {
				tx.DropGrant(grant.Grant{Principal: who, Tenant: at, Role: role})
			}
		}
	}
	tx.PutPrincipal(personOf(owner, "", now))
	tx.PutPrincipal(personOf(other, "", now))
	tx.PutCredential(keyOf(minterKey, minter, secret.Fingerprint{97}, now))
	tx.PutCredential(keyOf(ownerKey, minter, secret.Fingerprint{98}, now))
}

func TestWhatIsRecalledIsWhatIsStoredWhateverThisNodeChanges(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, clock *testenv.Clock) {
		play(t, clock.Now, node, node, node.Store, func() {})
	})
}

func TestWhatIsRecalledIsWhatIsStoredOnceWhatChangedElsewhereIsHeardOf(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			clock := testenv.NewClock()
			o := sqlstore.Options{Clock: clock.Now}
			stores := testenv.OpenStores(t, engine, o, o)
			here := follower(t, engine, stores[0], clock)
			elsewhere := remember(stores[1])
			put(t, elsewhere, func(tx authority.Tx) { makeWorld(tx, clock.Now()) })
			// The last use is no change of a fact: nobody hears of it.
			play(t, clock.Now, elsewhere, here.facts, stores[1], func() { here.hear(t) }, cmpopts.IgnoreFields(authority.Session{}, "UsedAt"))
		})
	}
}
