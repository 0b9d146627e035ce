package facts_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/testenv"
)

// withNobody puts names in the order of the questions, and the one that never has an answer among them.
func withNobody(names ...string) (all []string) {
	for _, q := range questions {
		if q.name == nobodysEmail || slices.Contains(names, q.name) {
			all = append(all, q.name)
		}
	}
	return all
}

var (
	ofOwner = []string{
		"the session handed over", "the session below", "the session signed in", "the session of who acts", "the owner's key", ownersEmail,
		"the owner of the account",
	}
	ofMinter = []string{"the session handed over", "the session below", "the session of who acts", "the minter's key"}
	ofOther  = []string{"the session below", "the session signed in", "the session of who acts", othersEmail, "the owner of the shop"}
)

// kinds are the kinds of change, each with what it must make forgotten and nothing else.
var kinds = []struct {
	name    string
	change  func(ctx context.Context, tx authority.Tx, now time.Time) error
	forgets []string
}{
	{
		"a tenant", puts(func(tx authority.Tx, now time.Time) { tx.PutTenant(tenantOf(account, now)) }),
		append([]string{"the minter's key", "the account's lineage"}, ofOwner...),
	},
	{
		"a tenant above", puts(func(tx authority.Tx, now time.Time) { tx.PutTenant(tenantOf(inner, now)) }),
		append([]string{"the minter's key", "the account's lineage", "the kiosk's lineage"}, ofOwner...),
	},
	{
		"another tenant", puts(func(tx authority.Tx, now time.Time) { tx.PutTenant(tenantOf(shop, now)) }),
		append([]string{"the shop's lineage"}, ofOther...),
	},
	{
		"a session's account", puts(func(tx authority.Tx, now time.Time) { tx.PutTenant(tenantOf(kiosk, now)) }),
		[]string{"the kiosk's lineage", "the session of who acts"},
	},
	{"a role", puts(func(tx authority.Tx, _ time.Time) { tx.PutRole(grant.Role{ID: agent}) }), ofOwner},
	{"a role that goes", puts(func(tx authority.Tx, _ time.Time) { tx.DropRole(agent) }), ofOwner},
	{"a principal", puts(func(tx authority.Tx, now time.Time) { tx.PutPrincipal(personOf(other, othersEmail, now)) }), ofOther},
	{"a service", puts(func(tx authority.Tx, now time.Time) { tx.PutPrincipal(serviceAt(now)) }), ofMinter},
	{"a grant", puts(func(tx authority.Tx, _ time.Time) {
		tx.PutGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountUser})
	}), ofOther},
	{"a grant that goes", puts(func(tx authority.Tx, _ time.Time) {
		tx.DropGrant(grant.Grant{Principal: other, Tenant: shop, Role: grant.AccountOwner})
	}), ofOther},
	{"a credential", puts(func(tx authority.Tx, now time.Time) { tx.PutCredential(keyOf(minterKey, minter, atMinter, now)) }), ofMinter},
	{
		"an audience", puts(func(tx authority.Tx, now time.Time) { tx.PutAudience(audienceOf("Other", now)) }),
		[]string{"the session handed over", "the audience"},
	},
	{"a session that ends", func(ctx context.Context, tx authority.Tx, now time.Time) error {
		_, err := tx.CloseSessions(ctx, []authority.SessionID{handed}, now)
		return err
	}, []string{"the session handed over", "the session below"}},
	{"all sessions", func(ctx context.Context, tx authority.Tx, now time.Time) error {
		_, err := tx.CloseAllSessions(ctx, now)
		return err
	}, allNames()},
	{"a password's hash", func(ctx context.Context, tx authority.Tx, _ time.Time) error {
		_, err := tx.ReplacePasswordHash(ctx, ownerKey, "", "hash")
		return err
	}, []string{"the session below", "the session signed in", "the session of who acts", "the owner's key"}},
	{
		"what the feed is told", puts(func(tx authority.Tx, _ time.Time) { tx.Publish(authority.FeedSession, signedIn.String()) }),
		[]string{"the session signed in"},
	},
	{"what the feed is told of everything", puts(func(tx authority.Tx, _ time.Time) { tx.Publish(authority.FeedEverything, "") }), allNames()},
}

func puts(put func(tx authority.Tx, now time.Time)) func(context.Context, authority.Tx, time.Time) error {
	return func(_ context.Context, tx authority.Tx, now time.Time) error {
		put(tx, now)
		return nil
	}
}

func allNames() (names []string) {
	for _, q := range questions {
		names = append(names, q.name)
	}
	return names
}

func TestAChangeMakesForgottenWhatDependsOnItAndNothingElse(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, clock *testenv.Clock) {
		for _, k := range kinds {
			learn(t, node)
			remembersAllBut(t, "before "+k.name, node)
			err := node.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
				if err := k.change(ctx, tx, clock.Now()); err != nil {
					return err
				}
				remembersAllBut(t, "during "+k.name, node) // what is not committed changes nothing
				learn(t, node)                             // and is not what is read beside it
				return nil
			})
			if err != nil {
				t.Fatalf("%s: %v", k.name, err)
			}
			remembersAllBut(t, k.name, node, k.forgets...)
			remake(t, node, clock)
		}
	})
}

func TestAChangeOfUnknownOutcomeMakesForgottenWhatDependsOnIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, node *facts.Store, clock *testenv.Clock) {
		for _, k := range kinds {
			losing := remember(loses{node.Store})
			learn(t, losing)
			err := losing.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error { return k.change(ctx, tx, clock.Now()) })
			if fault.ReasonOf(err) != fault.ReasonUnknownOutcome {
				t.Fatalf("%s: %v", k.name, err)
			}
			remembersAllBut(t, k.name, losing, k.forgets...)
			remake(t, node, clock)
		}
	})
}

// loses is a store whose changes are there although nobody could be told so.
type loses struct{ authority.Store }

func (l loses) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	if err := l.Store.Change(ctx, change); err != nil {
		return err
	}
	return fault.UnknownOutcome(errors.New("the connection was lost during COMMIT"))
}

func remembersAllBut(t *testing.T, when string, node *facts.Store, names ...string) {
	t.Helper()
	if diff := cmp.Diff(withNobody(names...), forgotten(t, node)); diff != "" {
		t.Errorf("forgotten after %s:\n%s", when, diff)
	}
}

// remake puts everything as it was but for the sessions, which stay as they are.
func remake(t *testing.T, node *facts.Store, clock *testenv.Clock) {
	t.Helper()
	put(t, node, func(tx authority.Tx) {
		tx.DropGrant(grant.Grant{Principal: other, Tenant: account, Role: grant.AccountUser})
		makeWorld(oldSessions{tx}, clock.Now())
	})
}

// oldSessions puts no sessions.
type oldSessions struct{ authority.Tx }

func (oldSessions) PutSession(authority.Session) {}
