package facts

import (
	"context"
	"net/netip"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// nothing remembers nothing.
type nothing struct{}

func (nothing) forget(changed) {}
func (nothing) forgetAll()     {}

func audienceIn(k kept[authority.AudienceID, *audience], id authority.AudienceID) (ok bool) {
	_, ok = k.get(id)
	return ok
}

// sayMuch says of more facts than are held that they have changed.
func sayMuch(c *changes) {
	for i := range changesHeld + 1 {
		c.mark(changedOf(authority.FeedSession, strconv.Itoa(i)))
	}
}

func TestMoreChangesThanAreHeldDoubtAllThatWasReadBefore(t *testing.T) {
	c := newChanges(nothing{})
	k := keep[authority.AudienceID, *audience](10, c)
	k.put(1, &audience{Audience: authority.Audience{ID: 1}}, c.said.Load())
	c.mark(changedOf(authority.FeedAudience, "1"))
	sayMuch(c)
	if audienceIn(k, 1) {
		t.Error("what has changed counts because it is not known any more that it has")
	}
	k.put(2, &audience{Audience: authority.Audience{ID: 2}}, c.said.Load())
	if !audienceIn(k, 2) {
		t.Error("what was read since is not remembered")
	}
	if len(c.last) > changesHeld {
		t.Errorf("%d changes are held", len(c.last))
	}
}

func TestAChangeThatIsOneTooManyCountsItself(t *testing.T) {
	c := newChanges(nothing{})
	k := keep[authority.AudienceID, *audience](10, c)
	for i := range changesHeld {
		c.mark(changedOf(authority.FeedSession, strconv.Itoa(i)))
	}
	said := c.said.Load()
	k.put(1, &audience{Audience: authority.Audience{ID: 1}}, said)
	c.mark(changedOf(authority.FeedAudience, "1"))
	if audienceIn(k, 1) {
		t.Error("it is not known to have changed")
	}
}

// TestWhatHoldsIsNotLookedIntoAgainAndStillEnds moves what a value is known to hold as of, and then changes it.
func TestWhatHoldsIsNotLookedIntoAgainAndStillEnds(t *testing.T) {
	c := newChanges(nothing{})
	k := keep[authority.AudienceID, *audience](10, c)
	of := &audience{Audience: authority.Audience{ID: 1}}
	k.put(1, of, c.said.Load())
	c.mark(changedOf(authority.FeedAudience, "2"))
	if !audienceIn(k, 1) || of.said.Load() != c.said.Load() {
		t.Error("it does not hold as of now")
	}
	c.mark(changedOf(authority.FeedAudience, "1"))
	for range 2 {
		if audienceIn(k, 1) {
			t.Error("it holds though it has changed")
		}
	}
}

func TestASessionIsRememberedAsItWas(t *testing.T) {
	text := rapid.StringMatching(`[a-z0-9:/]{0,8}`)
	times := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(1, 1<<52).Draw(t, "micros")).UTC()
	})
	id := func(t *rapid.T, label string) (id [16]byte) {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, label))
		return id
	}
	remembered := keepSessions(100, 100, keepRows(100), time.Now)
	rapid.Check(t, func(t *rapid.T) {
		s := authority.Session{
			ID: id(t, "id"), Kind: authority.SessionKind(text.Draw(t, "kind")), Subject: grant.PrincipalID(text.Draw(t, "subject")),
			Organisation: tenant.ID(text.Draw(t, "organisation")), Account: tenant.ID(text.Draw(t, "account")), Unit: tenant.ID(text.Draw(t, "unit")),
			Audience: authority.AudienceID(rapid.Int64().Draw(t, "audience")), Actor: grant.PrincipalID(text.Draw(t, "actor")),
			Credential: id(t, "credential"), SecretAt: times.Draw(t, "secret at"), Client: id(t, "client"), Parent: id(t, "parent"),
			LoginToken: id(t, "login token"), Thumbprint: text.Draw(t, "thumbprint"), Dialect: text.Draw(t, "dialect"),
			OpenedAt: times.Draw(t, "opened"), ExpiresAt: times.Draw(t, "expires"),
			IdleLifetime: time.Duration(rapid.Int64().Draw(t, "idle")), UsedAt: times.Draw(t, "used"), ClosedAt: times.Draw(t, "closed"),
			Fingerprint: secret.Fingerprint{rapid.Byte().Draw(t, "fingerprint")},
		}
		if rapid.Bool().Draw(t, "narrowed") {
			s.Permissions = []grant.Permission{}
			for _, p := range rapid.SliceOfN(text, 0, 3).Draw(t, "permissions") {
				s.Permissions = append(s.Permissions, grant.Permission(p))
			}
		}
		// No option: nil and empty permissions are not the same.
		remembered.put(&s)
		if got, _, ok := remembered.get(s.ID); !ok || cmp.Diff(s, got) != "" {
			t.Fatal(ok, cmp.Diff(s, got))
		}
	})
}

func TestAllThatIsPackedIsForgottenWhenAnythingMayHaveChanged(t *testing.T) {
	store := Remember(nil, Options{})
	has := func() (is [2]bool) {
		_, _, is[0] = store.sessions.get(authority.SessionID{1})
		_, is[1] = store.rows.credential(authority.CredentialID{2})
		return is
	}
	store.sessions.put(&authority.Session{ID: authority.SessionID{1}})
	store.learnCredential(&authority.Credential{ID: authority.CredentialID{2}}, 0)
	if is := has(); is != [2]bool{true, true} {
		t.Fatal("they are not remembered", is)
	}
	store.changes.reset()
	if is := has(); is != [2]bool{} {
		t.Error("they are remembered", is)
	}
}

func TestARowReadBeforeItChangedIsNotPacked(t *testing.T) {
	store := Remember(nil, Options{})
	key := authority.Credential{ID: authority.CredentialID{1}}
	said := store.changes.said.Load()
	store.changes.mark(changedOf(authority.FeedCredential, key.ID.String()))
	store.learnCredential(&key, said)
	if _, ok := store.credential(key.ID); ok {
		t.Error("what was read before a change is remembered")
	}
	store.learnCredential(&key, store.changes.said.Load())
	if _, ok := store.credential(key.ID); !ok {
		t.Error("what was read since is not")
	}
}

func TestARoleOrAnAudienceReadBeforeItChangedIsNotRemembered(t *testing.T) {
	store := Remember(nil, Options{})
	who := authority.Standing{
		Principal: authority.Principal{ID: "person:1"}, Roles: map[grant.RoleID]grant.Role{"ORG/agent": {ID: "ORG/agent"}},
	}
	before := store.changes.said.Load()
	store.changes.mark(changedOf(authority.FeedRole, "ORG/agent"), changedOf(authority.FeedAudience, authority.AudienceID(1).String()))
	for said, want := range map[uint64]bool{before: false, store.changes.said.Load(): true} {
		store.roles.values.InvalidateAll()
		store.audiences.values.InvalidateAll()
		store.learnStanding(&who, said)
		store.learnAudience(authority.Audience{ID: 1}, said)
		if _, ok := store.roles.get("ORG/agent"); ok != want {
			t.Errorf("a role is remembered: %v", ok)
		}
		if _, ok := store.audience(1); ok != want {
			t.Errorf("an audience is remembered: %v", ok)
		}
	}
}

// What is too long to be packed is at hand as it was read, until it changes.
func TestALongRowIsRememberedToo(t *testing.T) {
	who := authority.Standing{Principal: authority.Principal{ID: "person:1"}}
	key := authority.Credential{ID: authority.CredentialID{1}}
	where := &authority.Tenant{ID: "account:1", Profile: authority.Profile{Whitelabel: map[string]any{"a": strings.Repeat("long", longestRow/4)}}}
	for i := range 10_000 {
		who.Grants = append(who.Grants, grant.Grant{Principal: "person:1", Role: grant.AccountUser, Position: int64(i)})
		key.Tenants = append(key.Tenants, "account:"+tenant.ID(strconv.Itoa(i)))
	}
	store := Remember(nil, Options{})
	has := func() (is [3]bool) {
		_, is[0] = store.standing("person:1")
		_, is[1] = store.credential(key.ID)
		_, is[2] = store.tenantOf("account:1")
		return is
	}
	store.learnStanding(&who, 0)
	store.learnCredential(&key, 0)
	store.learnTenant(where, 0)
	if is := has(); is != [3]bool{true, true, true} {
		t.Error("they are not remembered:", is)
	}
	store.changes.mark(
		changedOf(authority.FeedPrincipal, "person:1"), changedOf(authority.FeedCredential, key.ID.String()), changedOf(authority.FeedTenant, "account:1"))
	if is := has(); is != [3]bool{} {
		t.Error("they are remembered after they changed:", is)
	}
}

// A reading in which a grant is gone before its role is read must not tell others that there is no such role.
func TestARoleThatSomebodysReadingHasNotIsThereForOthers(t *testing.T) {
	store := Remember(nil, Options{})
	of := func(id grant.PrincipalID, roles map[grant.RoleID]grant.Role) *authority.Standing {
		return &authority.Standing{
			Principal: authority.Principal{ID: id, Organisation: "organisation:ORG"}, Roles: roles,
			Grants:  []grant.Grant{{Principal: id, Tenant: "organisation:ORG", Role: "ORG/agent"}},
			Tenants: map[tenant.ID]*authority.Tenant{"organisation:ORG": {ID: "organisation:ORG"}},
		}
	}
	agent := grant.Role{ID: "ORG/agent", Permissions: []grant.Permission{"read"}}
	store.learnStanding(of("person:1", map[grant.RoleID]grant.Role{agent.ID: agent}), 0)
	store.learnStanding(of("person:2", nil), 0)
	store.PutAway()
	who, ok := store.standing("person:1")
	if !ok || len(who.Roles) != 1 {
		t.Errorf("remembered %v, with the roles %v", ok, who)
	}
}

// full fills every field with something that is not nothing, so that one which is not packed is missed.
func full[T any](t *testing.T) (v T) {
	t.Helper()
	n := int64(0)
	fill(t, reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(t *testing.T, v reflect.Value, n *int64) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMicro(1_700_000_000_000_000 + *n).UTC()))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(*n), 0}), 24)))
		return
	case map[string]any:
		v.Set(reflect.ValueOf(map[string]any{"a": "b", "c": float64(*n), "d": []any{true, nil}}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + strconv.FormatInt(*n, 10))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(*n)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 255))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		t.Fatalf("it is not known how to fill %s", v.Type())
	}
}

// TestEveryFieldOfARowIsPacked fails for a field that is added to a row and not packed. Of nothing, nothing is made.
func TestEveryFieldOfARowIsPacked(t *testing.T) {
	for name, p := range map[string]authority.Principal{"a full one": full[authority.Principal](t), "nothing": {}} {
		grants := full[[]grant.Grant](t)
		grants[1].Inactive, grants[0].Primary = false, false
		for i := range grants {
			grants[i].Principal = p.ID
		}
		for _, granted := range [][]grant.Grant{grants, {}, nil} {
			row := packedRow{string(packPrincipal(nil, &p, granted))}
			row.byte() // its kind
			got, has := unpackPrincipal(&row)
			if diff := cmp.Diff(p, got) + cmp.Diff(granted, has); diff != "" || len(row.left) > 0 {
				t.Errorf("principal, %s: %s, %d bytes left", name, diff, len(row.left))
			}
		}
	}
	none := authority.Credential{Restriction: authority.Restriction{Tenants: []tenant.ID{}, Permissions: []grant.Permission{}}, Limits: map[string]int{}}
	for name, c := range map[string]authority.Credential{"a full one": full[authority.Credential](t), "nothing": {}, "for nothing": none} {
		row := packedRow{string(packCredential(nil, &c))}
		row.byte()
		if got := unpackCredential(&row); cmp.Diff(c, got, byPrefix) != "" || len(row.left) > 0 {
			t.Errorf("credential, %s: %s, %d bytes left", name, cmp.Diff(c, got, byPrefix), len(row.left))
		}
	}
	for name, w := range map[string]authority.Tenant{"a full one": full[authority.Tenant](t), "nothing": {}} {
		packing, ok := packTenant(nil, &w)
		row := packedRow{string(packing)}
		row.byte()
		got, unpacked := unpackTenant(&row)
		if diff := cmp.Diff(w, got); !ok || !unpacked || diff != "" || len(row.left) > 0 {
			t.Errorf("tenant, %s: %v, %v, %s, %d bytes left", name, ok, unpacked, diff, len(row.left))
		}
	}
}

var byPrefix = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestARowIsNobodyElses(t *testing.T) {
	r := keepRows(10)
	p, c, w := authority.Principal{ID: "person:1"}, authority.Credential{ID: authority.CredentialID{1}}, authority.Tenant{ID: "account:1"}
	other, no, elsewhere := factOf(authority.FeedPrincipal, "person:2"), factOf(authority.FeedCredential, authority.CredentialID{2}.String()), factOf(authority.FeedTenant, "account:2")
	r.put(other[:], packPrincipal(nil, &p, nil)) // as if two facts had one name
	r.put(no[:], packCredential(nil, &c))
	row, _ := packTenant(nil, &w)
	r.put(elsewhere[:], row)
	if _, _, ok := r.principal("person:2"); ok {
		t.Error("a person is another")
	}
	both := factOf(authority.FeedPrincipal, "p")
	r.put(both[:], packCredential(nil, &authority.Credential{ID: authority.CredentialID{'p'}})) // read as a person's, it has this id
	if _, _, ok := r.principal("p"); ok {
		t.Error("a credential is a person")
	}
	if _, ok := r.credential(authority.CredentialID{2}); ok {
		t.Error("a credential is another")
	}
	if _, ok := r.tenant("account:2"); ok {
		t.Error("a tenant is another")
	}
}

func TestWhatIsOfferedASecondTimeIsAtHand(t *testing.T) {
	k := keepOffered[authority.AudienceID, *audience](10, newChanges(nothing{}))
	for i, want := range []bool{false, true} {
		k.offer(1, &audience{Audience: authority.Audience{ID: 1}}, 0)
		if audienceIn(k, 1) != want {
			t.Errorf("offered %d times, it is kept: %v", i+1, !want)
		}
	}
	for id := range authority.AudienceID(40 * atHand) { // so many that each place has been another's
		k.offered.again(1000 + id)
	}
	if k.offered.again(1) {
		t.Error("what was offered long ago was offered lately")
	}
}

// TestWhatWasPutTogetherBeforeAChangeDoesNotOutliveIt changes rows, again and again, while others ask for them. The rows are
// long, so that putting them together takes long enough to be overtaken.
func TestWhatWasPutTogetherBeforeAChangeDoesNotOutliveIt(t *testing.T) {
	const long = 500
	key := authority.Credential{ID: authority.CredentialID{1}}
	who := authority.Standing{Principal: authority.Principal{ID: "person:1"}}
	where := &authority.Tenant{ID: "account:1", Profile: authority.Profile{Whitelabel: map[string]any{}}}
	opened := authority.Session{ID: authority.SessionID{1}, Credential: key.ID}
	for i := range long {
		key.Networks = append(key.Networks, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i)}), 24))
		who.Grants = append(who.Grants, grant.Grant{Principal: "person:1", Role: grant.AccountUser, Position: int64(i)})
		where.Profile.Whitelabel[strconv.Itoa(i)] = true
	}
	for name, test := range map[string]struct {
		change changed
		learn  func(s *Store, said uint64)
		has    func(s *Store) bool
	}{
		"a credential": {
			changedOf(authority.FeedCredential, key.ID.String()), func(s *Store, said uint64) { s.learnCredential(&key, said) },
			func(s *Store) bool { _, ok := s.credential(key.ID); return ok },
		},
		"a standing": {
			changedOf(authority.FeedPrincipal, "person:1"), func(s *Store, said uint64) { s.learnStanding(&who, said) },
			func(s *Store) bool { _, ok := s.standing("person:1"); return ok },
		},
		"a tenant": {
			changedOf(authority.FeedTenant, "account:1"), func(s *Store, said uint64) { s.learnTenant(where, said) },
			func(s *Store) bool { _, ok := s.tenantOf("account:1"); return ok },
		},
		"a lineage": {
			changedOf(authority.FeedTenant, "account:1"), func(s *Store, said uint64) { s.learnTenant(where, said) },
			func(s *Store) bool { _, ok := s.lineage("account:1"); return ok },
		},
		"a place": {
			changedOf(authority.FeedTenant, "account:1"), func(s *Store, said uint64) { s.learnTenant(where, said) },
			func(s *Store) bool { _, ok := s.place(authority.Principal{Organisation: "account:1"}, nil); return ok },
		},
		"circumstances": {
			changedOf(authority.FeedCredential, key.ID.String()), func(s *Store, said uint64) {
				s.learnSession(&opened, said)
				s.learnCredential(&key, said)
			},
			func(s *Store) bool {
				found, of, ok := s.sessions.get(opened.ID)
				if ok {
					_, ok = s.circumstances(of, &found)
				}
				return ok
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := Remember(nil, Options{})
			ctx, stop := context.WithCancel(t.Context())
			var asking sync.WaitGroup
			var asked atomic.Int64
			asking.Go(func() {
				for ctx.Err() == nil {
					test.has(s)
					asked.Add(1)
				}
			})
			for range 300 {
				test.learn(s, s.changes.said.Load())
				for !test.has(s) {
					runtime.Gosched()
				}
				s.changes.mark(test.change)
				for last := asked.Load() + 1; asked.Load() <= last; { // until whoever asked meanwhile has an answer
					runtime.Gosched()
				}
				if test.has(s) {
					t.Error("it is remembered as it was before it changed")
					break
				}
			}
			stop()
			asking.Wait()
		})
	}
}

func TestWhatIsAskedForOnceIsNotAtHand(t *testing.T) {
	s := Remember(nil, Options{})
	organisation, now := tenant.Organisation("ORG"), time.Now()
	for _, w := range []*authority.Tenant{{ID: tenant.Installation}, {ID: organisation, Parent: tenant.Installation}} {
		s.learnTenant(w, 0)
	}
	s.learnStanding(&authority.Standing{Principal: authority.Principal{ID: "person:1", Organisation: organisation}}, 0)
	s.learnCredential(&authority.Credential{ID: authority.CredentialID{1}, Principal: "person:1"}, 0)
	own := authority.Session{ // by a credential of their own, as most are
		ID: authority.SessionID{1}, Subject: "person:1", Organisation: organisation, Credential: authority.CredentialID{1}, OpenedAt: now, UsedAt: now,
	}
	s.learnSession(&own, 0)
	atHand := func() (is [3]bool) {
		_, is[0] = s.standings.get(own.Subject)
		_, is[1] = s.credentials.get(own.Credential)
		_, is[2] = s.sessions.atHand.GetIfPresent(s.sessions.keepOrigin(&own))
		return is
	}
	for asked, want := range [][3]bool{{}, {true, true, true}} {
		found, of, ok := s.sessions.get(own.ID)
		if !ok {
			t.Fatal("it is not remembered")
		}
		if _, ok := s.circumstances(of, &found); !ok {
			t.Fatal("what decides over it is not")
		}
		own.UsedAt = now.Add(time.Duration(asked+1) * time.Second)
		s.sessions.use(own.ID, own.UsedAt) // which is no question
		if is := atHand(); is != want {
			t.Errorf("asked %d times, the standing, the credential and the origin are at hand: %v", asked+1, is)
		}
	}
	if found, _, _ := s.sessions.get(own.ID); !found.UsedAt.Equal(own.UsedAt.Truncate(time.Microsecond)) {
		t.Errorf("last used at %v, not %v", found.UsedAt, own.UsedAt)
	}
}
