package authority_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

var fromPulse = authority.Origin{Dialect: "pulse"}

func passwordOf(email, password string) authority.Proof {
	return authority.ByPassword("", email, secret.Of(password))
}

func mustReason(t *testing.T, env *testenv.Env, from authority.Origin, p authority.Proof, want string) {
	t.Helper()
	_, err := env.Authority.Authenticate(t.Context(), from, p)
	if err == nil && want != "" || err != nil && fault.ReasonOf(err) != want {
		t.Errorf("authenticated with %v; want reason %q", err, want)
	}
}

func TestAPasswordIsSetOnceAndAgainOnlyWhenAsked(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		changed := edited(t, "password: correct-horse-battery-staple", "password: another-password-now")
		if r := env.Apply(t, changed); r.Changes() != 0 {
			t.Errorf("a password that exists was touched: %+v", r)
		}
		mustReason(t, env, fromPulse, passwordOf("owner@acme.test", "correct-horse-battery-staple"), "")
		before := recorded(t, env)
		if r, err := apply(t, env, changed, authority.ApplyOptions{ResetPasswords: true}); err != nil || r.Credentials.Updated != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		want := records{[]string{"credential.change person:3 secret password"}, []string{"credential"}}
		if diff := cmp.Diff(want, recorded(t, env).since(before), cmp.AllowUnexported(records{})); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		mustReason(t, env, fromPulse, passwordOf("owner@acme.test", "correct-horse-battery-staple"), authority.ReasonWrong)
		mustReason(t, env, fromPulse, passwordOf("owner@acme.test", "another-password-now"), "")
		if r, err := apply(t, env, changed, authority.ApplyOptions{ResetPasswords: true}); err != nil || r.Changes() != 0 {
			t.Errorf("the same password again: %+v, %v", r, err)
		}
	})
}

func TestAnImportedHashIsKeptAsItIs(t *testing.T) {
	const hash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		text := edited(t, "password: correct-horse-battery-staple", `password_hash: "`+hash+`"`)
		env.Apply(t, text)
		if r := env.Apply(t, text); r.Changes() != 0 {
			t.Errorf("applied again: %+v", r)
		}
		stored := credentialsOf(t, env, grant.Person(3))
		for _, c := range stored {
			if c.Kind == authority.Password && (c.PasswordHash != hash || c.Weak) {
				t.Errorf("stored as %q, weak %v", c.PasswordHash, c.Weak)
			}
		}
	})
}

func credentialsOf(t *testing.T, env *testenv.Env, id grant.PrincipalID) (found []authority.Credential) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		found, err = v.CredentialsOf(ctx, []grant.PrincipalID{id})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestARotatedManagerTokenCancelsTheOldOneForGood(t *testing.T) {
	old, fresh := authority.ByKey(secret.Of("vY5fwetestK3gJXZH5uHCw")), authority.ByKey(secret.Of("another-manager-token-1"))
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		mustReason(t, env, authority.Origin{}, old, "")
		rotated := edited(t, "vY5fwetestK3gJXZH5uHCw", "another-manager-token-1")
		if r := env.Apply(t, rotated); r.Credentials.Created != 1 || r.Credentials.Ended != 1 {
			t.Errorf("%+v", r)
		}
		mustReason(t, env, authority.Origin{}, old, authority.ReasonRevoked)
		mustReason(t, env, authority.Origin{}, fresh, "")
		r := env.Apply(t, string(demo.Directory))
		if r.Changes() != 0 || len(r.Revoked) != 1 || len(r.Left) != 1 {
			t.Errorf("the old file again: %+v", r)
		}
		mustReason(t, env, authority.Origin{}, old, authority.ReasonRevoked)
	})
}

func TestAKeyGivenToAnotherPersonEndsTheFormerOnesSessions(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "crmcom"},
			authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00")))
		if err != nil {
			t.Fatal(err)
		}
		opened, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
			Shape: secret.ShapeUpperHex32, Lifetime: authority.Lifetimes{Absolute: time.Hour},
		})
		if err != nil {
			t.Fatal(err)
		}
		env.Apply(t, edited(t, "person: mpadministrator\n", "person: operator@doorward.test\n"))
		v, err := env.Authority.VerifySession(t.Context(), authority.Origin{}, opened.Token)
		if err != nil || v.Valid() {
			t.Errorf("the former person's session: %q, %v", v.Reason, err)
		}
	})
}

func TestWhatLeftTheFileStaysAndIsReported(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		before := recorded(t, env)
		r := env.Apply(t, edited(t,
			"              - {person: example@activeplatform.com, level: owner, primary: true}\n", "              - {person: owner@acme.test, level: owner}\n",
			"                  - {person: left@acme.test, level: user}\n", "",
			"      - name: Nightly export                 # a person's systemic key\n        key: C0FFEE00C0FFEE00C0FFEE00C0FFEE00\n        person: mpadministrator\n        dialects: [crmcom]\n", "",
			"      - {id: 0C1D2E3F405162738495A6B7C8D9EAFB, name: Limassol branch}\n", "",
			"      - id: 5\n        email: left@acme.test\n        name: Lee Left\n        status: inactive                     # active (default) | inactive | deleted\n", "",
			"  - id: 4\n    name: Orders API\n    kind: api\n    lifetime: {default: 30s, min: 5s, max: 60s}\n    resource: \"https://orders.demo.test/\"    # what clients ask access tokens for; without it {installation}/audiences/4\n    access_token: {format: opaque, lifetime: 10m}\n", ""))
		var left []string
		for _, l := range r.Left {
			name := l.Name
			if l.Kind == "credential" {
				name = name[:strings.LastIndex(name, " ")]
			}
			left = append(left, l.Kind+" "+name)
		}
		want := []string{
			"grant person:6 account.user at account:505",
			"credential api-key of person:7 (Nightly export)",
			"tenant unit:0C1D2E3F405162738495A6B7C8D9EAFB",
			"principal person:5", "audience 4 Orders API",
		}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got := recorded(t, env).since(before); len(got.events) != 2 {
			t.Errorf("more than the owners changed: %v", got.events)
		}
	})
}

func TestALeftMembershipIsPrimaryNoMore(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		env.Apply(t, edited(t,
			"                  - {person: owner@acme.test, level: owner, primary: true, roles: [admin]}\n                  - {person: buyer@acme.test, level: user, roles: [agent]}\n",
			"                  - {person: buyer@acme.test, level: owner, roles: [agent]}\n",
			"                  - {person: owner@acme.test, level: owner}\n", "                  - {person: owner@acme.test, level: owner, primary: true}\n"))
		err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
			grants, err := v.Grants(ctx, []grant.PrincipalID{grant.Person(3)})
			for _, g := range grants {
				if g.Primary != (g.Tenant == tenant.Account(1201)) {
					t.Errorf("%+v", g)
				}
				if g.Tenant == tenant.Account(1200) && g.Role == grant.AccountOwner {
					t.Errorf("two owners: %+v", g)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestApplyIsForTheOperatorOfTheInstallation(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		operator, err := env.Authority.Authenticate(t.Context(), fromPulse, passwordOf("operator@doorward.test", "an-operators-demo-password"))
		if err != nil {
			t.Fatal(err)
		}
		owner, err := env.Authority.Authenticate(t.Context(), fromPulse, passwordOf("owner@acme.test", "correct-horse-battery-staple"))
		if err != nil {
			t.Fatal(err)
		}
		before := recorded(t, env)
		for want, by := range map[string]authority.Actor{"": operator, authority.ReasonNoPermission: owner, authority.ReasonNobody: {}} {
			_, err := env.Authority.Apply(t.Context(), by, authority.Directory{}, authority.ApplyOptions{})
			if err == nil && want != "" || err != nil && fault.ReasonOf(err) != want {
				t.Errorf("%v; want %q", err, want)
			}
		}
		want := []string{"directory.apply  denied (no-permission)", "directory.apply  denied (not-authenticated)"}
		if diff := cmp.Diff(want, recorded(t, env).since(before).events); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestAppliesAtTheSameTimeEndAsOneDirectory(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		var everybody sync.WaitGroup
		for range 4 {
			everybody.Go(func() {
				if _, err := apply(t, env, string(demo.Directory), authority.ApplyOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
		everybody.Wait()
		if events := recorded(t, env).events; len(events) != 66 {
			t.Errorf("%d events for 66 entries", len(events))
		}
		if r := env.Apply(t, string(demo.Directory)); r.Changes() != 0 {
			t.Errorf("applied again: %+v", r)
		}
	})
}

func TestLogInsGoOnWhileDirectoriesAreApplied(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		directories := []string{edited(t, "{logintoken: 30/min}", "{logintoken: 60/min}"), string(demo.Directory)}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 10 {
				if _, err := apply(t, env, directories[i%2], authority.ApplyOptions{}); err != nil {
					t.Error(err)
				}
			}
		}()
		for logIns := 0; ; logIns++ {
			mustReason(t, env, authority.Origin{Dialect: "alephee"}, authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")), "")
			select {
			case <-done:
				return
			default:
			}
		}
	})
}
