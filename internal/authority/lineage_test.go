package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// signedIn opens a session by a proof and returns it with the actor that it stands for.
func signedIn(t testing.TB, env *testenv.Env, p authority.Proof) (secret.Text, authority.Actor) {
	t.Helper()
	token := open(t, env, p, authority.SessionRequest{Lifetime: hour})
	by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
	if err != nil {
		t.Fatal(err)
	}
	return token, by
}

func TestClosingASessionEndsWhatCameFromIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		parent, by := signedIn(t, env, manager)
		child := mustRedeem(t, env, panel, mint(t, env, by, asOwner)).Token
		unspent := mint(t, env, by, asOwner)
		wantVerdict(t, env, child, "")
		events := eventsDuring(t, env, func() {
			if err := env.Authority.CloseSession(t.Context(), by); err != nil {
				t.Fatal(err)
			}
		})
		if len(events) != 1 || events[0].Act != audit.CloseSession || events[0].Outcome != audit.Done || events[0].Session.IsZero() {
			t.Errorf("recorded: %+v", events)
		}
		wantVerdict(t, env, parent, authority.ReasonClosed)
		wantVerdict(t, env, child, authority.ReasonParentClosed)
		if _, err := env.Authority.ShowLoginToken(t.Context(), authority.ShowRequest{Token: unspent, Audience: 3}); err == nil {
			t.Error("a login token of a closed session is shown")
		}
		_, err := redeem(t, env, panel, unspent, "")
		wantSpent(t, err)
		if err := env.Authority.CloseSession(t.Context(), by); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("closed twice: %v", err)
		}
	})
}

func TestWhatCameFromASessionEndsWithItsLifetime(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		_, by := signedIn(t, env, manager)
		env.Clock.Advance(30 * time.Minute)
		child := mustRedeem(t, env, panel, mint(t, env, by, asOwner)).Token
		env.Clock.Advance(30*time.Minute - time.Microsecond)
		wantVerdict(t, env, child, "")
		env.Clock.Advance(time.Microsecond)
		wantVerdict(t, env, child, authority.ReasonParentClosed)
	})
}

func TestClosingOneSessionLeavesItsSiblings(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		_, by := signedIn(t, env, pair)
		sibling := open(t, env, pair, authority.SessionRequest{Lifetime: hour})
		if err := env.Authority.CloseSession(t.Context(), by); err != nil {
			t.Fatal(err)
		}
		wantVerdict(t, env, sibling, "")
	})
}

func TestThereIsNoSessionToCloseForWhoCameByACredential(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		wantFault(t, env.Authority.CloseSession(t.Context(), as(t, env, pair)), fault.Denied, authority.ReasonNoPermission)
	})
}

func TestWhoWasHandedOverCannotHandOverAgain(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		redeemed := mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember))
		by, _, err := env.Authority.AuthenticateSession(t.Context(), here, redeemed.Token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = env.Authority.MintLoginToken(t.Context(), by, forMember)
		wantFault(t, err, fault.Denied, authority.ReasonHandedOver)
	})
}
