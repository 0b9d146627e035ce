package authority_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestANewSecretOfTheSameMomentEndsWhatTheOldOneMade(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		old := issue(t, env, authority.IssueRequest{Kind: authority.Password, Principal: "person:5"})
		session := open(t, env, authority.ByPassword("", "manager@north.test", old.Secret), authority.SessionRequest{Lifetime: hour})
		if _, err := env.Authority.RotateCredential(t.Context(), operator, old.Credential.ID, authority.RotateRequest{}); err != nil {
			t.Fatal(err)
		}
		wantVerdict(t, env, session, authority.ReasonRevoked)
	})
}

// An older version of Doorward did not write down which secret somebody had proved itself by.
func TestWhatDoesNotSayWhichSecretMadeItEndsByTime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		opened, err := env.Authority.OpenSession(t.Context(), as(t, env, pair), authority.SessionRequest{Lifetime: hour})
		if err != nil {
			t.Fatal(err)
		}
		minted, older := env.Keys.MintSession(secret.ShapeNative, env.Clock.Now()), opened.Session
		older.ID, older.Fingerprint, older.SecretAt = authority.SessionID(minted.ID), minted.Fingerprint, time.Time{}
		change(t, env, func(_ context.Context, tx authority.Tx) error { tx.PutSession(older); return nil })
		wantVerdict(t, env, minted.Text, "")
		env.Clock.Advance(time.Minute)
		spoilCredential(func(c *authority.Credential, now time.Time) { c.SecretAt = now })(t, env, minted.Text)
		wantVerdict(t, env, minted.Text, authority.ReasonRevoked)
	})
}

func TestARotationIsRecordedAsAnEndAndABeginning(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for overlap, ended := range map[time.Duration]audit.Act{0: audit.RevokeCredential, time.Hour: audit.ChangeCredential} {
			old := issue(t, env, keyOfAda).Credential.ID
			events := eventsDuring(t, env, func() {
				if _, err := env.Authority.RotateCredential(t.Context(), operator, old, authority.RotateRequest{Overlap: overlap}); err != nil {
					t.Fatal(err)
				}
			})
			acts := map[audit.Act]string{}
			for _, e := range events {
				acts[e.Act] += e.Detail["replaces"] + e.Detail["credential"]
			}
			if len(events) != 2 || !strings.Contains(acts[ended], old.String()) || !strings.Contains(acts[audit.IssueCredential], old.String()) {
				t.Errorf("overlap %s: recorded %+v", overlap, events)
			}
		}
	})
}

// What ends something must be heard by every node that remembers it.
func TestEveryEndIsInTheFeed(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		key, disabled := issue(t, env, keyOfAda).Credential.ID, authority.Disabled
		nora, ada := as(t, env, manager), as(t, env, pair)
		_, closes := signedIn(t, env, pair)
		open(t, env, pair, authority.SessionRequest{Lifetime: hour})
		for _, c := range []struct {
			name string
			kind authority.FeedKind
			end  func(ctx context.Context, a *authority.Authority) error
		}{
			{"disabled", authority.FeedCredential, func(ctx context.Context, a *authority.Authority) error {
				_, err := a.ChangeCredential(ctx, operator, key, authority.CredentialChange{Status: &disabled})
				return err
			}},
			{"revoked", authority.FeedCredential, func(ctx context.Context, a *authority.Authority) error {
				_, err := a.RevokeCredential(ctx, operator, key)
				return err
			}},
			{"rotated", authority.FeedCredential, func(ctx context.Context, a *authority.Authority) error {
				_, err := a.RotateCredential(ctx, operator, ada.Credential().ID, authority.RotateRequest{Overlap: time.Hour})
				return err
			}},
			{"regenerated", authority.FeedCredential, func(ctx context.Context, a *authority.Authority) error {
				_, _, err := a.RegenerateManagerKey(ctx, nora, "reseller:1", "person:5")
				return err
			}},
			{"logged out", authority.FeedSession, func(ctx context.Context, a *authority.Authority) error {
				return a.CloseSession(ctx, closes)
			}},
			{"ended by an operator", authority.FeedSession, func(ctx context.Context, a *authority.Authority) error {
				_, err := a.RevokeSessions(ctx, operator, authority.SessionFilter{Principal: ada.Principal().ID})
				return err
			}},
			{"held", authority.FeedPrincipal, func(ctx context.Context, a *authority.Authority) error {
				_, _, err := a.SuspendPrincipal(ctx, operator, "person:4")
				return err
			}},
			{"suspended", authority.FeedTenant, func(ctx context.Context, a *authority.Authority) error {
				_, _, err := a.SuspendTenant(ctx, operator, acme)
				return err
			}},
		} {
			before := feedOf(t, env)
			if err := c.end(t.Context(), env.Authority); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			fresh := feedOf(t, env)[len(before):]
			if !slices.ContainsFunc(fresh, func(f authority.FeedEntry) bool { return f.Kind == c.kind }) {
				t.Errorf("%s: the feed has %+v", c.name, fresh)
			}
		}
	})
}

func feedOf(t testing.TB, env *testenv.Env) (feed []authority.FeedEntry) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		page, err := v.Feed(ctx, 0, 10_000, nil)
		feed = page.Entries
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return feed
}

// meanwhile is a store that something happens to right before a change.
type meanwhile struct {
	authority.Store
	happens func()
}

func (m meanwhile) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	m.happens()
	return m.Store.Change(ctx, change)
}

func TestACredentialIsJudgedAgainWhenItIsChanged(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		nora := as(t, env, manager)
		key := issue(t, env, authority.IssueRequest{Kind: authority.APIKey, Principal: "person:5", Name: "Nora's script"})
		promote := func() {
			change(t, env, func(_ context.Context, tx authority.Tx) error {
				tx.PutGrant(grant.Grant{Principal: "person:5", Tenant: "installation", Role: grant.Operator})
				return nil
			})
		}
		a := testenv.NewOn(t, env.Engine, meanwhile{env.Store, promote}, env.Clock).Authority
		if _, err := a.RevokeCredential(t.Context(), nora, key.Credential.ID); fault.ReasonOf(err) != authority.ReasonOutside {
			t.Errorf("revoked, or refused otherwise: %v", err)
		}
		wantAuthenticated(t, env, authority.ByKey(key.Key), "")
	})
}
