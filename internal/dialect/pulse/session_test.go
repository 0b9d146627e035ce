package pulse_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

func TestASessionReadsAsItsLogInSaid(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		for _, body := range []string{keyBody, passwordBody, ownerBody} {
			said := c.call(t, "POST", "/auth/login", body)
			if diff := cmp.Diff(said, c.session(t, decode(t, said)["token"].(string)), cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("the session differs from its log-in (-login +session):\n%s", diff)
			}
		}
	})
}

func TestASessionEndsAfterItsLifetimeHoweverItIsUsed(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{SessionLifetime: time.Hour})
		said := decode(t, c.call(t, "POST", "/auth/login", keyBody))
		token := said["token"].(string)
		if want := env.Clock.Now().Add(time.Hour).Format("2006-01-02T15:04:05.000Z"); said["expiresAt"] != want {
			t.Errorf("expiresAt is %v, not %s", said["expiresAt"], want)
		}
		for range 59 {
			env.Clock.Advance(time.Minute)
			if a := c.session(t, token); a.status != http.StatusOK {
				t.Fatalf("within its lifetime the session is answered %d", a.status)
			}
		}
		env.Clock.Advance(time.Minute)
		if a := c.session(t, token); a.status != http.StatusUnauthorized {
			t.Errorf("after its lifetime the session is answered %d", a.status)
		}
	})
}

func TestAKeyMayDoNoMoreThanItsPersonStillMay(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, keyBody)
		editKey(func(k *authority.Credential) {
			k.Permissions = []grant.Permission{"writeMerchants", "readSupport", "session.close"}
		}).make(t, c)
		got := decode(t, c.session(t, token))["flatPermissionsList"]
		if diff := cmp.Diff([]any{"writeMerchants"}, got); diff != "" {
			t.Errorf("flatPermissionsList (-want +got):\n%s", diff)
		}
	})
}

func TestASuspendedAccountIsLeftOutAndTheNextIsPrimary(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, ownerBody)
		suspend(tenant.Account(1200)).make(t, c)
		said := decode(t, c.session(t, token))
		if accounts := said["accounts"].([]any); len(accounts) != 2 {
			t.Errorf("%d accounts are left", len(accounts))
		}
		if primary := said["primaryAccount"].(map[string]any)["accountId"]; primary != "1201" {
			t.Errorf("the primary account is %v", primary)
		}
		if a := c.session(t, token, "X-Account-ID", "1200"); a.status != http.StatusForbidden {
			t.Errorf("the suspended account is answered %d", a.status)
		}
	})
}

func TestAPersonWithoutAccountsHasASessionWithoutAny(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		said := decode(t, c.call(t, "POST", "/auth/login", `{"email":"operator@doorward.test","password":"an-operators-demo-password"}`))
		want := map[string]any{"primaryAccount": nil, "accounts": []any{}, "flatPermissionsList": []any{}, "flatRolesList": []any{}}
		for member, value := range want {
			if diff := cmp.Diff(value, said[member]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", member, diff)
			}
		}
	})
}

func TestAnImpersonatedSessionSaysWhoActs(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		ctx, from := t.Context(), authority.Origin{Dialect: pulse.Name}
		by, err := env.Authority.Authenticate(ctx, from, authority.ByKey(secret.Of("vY5fwetestK3gJXZH5uHCw")))
		if err != nil {
			t.Fatal(err)
		}
		minted, err := env.Authority.MintLoginToken(ctx, by, authority.MintRequest{Account: tenant.Account(505), AsOwner: true, Audience: 3})
		if err != nil {
			t.Fatal(err)
		}
		redeemed, err := env.Authority.RedeemLoginToken(ctx, authority.HandoffPage(from), authority.RedeemRequest{Token: minted.Text, Audience: 3})
		if err != nil {
			t.Fatal(err)
		}
		said := decode(t, c.session(t, redeemed.Token.Reveal()))
		if said["impersonating"] != "manager@north.test" || said["email"] != "example@activeplatform.com" {
			t.Errorf("the session says %v acts as %v", said["impersonating"], said["email"])
		}
	})
}

func TestARefusedAccountIsRecorded(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		token := c.login(t, keyBody)
		env.Clock.Advance(time.Second) // events of one instant have no order
		c.session(t, token, "X-Account-ID", "505")
		last := lastEvent(t, env)
		if last.Reason != authority.ReasonOutside || last.Tenant != tenant.Account(505) || last.Actor != owner {
			t.Errorf("the last event is %+v", last)
		}
	})
}

func TestTooManyFailuresFromOneSourceAre429WithTheSecondsToWait(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		for i := range 10_000 {
			a := c.call(t, "POST", "/auth/login", `{"apiKey":"guess-`+strconv.Itoa(i)+`","apiSecret":"x"}`)
			if a.status == http.StatusUnauthorized {
				continue
			}
			if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); a.status != http.StatusTooManyRequests || err != nil || seconds < 1 {
				t.Errorf("answered %d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
			}
			return
		}
		t.Error("10,000 guesses were not too many")
	})
}
