package authority_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// descended is a session and all that can come from one credential.
type descended struct {
	session, redeemed secret.Text
	unspent           secret.Text
	audience          authority.Proof
	show              authority.AudienceID
}

// descend opens a session by a proof, hands over twice as it and redeems one of the two.
func descend(t *testing.T, env *testenv.Env, p authority.Proof, r authority.MintRequest, audience authority.Proof) descended {
	t.Helper()
	session, by := signedIn(t, env, p)
	return descended{
		session: session, redeemed: mustRedeem(t, env, audience, mint(t, env, by, r)).Token,
		unspent: mint(t, env, by, r), audience: audience, show: r.Audience,
	}
}

// wantEnded demands that nothing of it counts, and that the reason is kept in the record only.
func (d descended) wantEnded(t *testing.T, env *testenv.Env) {
	t.Helper()
	wantVerdict(t, env, d.session, authority.ReasonRevoked)
	wantVerdict(t, env, d.redeemed, authority.ReasonRevoked)
	if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: d.unspent, Audience: d.show}); fault.KindOf(err) != fault.Unmet {
		t.Errorf("a login token of the old secret is shown: %v", err)
	}
	_, err := redeem(t, env, d.audience, d.unspent, "")
	wantSpent(t, err)
}

func (d descended) wantAlive(t *testing.T, env *testenv.Env) {
	t.Helper()
	wantVerdict(t, env, d.session, "")
	wantVerdict(t, env, d.redeemed, "")
	mustRedeem(t, env, d.audience, d.unspent)
}

func TestARotatedPairSecretEndsWhatTheOldOneMade(t *testing.T) {
	paired := func(secret string, more ...string) string {
		return with(t, append(more, "key: key-of-the-integrator,", "key: key-of-the-integrator, secret: "+secret+",")...)
	}
	old := authority.ByKeyPair(secret.Of("key-of-the-integrator"), secret.Of("the-old-pair-secret"))
	fresh := authority.ByKeyPair(secret.Of("key-of-the-integrator"), secret.Of("the-new-pair-secret"))
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, paired("the-old-pair-secret"))
		before := descend(t, env, old, forMember, portal)
		env.Clock.Advance(time.Second)
		if r := env.Apply(t, paired("the-new-pair-secret")); r.Credentials.Updated != 1 {
			t.Errorf("%+v", r)
		}
		before.wantEnded(t, env)
		mustReason(t, env, here, old, authority.ReasonWrong)

		after := descend(t, env, fresh, forMember, portal)
		env.Clock.Advance(time.Second)
		env.Apply(t, paired("the-new-pair-secret", "accounts: [1200]", "accounts: [1200], limits: {logintoken: 9/min}"))
		after.wantAlive(t, env)
	})
}

func TestAResetPasswordEndsWhatTheOldOneMade(t *testing.T) {
	of := func(password string) string { return with(t, "name: Nora}", "name: Nora, password: "+password+"}") }
	reset := func(t *testing.T, env *testenv.Env, password string, updated int) {
		t.Helper()
		env.Clock.Advance(time.Second)
		r, err := apply(t, env, of(password), authority.ApplyOptions{ResetPasswords: true})
		if err != nil || r.Credentials.Updated != updated {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, of("the-old-password"))
		before := descend(t, env, passwordOf("manager@north.test", "the-old-password"), asOwner, panel)
		other := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
		reset(t, env, "the-old-password", 0)
		wantVerdict(t, env, before.session, "")
		wantVerdict(t, env, before.redeemed, "")
		reset(t, env, "the-new-password", 1)
		before.wantEnded(t, env)
		wantVerdict(t, env, other, "")

		after := descend(t, env, passwordOf("manager@north.test", "the-new-password"), asOwner, panel)
		reset(t, env, "the-new-password", 0)
		after.wantAlive(t, env)
	})
}

func TestKeysOfFewerThanSixteenCharactersAreReportedByName(t *testing.T) {
	weak := with(t,
		"key: key-of-the-integrator,", "key: fifteen-letters,", "key: key-of-the-clerk,", "key: sixteen-letters-,",
		"credential: key-of-the-panel", "credential: panel", "api_token: key-of-the-manager", "api_token: short")
	want := []string{
		"api-key of service:ORG/integrator (integrator)", "api-key of service:audience/3 (panel)",
		"key-pair of person:3 (sync)", "manager-key of person:5 (api_token)",
	}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		for range 2 {
			r := env.Apply(t, weak)
			slices.Sort(r.WeakKeys)
			if diff := cmp.Diff(want, r.WeakKeys); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
	})
}
