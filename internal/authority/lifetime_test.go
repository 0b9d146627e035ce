package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/testenv"
)

var (
	hour     = authority.Lifetimes{Absolute: time.Hour}
	idleHour = authority.Lifetimes{Absolute: 12 * time.Hour, Idle: time.Hour}
)

func TestASessionEndsExactlyAtTheEndOfItsLifetime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
		env.Clock.Advance(time.Hour - time.Microsecond)
		wantVerdict(t, env, token, "")
		env.Clock.Advance(time.Microsecond)
		wantVerdict(t, env, token, authority.ReasonExpired)
	})
}

func TestALoginTokenEndsExactlyAtTheEndOfItsLifetime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		before, at := mint(t, env, by, forMember), mint(t, env, by, forMember)
		show := authority.ShowRequest{Token: at, Audience: 1}
		env.Clock.Advance(30*time.Second - time.Microsecond)
		mustRedeem(t, env, portal, before)
		if _, err := env.Authority.ShowLoginToken(t.Context(), show); err != nil {
			t.Errorf("not shown: %v", err)
		}
		env.Clock.Advance(time.Microsecond)
		if _, err := env.Authority.ShowLoginToken(t.Context(), show); fault.KindOf(err) != fault.Unmet {
			t.Errorf("shown at its end: %v", err)
		}
		_, err := redeem(t, env, portal, at, "")
		wantSpent(t, err)
	})
}

func TestALoginTokensLifetimeIsWithinItsAudiencesRange(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, integrator)
		for asked, want := range map[time.Duration]time.Duration{
			0: 30 * time.Second, 5 * time.Second: 5 * time.Second, time.Minute: time.Minute,
			4999 * time.Millisecond: 0, 60001 * time.Millisecond: 0, -time.Second: 0,
		} {
			r := forMember
			r.Lifetime = asked
			minted, err := env.Authority.MintLoginToken(t.Context(), by, r)
			if want == 0 {
				wantFault(t, err, fault.Malformed, "bad-parameter")
			} else if got := minted.LoginToken.ExpiresAt.Sub(env.Clock.Now()); err != nil || got != want {
				t.Errorf("asked for %s: %s, %v", asked, got, err)
			}
		}
	})
}

func TestACredentialEndsExactlyAtTheEndOfItsLifetime(t *testing.T) {
	at := testenv.NewClock().Now().Add(time.Hour)
	ending := with(t, "key: key-of-the-integrator,", "key: key-of-the-integrator, expires_at: \""+at.Format(time.RFC3339)+"\",")
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, ending)
		env.Clock.Advance(time.Hour - time.Microsecond)
		session := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Token
		wantVerdict(t, env, session, "")
		env.Clock.Advance(time.Microsecond)
		_, err := env.Authority.Authenticate(t.Context(), here, integrator)
		wantFault(t, err, fault.Unauthenticated, authority.ReasonExpired)
		wantVerdict(t, env, session, authority.ReasonExpired)
	})
}

func TestAnIdleSessionEndsExactlyAtTheEndOfItsIdleLifetime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, pair, authority.SessionRequest{Lifetime: idleHour})
		env.Clock.Advance(time.Hour)
		wantVerdict(t, env, token, authority.ReasonIdle)
	})
}

func TestAUseMovesTheIdleLifetimeOnBeforeAndAfterItIsStored(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, pair, authority.SessionRequest{Lifetime: idleHour})
		env.Clock.Advance(59 * time.Minute)
		wantVerdict(t, env, token, "")
		env.Clock.Advance(59 * time.Minute) // the use is known to this node only
		wantVerdict(t, env, token, "")
		if err := env.Authority.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		other := testenv.NewOn(t, env.Engine, env.Store, env.Clock)
		env.Clock.Advance(time.Hour - time.Microsecond)
		wantVerdict(t, other, token, "") // another node knows what was stored
		env.Clock.Advance(time.Microsecond)
		wantVerdict(t, env, token, authority.ReasonIdle)
		wantVerdict(t, testenv.NewOn(t, env.Engine, env.Store, env.Clock), token, authority.ReasonIdle)
	})
}

func TestAUseThatCouldNotBeStoredStillCountsOnThisNode(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store}
		node := testenv.NewOn(t, env.Engine, store, env.Clock)
		token := open(t, env, pair, authority.SessionRequest{Lifetime: idleHour})
		env.Clock.Advance(59 * time.Minute)
		wantVerdict(t, node, token, "")
		store.fail(failBefore)
		if err := node.Authority.FlushUses(t.Context()); err == nil {
			t.Error("a failed flush is a success")
		}
		env.Clock.Advance(59 * time.Minute)
		wantVerdict(t, node, token, "")
		wantVerdict(t, env, token, authority.ReasonIdle)
		store.fail(failNever)
		if err := node.Authority.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantVerdict(t, env, token, "")
	})
}

func TestAUseNeverOutlivesTheAbsoluteLifetime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, pair, authority.SessionRequest{Lifetime: idleHour})
		for range 23 {
			env.Clock.Advance(30 * time.Minute)
			wantVerdict(t, env, token, "")
		}
		env.Clock.Advance(30 * time.Minute)
		wantVerdict(t, env, token, authority.ReasonExpired)
	})
}

func TestARedeemedSessionLivesTwelveHoursAndOneIdle(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		session := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember)).Session
		if got := session.ExpiresAt.Sub(session.OpenedAt); got != 12*time.Hour || session.IdleLifetime != time.Hour {
			t.Errorf("lives %s, %s idle", got, session.IdleLifetime)
		}
	})
}
