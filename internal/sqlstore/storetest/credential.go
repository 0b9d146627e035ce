package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var credentialCases = []Case{
	{"the first credential of several fingerprints is found, in their order", firstOfSeveral},
	{"a credential is found by its ID with its holder's standing", credentialByID},
	{"credentials are listed in pages, narrowed by what a filter says", credentialPages},
	{"what a credential minted is counted while it lives", countsMinted},
	{"a last use moves forward, never back, and old ones are forgotten", lastUses},
}

func firstOfSeveral(t testing.TB, s Subject) {
	s.fixture(t)
	first, second := s.key(1), s.key(2)
	second.Principal = owner
	s.change(t, func(tx authority.Tx) { tx.PutCredential(first); tx.PutCredential(second) })
	s.view(t, func(ctx context.Context, v authority.View) error {
		for _, c := range [][]authority.Credential{{first, second}, {second, first}} {
			got, standing, err := v.CredentialByLookup(ctx, secret.Fingerprint{77}, c[0].Lookup, c[1].Lookup)
			if err != nil || got.ID != c[0].ID || standing.Principal.ID != c[0].Principal {
				t.Errorf("found %s of %s, %v; want %s", got.ID, standing.Principal.ID, err, c[0].ID)
			}
		}
		return nil
	})
}

// key returns a credential of the fixture's service, the n-th in the order they were made.
func (s Subject) key(n byte) authority.Credential {
	now := s.Store.Now()
	return authority.Credential{
		ID: authority.CredentialID{20, n}, Kind: authority.APIKey, Principal: minter, Name: "paged", Status: authority.Active,
		Lookup: secret.Fingerprint{50, n}, SecretAt: now, CreatedAt: now, UpdatedAt: now,
	}
}

func credentialByID(t testing.TB, s Subject) {
	s.fixture(t)
	s.view(t, func(ctx context.Context, v authority.View) error {
		got, standing, err := v.Credential(ctx, minterKey)
		if err != nil || got.Name != "key" || standing.Principal.ID != minter || len(standing.Grants) == 0 {
			t.Errorf("found %+v of %+v, %v", got, standing, err)
		}
		if _, _, err := v.Credential(ctx, authority.CredentialID{9}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("one that does not exist: %v", err)
		}
		return nil
	})
}

func credentialPages(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	var ids []authority.CredentialID
	for i := range 5 {
		c := s.key(byte(i))
		if i == 1 {
			c.RevokedAt = now
		}
		if i == 2 {
			c.ExpiresAt = now
		}
		ids = append(ids, c.ID)
		s.change(t, func(tx authority.Tx) { tx.PutCredential(c) })
	}
	page := func(filter authority.CredentialFilter, after authority.CredentialID, limit int) (found []authority.CredentialID) {
		s.view(t, func(ctx context.Context, v authority.View) error {
			rows, err := v.CredentialPage(ctx, filter, after, limit)
			for _, c := range rows {
				found = append(found, c.ID)
			}
			return err
		})
		return found
	}
	for name, c := range map[string]struct {
		filter authority.CredentialFilter
		after  authority.CredentialID
		limit  int
		want   []authority.CredentialID
	}{
		"all of a name":  {authority.CredentialFilter{Name: "paged"}, authority.CredentialID{}, 10, ids},
		"the first two":  {authority.CredentialFilter{Name: "paged"}, authority.CredentialID{}, 2, ids[:2]},
		"after them":     {authority.CredentialFilter{Name: "paged"}, ids[1], 10, ids[2:]},
		"live ones":      {authority.CredentialFilter{Name: "paged", LiveAt: now}, authority.CredentialID{}, 10, slices.Concat(ids[:1], ids[3:])},
		"somebody's":     {authority.CredentialFilter{Name: "paged", Principal: minter, At: account}, authority.CredentialID{}, 10, ids},
		"nobody's":       {authority.CredentialFilter{Principal: "person:77"}, authority.CredentialID{}, 10, nil},
		"another kind":   {authority.CredentialFilter{Name: "paged", Kind: authority.Password}, authority.CredentialID{}, 10, nil},
		"nowhere at all": {authority.CredentialFilter{Name: "paged", At: "account:77"}, authority.CredentialID{}, 10, nil},
	} {
		if got := page(c.filter, c.after, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func countsMinted(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	other := s.token(2)
	other.Credential = authority.CredentialID{9}
	s.change(t, func(tx authority.Tx) {
		tx.PutLoginToken(s.token(1))
		tx.PutLoginToken(other)
	})
	for at, want := range map[time.Time]int64{now: 1, other.ExpiresAt: 0} {
		s.view(t, func(ctx context.Context, v authority.View) error {
			n, err := v.CountLoginTokens(ctx, authority.LoginTokenFilter{LiveAt: at, Credential: minterKey})
			if err != nil || n != want {
				t.Errorf("at %s: %d, %v; want %d", at, n, err, want)
			}
			return nil
		})
	}
}

func lastUses(t testing.TB, s Subject) {
	s.fixture(t)
	now := s.Store.Now()
	use := func(dialect, source string, at time.Time) authority.CredentialUse {
		return authority.CredentialUse{Credential: minterKey, Dialect: dialect, Source: source, At: at}
	}
	s.change(t, func(tx authority.Tx) {
		tx.NoteCredentialUse(use("alephee", "192.0.2.1/32", now))
		tx.NoteCredentialUse(use("alephee", "192.0.2.1/32", now.Add(-time.Hour)))
		tx.NoteCredentialUse(use("pulse", "", now.Add(time.Second)))
		tx.NoteCredentialUse(use("pulse", "192.0.2.9/32", now.Add(-48*time.Hour)))
		tx.ForgetCredentialUses(minterKey, now.Add(-24*time.Hour))
	})
	s.view(t, func(ctx context.Context, v authority.View) error {
		got, err := v.CredentialUses(ctx, []authority.CredentialID{minterKey, {9}})
		want := []authority.CredentialUse{use("pulse", "", now.Add(time.Second)), use("alephee", "192.0.2.1/32", now)}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("uses %+v, %v; want %+v", got, err, want)
		}
		return nil
	})
}
