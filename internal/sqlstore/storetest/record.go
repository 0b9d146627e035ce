package storetest

import (
	"context"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

var recordCases = []Case{
	{"an event comes back as it was appended", func(t testing.TB, s Subject) {
		want := audit.Event{
			ID: secret.ID{1}, At: s.Store.Now(), Act: audit.MintLoginToken, Outcome: audit.Denied, Reason: "locked",
			Actor: owner, ActingFor: other, Credential: secret.ID{2}, Subject: other, Tenant: account, Audience: 3,
			Session: secret.ID{4}, LoginToken: secret.ID{5}, Dialect: "pulse", Request: "r1",
			Source: netip.MustParseAddr("2001:db8::1"), Count: 7, Detail: map[string]string{"shown": "2"},
		}
		s.change(t, func(tx authority.Tx) { tx.Append(want) })
		if diff := cmp.Diff([]audit.Event{want}, s.events(t), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
	}},
	{"events come oldest first, after the one given", func(t testing.TB, s Subject) {
		s.change(t, func(tx authority.Tx) {
			for _, n := range []byte{3, 1, 2} {
				tx.Append(audit.Event{ID: secret.ID{n}, At: s.Store.Now()})
			}
		})
		s.view(t, func(ctx context.Context, v authority.View) error {
			events, err := v.Events(ctx, authority.EventFilter{After: secret.ID{1}, Limit: 1})
			if len(events) != 1 || events[0].ID != (secret.ID{2}) {
				t.Errorf("got %v", events)
			}
			return err
		})
	}},
	{"a setting that is there stays", func(t testing.TB, s Subject) {
		s.change(t, func(tx authority.Tx) { tx.PutSettingOnce("keys", "first") })
		s.change(t, func(tx authority.Tx) { tx.PutSettingOnce("keys", "second") })
		if got := s.setting(t, "keys"); got != "first" {
			t.Errorf("the setting is %q now", got)
		}
	}},
}
