package facts

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

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
	c := newChanges(keepSessions(100, 100))
	k := keep[authority.AudienceID, *audience](10, c)
	k.put(1, audienceOf(authority.Audience{ID: 1}), c.said.Load())
	c.mark(changedOf(authority.FeedAudience, "1"))
	sayMuch(c)
	if audienceIn(k, 1) {
		t.Error("what has changed counts because it is not known any more that it has")
	}
	k.put(2, audienceOf(authority.Audience{ID: 2}), c.said.Load())
	if !audienceIn(k, 2) {
		t.Error("what was read since is not remembered")
	}
	if len(c.last) > changesHeld {
		t.Errorf("%d changes are held", len(c.last))
	}
}

func TestAChangeThatIsOneTooManyCountsItself(t *testing.T) {
	c := newChanges(keepSessions(100, 100))
	k := keep[authority.AudienceID, *audience](10, c)
	for i := range changesHeld {
		c.mark(changedOf(authority.FeedSession, strconv.Itoa(i)))
	}
	said := c.said.Load()
	k.put(1, audienceOf(authority.Audience{ID: 1}), said)
	c.mark(changedOf(authority.FeedAudience, "1"))
	if audienceIn(k, 1) {
		t.Error("it is not known to have changed")
	}
}

// TestWhatHoldsIsNotLookedIntoAgainAndStillEnds moves what a value is known to hold as of, and then changes it.
func TestWhatHoldsIsNotLookedIntoAgainAndStillEnds(t *testing.T) {
	c := newChanges(keepSessions(100, 100))
	k := keep[authority.AudienceID, *audience](10, c)
	of := audienceOf(authority.Audience{ID: 1})
	held := k.put(1, of, c.said.Load())
	c.mark(changedOf(authority.FeedAudience, "2"))
	if !audienceIn(k, 1) || held.said.Load() != c.said.Load() {
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
	remembered := keepSessions(100, 100)
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

func TestASessionIsForgottenWhenAnythingMayHaveChanged(t *testing.T) {
	m := keepSessions(100, 100)
	c := newChanges(m)
	m.put(&authority.Session{ID: authority.SessionID{1}})
	if _, _, ok := m.get(authority.SessionID{1}); !ok {
		t.Fatal("it is not remembered")
	}
	c.reset()
	if _, _, ok := m.get(authority.SessionID{1}); ok {
		t.Error("it is remembered")
	}
}
