package storetest

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

var eventListCases = []Case{
	{"events are listed by what a filter selects", func(t testing.TB, s Subject) {
		s.fixture(t)
		source := netip.MustParseAddr("192.0.2.7")
		events := []audit.Event{
			{Act: audit.OpenSession, Outcome: audit.Done, Actor: owner, Tenant: account, Dialect: "pulse", Session: secret.ID{1, 1}},
			{Act: audit.CloseSession, Outcome: audit.Done, Actor: other, ActingFor: owner, Session: secret.ID{1, 1}, Request: "r"},
			{Act: audit.Authenticate, Outcome: audit.Denied, Reason: "locked", Subject: owner, Source: source},
			{Act: audit.RevokeCredential, Outcome: audit.Done, Tenant: organisation, Detail: map[string]string{"credential": authority.CredentialID{5}.String()}},
			{Act: audit.MintLoginToken, Outcome: audit.Done, Credential: secret.ID{5}, Tenant: "account:1"},
		}
		s.change(t, func(tx authority.Tx) {
			for i, e := range events {
				e.ID, e.At = secret.ID{byte(i + 1)}, s.Store.Now()
				tx.Append(e)
			}
		})
		for name, c := range map[string]struct {
			filter authority.EventFilter
			want   []byte
		}{
			"all":                {authority.EventFilter{}, []byte{1, 2, 3, 4, 5}},
			"after":              {authority.EventFilter{After: secret.ID{3}}, []byte{4, 5}},
			"before":             {authority.EventFilter{Before: secret.ID{3}}, []byte{1, 2}},
			"the newest before":  {authority.EventFilter{Newest: true, Limit: 1, Before: secret.ID{3}}, []byte{2}},
			"limit":              {authority.EventFilter{Limit: 2}, []byte{1, 2}},
			"the newest":         {authority.EventFilter{Limit: 2, Newest: true}, []byte{4, 5}},
			"the newest after":   {authority.EventFilter{Newest: true, After: secret.ID{4}}, []byte{5}},
			"act":                {authority.EventFilter{Acts: []audit.Act{audit.CloseSession}}, []byte{2}},
			"acts":               {authority.EventFilter{Acts: []audit.Act{audit.CloseSession, audit.OpenSession}}, []byte{1, 2}},
			"outcome":            {authority.EventFilter{Outcome: audit.Denied}, []byte{3}},
			"reason":             {authority.EventFilter{Reason: "locked"}, []byte{3}},
			"principal":          {authority.EventFilter{Principal: owner}, []byte{1, 2, 3}},
			"tenant":             {authority.EventFilter{Tenant: account}, []byte{1}},
			"subtree":            {authority.EventFilter{Tenant: organisation}, []byte{1, 4}},
			"installation":       {authority.EventFilter{Tenant: tenant.Installation}, []byte{1, 4}},
			"credential":         {authority.EventFilter{Credential: authority.CredentialID{5}}, []byte{4, 5}},
			"another credential": {authority.EventFilter{Credential: authority.CredentialID{6}}, nil},
			"session":            {authority.EventFilter{Session: authority.SessionID{1, 1}}, []byte{1, 2}},
			"dialect":            {authority.EventFilter{Dialect: "pulse"}, []byte{1}},
			"request":            {authority.EventFilter{Request: "r"}, []byte{2}},
			"source":             {authority.EventFilter{Source: source}, []byte{3}},
			"both of two":        {authority.EventFilter{Principal: owner, Outcome: audit.Denied}, []byte{3}},
		} {
			if c.filter.Limit == 0 {
				c.filter.Limit = 10
			}
			s.view(t, func(ctx context.Context, v authority.View) error {
				found, err := v.Events(ctx, c.filter)
				var got []byte
				for _, e := range found {
					got = append(got, e.ID[0])
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
				return err
			})
		}
	}},
}
