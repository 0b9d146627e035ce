package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

var sessionListCases = []Case{
	{"sessions are listed by what a filter selects, the highest ID first", sessionsByFilter},
	{"sessions are listed page by page", func(t testing.TB, s Subject) {
		s.fixture(t)
		for n := range byte(5) {
			s.change(t, func(tx authority.Tx) { tx.PutSession(s.session(n + 1)) })
		}
		var got []byte
		below := authority.SessionID{}
		for range 4 {
			page := s.sessions(t, authority.SessionFilter{}, below, 2)
			for _, one := range page {
				got, below = append(got, one.ID[0]), one.ID
			}
		}
		if !slices.Equal(got, []byte{5, 4, 3, 2, 1}) {
			t.Errorf("listed %v", got)
		}
	}},
	{"what descends from a session is counted with it, and the login tokens nobody spent", func(t testing.TB, s Subject) {
		s.fixture(t)
		of := func(n, parent byte) authority.Session {
			one := s.session(n)
			one.Parent = authority.SessionID{parent}
			return one
		}
		spent, ended, foreign := s.token(1), s.token(2), s.token(3)
		spent.Parent, ended.Parent, foreign.Parent = authority.SessionID{1}, authority.SessionID{1}, authority.SessionID{9}
		live, deep := s.token(4), s.token(5)
		live.Parent, deep.Parent = authority.SessionID{1}, authority.SessionID{3}
		ended.ExpiresAt = s.Store.Now()
		s.change(t, func(tx authority.Tx) {
			for _, one := range []authority.Session{s.session(1), of(2, 1), of(3, 2), of(4, 1), s.session(9)} {
				tx.PutSession(one)
			}
			for _, l := range []authority.LoginToken{spent, ended, foreign, live, deep} {
				tx.PutLoginToken(l)
			}
		})
		s.close(t, authority.SessionID{4})
		if !s.redeem(t, redemptionOf(spent)) {
			t.Error("not redeemed")
		}
		for id, want := range map[byte]authority.Ends{1: {Sessions: 3, LoginTokens: 2}, 3: {Sessions: 1, LoginTokens: 1}, 4: {}} {
			got := s.count(t, authority.SessionFilter{ID: authority.SessionID{id}, LiveAt: s.Store.Now()})
			if got != want {
				t.Errorf("session %d: %+v, want %+v", id, got, want)
			}
		}
	}},
	{"of many sessions those that are open are closed", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) {
			tx.PutSession(s.session(1))
			tx.PutSession(s.session(2))
			tx.PutSession(s.session(3))
		})
		s.close(t, authority.SessionID{2})
		closed := s.close(t, authority.SessionID{1}, authority.SessionID{2}, authority.SessionID{8})
		if !slices.Equal(closed, []authority.SessionID{{1}}) {
			t.Errorf("closed %v", closed)
		}
		if got := s.close(t); len(got) > 0 || !s.sessionFacts(t, authority.SessionID{3}).Session.ClosedAt.IsZero() {
			t.Errorf("closed without being asked: %v", got)
		}
	}},
	{"login tokens are counted by what a filter selects", func(t testing.TB, s Subject) {
		s.fixture(t)
		acting := s.token(1)
		acting.Actor = other
		s.change(t, func(tx authority.Tx) { tx.PutLoginToken(acting); tx.PutLoginToken(s.token(2)) })
		for name, c := range map[string]struct {
			filter authority.LoginTokenFilter
			want   int64
		}{
			"all":          {authority.LoginTokenFilter{}, 2},
			"subject":      {authority.LoginTokenFilter{Principal: owner}, 2},
			"who acts":     {authority.LoginTokenFilter{Principal: other}, 1},
			"minter":       {authority.LoginTokenFilter{Principal: minter}, 2},
			"nobody":       {authority.LoginTokenFilter{Principal: "person:99"}, 0},
			"account":      {authority.LoginTokenFilter{Tenant: account}, 2},
			"organisation": {authority.LoginTokenFilter{Tenant: organisation}, 2},
			"elsewhere":    {authority.LoginTokenFilter{Tenant: "reseller:77"}, 0},
			"too late":     {authority.LoginTokenFilter{LiveAt: s.Store.Now().Add(time.Minute)}, 0},
		} {
			if c.filter.LiveAt.IsZero() {
				c.filter.LiveAt = s.Store.Now()
			}
			s.view(t, func(ctx context.Context, v authority.View) error {
				n, err := v.CountLoginTokens(ctx, c.filter)
				if n != c.want {
					t.Errorf("%s: %d, want %d", name, n, c.want)
				}
				return err
			})
		}
	}},
}

func sessionsByFilter(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	plain, acting, service, old, ended := s.session(1), s.session(2), s.session(3), s.session(4), s.session(5)
	plain.Unit = "unit:EE"
	acting.Account, acting.Actor, acting.Organisation = account, other, ""
	service.Subject, service.Organisation, service.Dialect, service.Credential = minter, "", "crmcom", authority.CredentialID{77}
	old.OpenedAt, old.Parent = now.Add(-time.Hour), authority.SessionID{1}
	ended.ExpiresAt = now
	s.change(t, func(tx authority.Tx) {
		tx.PutTenant(authority.Tenant{ID: "unit:EE", Parent: organisation, Name: "u", Status: authority.Active, CreatedAt: now, UpdatedAt: now})
		for _, one := range []authority.Session{plain, acting, service, old, ended} {
			tx.PutSession(one)
		}
	})
	for name, c := range map[string]struct {
		filter authority.SessionFilter
		want   []byte
	}{
		"all":                {authority.SessionFilter{}, []byte{5, 4, 3, 2, 1}},
		"live":               {authority.SessionFilter{LiveAt: now}, []byte{4, 3, 2, 1}},
		"ID":                 {authority.SessionFilter{ID: authority.SessionID{3}}, []byte{3}},
		"subject or holder":  {authority.SessionFilter{Principal: minter}, []byte{5, 4, 3, 2, 1}},
		"subject":            {authority.SessionFilter{Principal: owner}, []byte{5, 4, 2, 1}},
		"who acts":           {authority.SessionFilter{Principal: other}, []byte{2}},
		"credential":         {authority.SessionFilter{Credential: authority.CredentialID{77}}, []byte{3}},
		"account":            {authority.SessionFilter{Tenant: account}, []byte{2}},
		"above the account":  {authority.SessionFilter{Tenant: outer}, []byte{2}},
		"organisation":       {authority.SessionFilter{Tenant: organisation}, []byte{5, 4, 2, 1}},
		"unit":               {authority.SessionFilter{Tenant: "unit:EE"}, []byte{1}},
		"no tenant":          {authority.SessionFilter{Tenant: "account:1"}, nil},
		"dialect":            {authority.SessionFilter{Dialect: "crmcom"}, []byte{3}},
		"opened before":      {authority.SessionFilter{OpenedBefore: now}, []byte{4}},
		"parent":             {authority.SessionFilter{Parents: []authority.SessionID{{9}, {1}}}, []byte{4}},
		"several conditions": {authority.SessionFilter{Principal: owner, Tenant: tenant.Installation, Dialect: "pulse", LiveAt: now}, []byte{4, 2, 1}},
	} {
		var got []byte
		for _, one := range s.sessions(t, c.filter, authority.SessionID{}, 10) {
			got = append(got, one.ID[0])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if diff := cmp.Diff([]authority.Session{acting}, s.sessions(t, authority.SessionFilter{Principal: other}, authority.SessionID{}, 10)); diff != "" {
		t.Error(diff)
	}
}

func (s Subject) sessions(t testing.TB, f authority.SessionFilter, below authority.SessionID, limit int) (sessions []authority.Session) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		sessions, err = v.Sessions(ctx, f, below, limit)
		return err
	})
	return sessions
}

func (s Subject) count(t testing.TB, f authority.SessionFilter) (ends authority.Ends) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) (err error) {
		ends, err = v.CountSessions(ctx, f)
		return err
	})
	return ends
}

func (s Subject) close(t testing.TB, ids ...authority.SessionID) (closed []authority.SessionID) {
	t.Helper()
	s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
		closed, err = tx.CloseSessions(ctx, ids, s.Store.Now())
		return err
	})
	return closed
}

var overviewCases = []Case{
	{"children are counted by kind, and only they", func(t testing.TB, s Subject) {
		s.fixture(t)
		now := s.Store.Now()
		s.change(t, func(tx authority.Tx) {
			for _, id := range []tenant.ID{"unit:A", "unit:B", "account:7"} {
				tx.PutTenant(authority.Tenant{ID: id, Parent: organisation, Name: "n", Status: authority.Active, CreatedAt: now, UpdatedAt: now})
			}
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			got, err := v.ChildCounts(ctx, organisation)
			if diff := cmp.Diff(map[tenant.Kind]int64{tenant.KindReseller: 1, tenant.KindUnit: 2, tenant.KindAccount: 1}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	}},
	{"grants are found by tenant and role", func(t testing.TB, s Subject) {
		s.fixture(t)
		s.change(t, func(tx authority.Tx) {
			tx.PutGrant(grant.Grant{Principal: other, Tenant: outer, Role: grant.ManagerAdmin, Position: 9})
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			got, err := v.GrantsAt(ctx, []tenant.ID{account, outer}, []grant.RoleID{grant.AccountOwner, grant.ManagerAdmin})
			if len(got) != 2 || got[0].Principal != owner || got[1].Principal != other || got[1].Tenant != outer {
				t.Errorf("%+v", got)
			}
			none, noneErr := v.GrantsAt(ctx, nil, []grant.RoleID{grant.AccountOwner})
			if len(none) > 0 || noneErr != nil {
				t.Errorf("nowhere: %+v, %v", none, noneErr)
			}
			return err
		})
	}},
}
