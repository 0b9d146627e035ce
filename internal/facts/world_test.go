package facts_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/facts"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// The world: three accounts below resellers, the owners of two, a service that mints, and four sessions.
var (
	organisation   = tenant.Organisation("ORG")
	outer, inner   = tenant.Reseller(1), tenant.Reseller(2)
	account, shop  = tenant.Account(1200), tenant.Account(1201)
	kiosk          = tenant.Account(1202)
	owner, other   = grant.Person(3), grant.Person(4)
	minter         = grant.Service("ORG/minter")
	agent          = grant.OrganisationRole("ORG", "agent")
	minterKey      = authority.CredentialID{1}
	ownerKey       = authority.CredentialID{2}
	atMinter       = secret.Fingerprint{9}
	atOwner        = secret.Fingerprint{2}
	handed         = authority.SessionID{1} // of the owner, handed over to the account by the service
	below          = authority.SessionID{2} // of the other, from it, asked for by the service
	signedIn       = authority.SessionID{3} // of the other, by the owner's key
	acting         = authority.SessionID{4} // of the owner at the kiosk, in which the other acts, asked for by the service
	portal         = authority.AudienceID(1)
	ownersEmail    = "owner@acme.test"
	othersEmail    = "other@acme.test"
	nobodysEmail   = "nobody@acme.test"
	parentOf       = map[tenant.ID]tenant.ID{organisation: tenant.Installation, outer: organisation, inner: outer, account: inner, shop: outer, kiosk: inner}
	tenantsOfWorld = []tenant.ID{tenant.Installation, organisation, outer, inner, account, shop, kiosk}
)

func put(t testing.TB, store authority.Store, change func(tx authority.Tx)) {
	t.Helper()
	err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		change(tx)
		return nil
	})
	if err != nil {
		t.Fatalf("change: %v", err)
	}
}

// in is a session of another round: what was closed is never open again.
func in(round int, id authority.SessionID) authority.SessionID {
	id[1], id[2] = byte(round>>8), byte(round)
	return id
}

func makeWorld(tx authority.Tx, now time.Time) { makeWorldIn(0, tx, now) }

func makeWorldIn(round int, tx authority.Tx, now time.Time) {
	for _, id := range tenantsOfWorld {
		tx.PutTenant(tenantOf(id, now))
	}
	tx.PutRole(grant.Role{ID: agent, Permissions: []grant.Permission{"readApplications"}})
	tx.PutAudience(audienceOf("Portal", now))
	tx.PutPrincipal(personOf(owner, ownersEmail, now))
	tx.PutPrincipal(personOf(other, othersEmail, now))
	tx.PutPrincipal(serviceAt(now))
	tx.PutGrant(grant.Grant{Principal: owner, Tenant: account, Role: grant.AccountOwner, Position: 1})
	tx.PutGrant(grant.Grant{Principal: owner, Tenant: account, Role: agent, Position: 2})
	tx.PutGrant(grant.Grant{Principal: other, Tenant: shop, Role: grant.AccountOwner, Position: 3})
	tx.PutGrant(grant.Grant{Principal: minter, Tenant: account, Role: grant.Integrator, Position: 4})
	tx.PutCredential(keyOf(minterKey, minter, atMinter, now))
	tx.PutCredential(keyOf(ownerKey, owner, atOwner, now))
	for _, s := range sessionsAt(now) {
		if s.ID = in(round, s.ID); !s.Parent.IsZero() {
			s.Parent = in(round, s.Parent)
		}
		tx.PutSession(s)
	}
}

func tenantOf(id tenant.ID, now time.Time) authority.Tenant {
	return authority.Tenant{ID: id, Parent: parentOf[id], Name: string(id), Status: authority.Active, CreatedAt: now, UpdatedAt: now}
}

func personOf(id grant.PrincipalID, email string, now time.Time) authority.Principal {
	return authority.Principal{ID: id, Organisation: organisation, Email: email, Name: string(id), Status: authority.Active, CreatedAt: now, UpdatedAt: now}
}

func serviceAt(now time.Time) authority.Principal {
	return authority.Principal{ID: minter, Organisation: organisation, Name: "minter", Status: authority.Active, CreatedAt: now, UpdatedAt: now}
}

func keyOf(id authority.CredentialID, of grant.PrincipalID, lookup secret.Fingerprint, now time.Time) authority.Credential {
	return authority.Credential{
		ID: id, Kind: authority.APIKey, Principal: of, Name: "key", Lookup: lookup, Status: authority.Active,
		SecretAt: now, CreatedAt: now, UpdatedAt: now,
	}
}

func audienceOf(name string, now time.Time) authority.Audience {
	return authority.Audience{
		ID: portal, Name: name, Kind: authority.Portal, Lifetime: authority.LifetimeRange{Default: time.Minute, Min: time.Second, Max: time.Hour},
		CreatedAt: now, UpdatedAt: now,
	}
}

func sessionsAt(now time.Time) []authority.Session {
	of := func(id authority.SessionID, subject grant.PrincipalID, by authority.CredentialID) authority.Session {
		return authority.Session{
			ID: id, Kind: authority.SignedIn, Fingerprint: secret.Fingerprint{id[0]}, Subject: subject, Organisation: organisation,
			Credential: by, SecretAt: now, Dialect: "native", OpenedAt: now, ExpiresAt: now.Add(time.Hour), IdleLifetime: time.Minute, UsedAt: now,
		}
	}
	first, second, third, fourth := of(handed, owner, minterKey), of(below, other, ownerKey), of(signedIn, other, ownerKey), of(acting, owner, ownerKey)
	first.Account, first.Audience, first.LoginToken = account, portal, authority.LoginTokenID{7}
	second.Parent, second.Client = handed, minterKey
	fourth.Account, fourth.Actor, fourth.Client = kiosk, other, minterKey
	return []authority.Session{first, second, third, fourth}
}

// question is one that is answered from memory.
type question struct {
	name string
	ask  func(ctx context.Context, f authority.Facts) (any, error)
}

var questions = questionsIn(0)

func questionsIn(round int) []question {
	return []question{
		asksSession("the session handed over", in(round, handed)), asksSession("the session below", in(round, below)),
		asksSession("the session signed in", in(round, signedIn)), asksSession("the session of who acts", in(round, acting)),
		asksKey("the minter's key", atMinter), asksKey("the owner's key", atOwner),
		asksEmail(ownersEmail), asksEmail(othersEmail), asksEmail(nobodysEmail),
		asksOwner("the owner of the account", account), asksOwner("the owner of the shop", shop),
		asksLineage("the account's lineage", account), asksLineage("the shop's lineage", shop), asksLineage("the kiosk's lineage", kiosk), asksLineage("the reseller's lineage", outer),
		{"the audience", func(ctx context.Context, f authority.Facts) (any, error) { return f.Audience(ctx, portal) }},
	}
}

func asksSession(name string, id authority.SessionID) question {
	return question{name, func(ctx context.Context, f authority.Facts) (any, error) {
		found, err := f.SessionFacts(ctx, id)
		if err != nil {
			return found, err
		}
		own := *found.Circumstances // what is remembered is shared
		found.Circumstances = &own
		for _, s := range []**authority.Standing{&found.Subject, &found.Actor, &found.Holder, &found.ClientHolder} {
			*s = new(ownOf(**s))
		}
		found.Clients = slices.SortedFunc(slices.Values(found.Clients), func(a, b authority.Credential) int { return cmp.Compare(a.ID[0], b.ID[0]) })
		return found, err
	}}
}

func asksKey(name string, lookup secret.Fingerprint) question {
	return question{name, func(ctx context.Context, f authority.Facts) (any, error) {
		c, s, err := f.CredentialByLookup(ctx, lookup)
		return []any{c, s}, err
	}}
}

func asksEmail(canonical string) question {
	return question{canonical, func(ctx context.Context, f authority.Facts) (any, error) { return f.StandingByEmail(ctx, canonical) }}
}

func asksOwner(name string, of tenant.ID) question {
	return question{name, func(ctx context.Context, f authority.Facts) (any, error) { return f.StandingOfOwner(ctx, of) }}
}

func asksLineage(name string, of tenant.ID) question {
	return question{name, func(ctx context.Context, f authority.Facts) (any, error) { return f.Lineage(ctx, of) }}
}

// ownOf drops what a standing has of those that were read together with it.
func ownOf(s authority.Standing) authority.Standing {
	tenants, roles := map[tenant.ID]*authority.Tenant{}, map[grant.RoleID]grant.Role{}
	at := []tenant.ID{s.Principal.Organisation}
	for _, g := range s.Grants {
		at = append(at, g.Tenant)
		if role, ok := s.Roles[g.Role]; ok {
			roles[g.Role] = role
		}
	}
	for _, id := range at {
		for ; id != ""; id = tenants[id].Parent {
			if tenants[id] = s.Tenants[id]; tenants[id] == nil {
				break
			}
		}
	}
	s.Tenants, s.Roles = tenants, roles
	return s
}

// recall asks memory; ok is false when it has no answer.
func (q question) recall(t testing.TB, of authority.Store) (answer any, ok bool) {
	t.Helper()
	err := of.Recall(t.Context(), func(ctx context.Context, f authority.Facts) (err error) {
		answer, err = q.ask(ctx, f)
		return err
	})
	if err != nil && !errors.Is(err, authority.ErrNotRemembered) {
		t.Errorf("%s is recalled with %v", q.name, err)
	}
	return answer, err == nil
}

func (q question) view(t testing.TB, of authority.Store) (answer any, err error) {
	t.Helper()
	err = of.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		answer, err = q.ask(ctx, v)
		return err
	})
	return answer, err
}

// differs returns how what memory answers differs from what is stored, or "".
func (q question) differs(t testing.TB, node *facts.Store, stored authority.Store, but ...gocmp.Option) string {
	t.Helper()
	got, ok := q.recall(t, node)
	if !ok {
		return ""
	}
	want, err := q.view(t, stored)
	if err != nil {
		return fmt.Sprintf("%s is recalled as %+v, and stored: %v", q.name, got, err)
	}
	if diff := gocmp.Diff(want, got, append(but, cmpopts.EquateEmpty())...); diff != "" {
		return fmt.Sprintf("%s is recalled otherwise than it is stored:\n%s", q.name, diff)
	}
	return ""
}

// learn asks everything, so that all of it is remembered.
func learn(t testing.TB, of authority.Store) {
	t.Helper()
	for _, q := range questions {
		_, _ = q.view(t, of) // some have no answer
		for range timesUntilAtHand {
			_, _ = q.recall(t, of)
		}
	}
}

// timesUntilAtHand is how often what is packed is asked for before all of it is at hand: the second time it is kept, and the third
// time what is put together from it.
const timesUntilAtHand = 3

// forgotten returns the questions to which memory has no answer, whether it is at hand or packed.
func forgotten(t testing.TB, of *facts.Store) []string {
	t.Helper()
	var names [2][]string
	for i := range names {
		for _, q := range questions {
			if _, ok := q.recall(t, of); !ok {
				names[i] = append(names[i], q.name)
			}
		}
		of.PutAway()
	}
	if !slices.Equal(names[0], names[1]) {
		t.Errorf("at hand there is no answer to %v, and packed to %v", names[0], names[1])
	}
	return names[0]
}

// eachWorld runs a test per engine on a world of which everything is remembered.
func eachWorld(t *testing.T, test func(t *testing.T, node *facts.Store, clock *testenv.Clock)) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			clock := testenv.NewClock()
			node := remember(testenv.OpenStore(t, engine, sqlstore.Options{Clock: clock.Now}))
			put(t, node, func(tx authority.Tx) { makeWorld(tx, clock.Now()) })
			learn(t, node)
			test(t, node, clock)
		})
	}
}

// remember returns a node's store, which relies on its memory at all times.
func remember(store authority.Store) *facts.Store {
	node := facts.Remember(store, facts.Options{})
	node.Hear(authority.FeedReading{Began: always()})
	return node
}

// always is a reading of the feed that never becomes too old within a test.
func always() time.Time { return time.Now().Add(time.Hour) }
