package native_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// useless are the ways in which a login token is worth nothing; each returns the body that presents it.
var useless = map[string]func(t *testing.T, w wire) string{
	"unknown, of ours": func(t *testing.T, w wire) string {
		return asking(w.env.Keys.MintLoginToken(secret.ShapeNative, w.env.Clock.Now()).Text)
	},
	"unknown, of 22 characters": func(t *testing.T, w wire) string {
		return asking(w.env.Keys.MintLoginToken(secret.ShapeAlnum22, w.env.Clock.Now()).Text)
	},
	"malformed":  func(*testing.T, wire) string { return `{"login_token":"not a login token"}` },
	"a session":  func(t *testing.T, w wire) string { return asking(secret.Of("dws_" + strings.Repeat("0", 56))) },
	"very long":  func(t *testing.T, w wire) string { return asking(secret.Of(strings.Repeat("a", 60_000))) },
	"truncated":  func(t *testing.T, w wire) string { return asking(secret.Of(w.mintMember(t, 1).Reveal()[:59])) },
	"with space": func(t *testing.T, w wire) string { return asking(secret.Of(w.mintOwner(t).Reveal() + " ")) },
	"in another letter case": func(t *testing.T, w wire) string {
		return asking(secret.Of(swapCase(w.mintOwner(t).Reveal())))
	},
	"spent": func(t *testing.T, w wire) string {
		body := asking(w.mintOwner(t))
		if got := w.redeem(t, body); got.StatusCode != http.StatusOK {
			t.Fatal(got.text)
		}
		return body
	},
	"expired": func(t *testing.T, w wire) string {
		body := asking(w.mintOwner(t))
		w.env.Clock.Advance(5 * time.Minute)
		return body
	},
	"of another audience": func(t *testing.T, w wire) string { return asking(w.mintMember(t, 1)) },
	"of an API, never redeemed": func(t *testing.T, w wire) string {
		return asking(w.mintMember(t, 2))
	},
	"beside a wrong e-mail": func(t *testing.T, w wire) string {
		return `{"login_token":"` + w.mintOwner(t).Reveal() + `","email":"buyer@acme.test"}`
	},
	"beside an e-mail of nobody": func(t *testing.T, w wire) string {
		return `{"login_token":"` + w.mintOwner(t).Reveal() + `","email":"nobody"}`
	},
	"of an owner deactivated meanwhile": func(t *testing.T, w wire) string {
		body := asking(w.mintOwner(t))
		w.env.Apply(t, strings.Replace(string(demo.Directory), "name: Ada Acme", "name: Ada Acme\n        status: inactive", 1))
		return body
	},
	"of an account suspended meanwhile": func(t *testing.T, w wire) string {
		body := asking(w.mintOwner(t))
		w.env.Apply(t, strings.Replace(string(demo.Directory), "name: ACME Trading\n", "name: ACME Trading\n                status: suspended\n", 1))
		return body
	},
}

func TestUselessLoginTokensAreRefusedAlike(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		w := serve(t, env)
		first := w.redeem(t, asking(secret.Of("x")))
		if p := first.problem(t); p.Code != "login-token-refused" || p.Parameter != "" {
			t.Fatal(first.text)
		}
		for name, present := range useless {
			t.Run(name, func(t *testing.T) {
				env.Demo(t)
				if diff := cmp.Diff(first.told(), w.redeem(t, present(t, w)).told()); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

func TestAWrongEmailSpendsNothing(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		w := serve(t, env)
		token := w.mintOwner(t)
		for range 3 {
			got := w.redeem(t, `{"login_token":"`+token.Reveal()+`","email":"buyer@acme.test"}`)
			if got.problem(t).Code != "login-token-refused" {
				t.Fatal(got.text)
			}
		}
		if got := w.redeem(t, `{"login_token":"`+token.Reveal()+`","email":"OWNER@acme.test"}`); got.StatusCode != http.StatusOK {
			t.Error(got.text)
		}
	})
}

func TestTheOperatorFindsTheReasonUnderTheRequestID(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	body := asking(w.mintOwner(t))
	env.Apply(t, strings.Replace(string(demo.Directory), "name: Ada Acme", "name: Ada Acme\n        status: inactive", 1))
	got := w.redeem(t, body).problem(t)
	event := eventOf(t, env, got.RequestID)
	if event.Act != audit.RedeemLoginToken || event.Outcome != audit.Denied || event.Reason != authority.ReasonInactive || event.Audience != 3 {
		t.Errorf("the event is %+v", event)
	}
}

func eventOf(t *testing.T, env *testenv.Env, request string) (found audit.Event) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		events, err := v.Events(ctx, authority.EventFilter{Limit: 10_000})
		for _, e := range events {
			if e.Request == request {
				found = e
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 32
		case 'A' <= r && r <= 'Z':
			return r + 32
		}
		return r
	}, text)
}

func TestAKeyThatIsNoAudiencesIsDenied(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, strings.Replace(string(demo.Directory), "dialects: [alephee, oauth]", "dialects: [alephee, native]", 1))
	w := serve(t, env)
	w.key = erpKey
	for _, body := range []string{asking(w.mintMember(t, 1)), `{}`, ``} {
		if got := w.redeem(t, body); got.StatusCode != http.StatusForbidden || got.problem(t).Code != "denied" {
			t.Errorf("%d %s", got.StatusCode, got.text)
		}
	}
}
