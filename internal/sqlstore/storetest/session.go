package storetest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

var sessionCases = []Case{
	{"a session comes back as it was put", func(t testing.TB, s Subject) {
		s.fixture(t)
		want := s.session(1)
		want.Account, want.Unit, want.Actor = account, tenant.Unit("EE"), other
		want.Parent, want.LoginToken = authority.SessionID{2}, authority.LoginTokenID{3}
		s.change(t, func(tx authority.Tx) { tx.PutSession(want) })
		if diff := cmp.Diff(want, s.sessionFacts(t, want.ID).Session); diff != "" {
			t.Error(diff)
		}
	}},
	{"a session's facts have subject, actor, holder, credential, parent and account", func(t testing.TB, s Subject) {
		s.fixture(t)
		parent, child := s.session(1), s.session(2)
		child.Parent, child.Actor, child.Account = parent.ID, other, account
		s.change(t, func(tx authority.Tx) { tx.PutSession(parent); tx.PutSession(child) })
		f := s.sessionFacts(t, child.ID)
		if f.Subject.Principal.ID != owner || f.Actor.Principal.ID != other || f.Holder.Principal.ID != minter ||
			f.Credential.ID != minterKey || len(f.Above) != 1 || f.Above[0].ID != parent.ID || len(f.Account) != 5 {
			t.Errorf("facts: %+v", f)
		}
	}},
	{"a session's facts have all that is above it, the clients of these, and the audience", func(t testing.TB, s Subject) {
		s.fixture(t)
		other := authority.Credential{
			ID: authority.CredentialID{2}, Kind: authority.APIKey, Principal: owner, Name: "client", Lookup: secret.Fingerprint{2},
			Status: authority.Active, SecretAt: s.Store.Now(), CreatedAt: s.Store.Now(), UpdatedAt: s.Store.Now(),
		}
		top, middle, low, beside := s.session(1), s.session(2), s.session(3), s.session(4)
		top.Client, middle.Client = authority.CredentialID{}, other.ID
		middle.Parent, low.Parent, beside.Parent = top.ID, middle.ID, top.ID
		s.change(t, func(tx authority.Tx) {
			tx.PutCredential(other)
			for _, one := range []authority.Session{top, middle, low, beside} {
				tx.PutSession(one)
			}
		})
		f := s.sessionFacts(t, low.ID)
		if len(f.Above) != 2 || f.Above[0].ID != middle.ID || f.Above[1].ID != top.ID {
			t.Errorf("above: %+v", f.Above)
		}
		if len(f.Clients) != 2 || f.ClientHolder.Principal.ID != minter || f.Audience.ID != audience {
			t.Errorf("clients %+v of %q, audience %d", f.Clients, f.ClientHolder.Principal.ID, f.Audience.ID)
		}
		if f := s.sessionFacts(t, top.ID); len(f.Above)+len(f.Clients) != 0 || f.ClientHolder.Principal.ID != "" {
			t.Errorf("of the topmost: %+v", f)
		}
	}},
	{"what decides over many sessions is what decides over each", func(t testing.TB, s Subject) {
		s.fixture(t)
		sessions := []authority.Session{s.session(1), s.session(2), s.session(3)}
		sessions[0].Account, sessions[1].Actor, sessions[1].Client, sessions[2].Audience = account, other, authority.CredentialID{}, 0
		s.change(t, func(tx authority.Tx) {
			for _, one := range sessions {
				tx.PutSession(one)
			}
		})
		var f authority.ManyFacts
		s.view(t, func(ctx context.Context, v authority.View) (err error) {
			f, err = v.FactsOfSessions(ctx, sessions)
			return err
		})
		for _, one := range sessions {
			s.mustBeAmong(t, f, s.sessionFacts(t, one.ID))
		}
		if len(f.Credentials) != 1 || len(f.Standings) != 3 || len(f.Audiences) != 1 {
			t.Errorf("%d credentials, %d standings, %d audiences", len(f.Credentials), len(f.Standings), len(f.Audiences))
		}
	}},
	{"an unknown session is not found", func(t testing.TB, s Subject) {
		err := s.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			_, err := v.SessionFacts(ctx, authority.SessionID{42})
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	}},
	{"of many that close one session at once, one does", func(t testing.TB, s Subject) {
		s.fixture(t)
		session := s.session(1)
		s.change(t, func(tx authority.Tx) { tx.PutSession(session) })
		var closed atomic.Int64
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				var ended []authority.SessionID
				s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
					ended, err = tx.CloseSessions(ctx, []authority.SessionID{session.ID}, s.Store.Now())
					return err
				})
				closed.Add(int64(len(ended)))
			})
		}
		wait.Wait()
		if closed.Load() != 1 || !s.sessionFacts(t, session.ID).Session.ClosedAt.Equal(s.Store.Now()) {
			t.Errorf("%d closings of one session succeeded", closed.Load())
		}
	}},
	{"the last use moves forward only", func(t testing.TB, s Subject) {
		s.fixture(t)
		session := s.session(1)
		later := session.UsedAt.Add(time.Minute)
		s.change(t, func(tx authority.Tx) { tx.PutSession(session) })
		s.change(t, func(tx authority.Tx) { tx.TouchSession(session.ID, later) })
		s.change(t, func(tx authority.Tx) { tx.TouchSession(session.ID, session.UsedAt) })
		if got := s.sessionFacts(t, session.ID).Session.UsedAt; !got.Equal(later) {
			t.Errorf("last used at %s, not %s", got, later)
		}
	}},
}

func (s Subject) session(n byte) authority.Session {
	now := s.Store.Now()
	return authority.Session{
		ID: authority.SessionID{n}, Fingerprint: secret.Fingerprint{n}, Subject: owner, Organisation: organisation,
		Audience: audience, Credential: minterKey, Dialect: "pulse", OpenedAt: now, ExpiresAt: now.Add(time.Hour),
		IdleLifetime: time.Minute, UsedAt: now, Kind: authority.AccessToken, Client: minterKey,
		Permissions: []grant.Permission{grant.MintLoginToken}, Thumbprint: "thumb",
	}
}

// mustBeAmong fails for what decides over one session and is not among that of many.
func (s Subject) mustBeAmong(t testing.TB, many authority.ManyFacts, one authority.SessionFacts) {
	t.Helper()
	tenants := map[tenant.ID]*authority.Tenant{}
	for _, w := range many.Tenants {
		tenants[w.ID] = w
	}
	standings := map[grant.PrincipalID]authority.Standing{"": {}}
	for _, who := range many.Standings {
		standings[who.Principal.ID] = who
	}
	for _, who := range []*authority.Standing{one.Subject, one.Actor, one.Holder, one.ClientHolder} {
		has := standings[who.Principal.ID]
		if diff := cmp.Diff(who.Principal, has.Principal) + cmp.Diff(who.Grants, has.Grants); diff != "" {
			t.Errorf("%s: %s", who.Principal.ID, diff)
		}
		for _, g := range who.Grants {
			if diff := cmp.Diff(who.Tenants[g.Tenant], has.Tenants[g.Tenant]) + cmp.Diff(who.Roles[g.Role], has.Roles[g.Role]); diff != "" {
				t.Errorf("%s at %s: %s", who.Principal.ID, g.Tenant, diff)
			}
		}
	}
	for _, w := range one.Account {
		if diff := cmp.Diff(w, tenants[w.ID]); diff != "" {
			t.Errorf("above the account: %s", diff)
		}
	}
	for _, c := range append([]authority.Credential{*one.Credential}, one.Clients...) {
		if !slices.ContainsFunc(many.Credentials, func(has authority.Credential) bool { return cmp.Equal(c, has) }) {
			t.Errorf("credential %v is missing", c.ID)
		}
	}
	if one.Audience.ID != 0 && !slices.ContainsFunc(many.Audiences, func(has authority.Audience) bool { return cmp.Equal(*one.Audience, has) }) {
		t.Errorf("audience %d is missing", one.Audience.ID)
	}
}

func (s Subject) sessionFacts(t testing.TB, id authority.SessionID) (facts authority.SessionFacts) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		facts, err = v.SessionFacts(ctx, id)
		return err
	})
	return facts
}
