package authority_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// What has ended is swept a day later, and what counts goes on counting.
func TestWhatEndedLongAgoIsSweptAndNothingElse(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		opened := openFor(t, env, time.Hour)
		lasting := openFor(t, env, 100*time.Hour)
		env.Clock.Advance(24 * time.Hour)
		if n := sweepEnded(t, env); n != 0 {
			t.Errorf("%d were swept within a day of their end", n)
		}
		if v := verdict(t, env, opened.Token); v.Reason != authority.ReasonExpired {
			t.Errorf("an expired session is judged %q", v.Reason)
		}
		env.Clock.Advance(2 * time.Hour)
		if n := sweepEnded(t, env); n != 1 {
			t.Errorf("%d were swept", n)
		}
		if v := verdict(t, env, opened.Token); v.Valid() {
			t.Error("what was swept counts")
		}
		if v := verdict(t, env, lasting.Token); !v.Valid() {
			t.Errorf("a session that lives does not count after the sweep: %s", v.Reason)
		}
	})
}

func openFor(t *testing.T, env *testenv.Env, lifetime time.Duration) authority.OpenedSession {
	t.Helper()
	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "pulse"},
		authority.ByKeyPair(secret.Of("apiKey-3f9a1c2b7d4e"), secret.Of("demo-secret-0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: lifetime},
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func sweepEnded(t *testing.T, env *testenv.Env) int {
	t.Helper()
	looked, wrote := false, false
	n, err := env.Authority.SweepEnded(t.Context(), func(ctx context.Context, changed bool) error {
		looked, wrote = looked || !changed, wrote || changed
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if !looked || n > 0 && !wrote {
		t.Errorf("%d were dropped; a pause was told of a step that looked: %v, of one that wrote: %v", n, looked, wrote)
	}
	return n
}

func verdict(t *testing.T, env *testenv.Env, token secret.Text) authority.Verdict {
	t.Helper()
	v, err := env.Authority.VerifySession(t.Context(), authority.Origin{Dialect: "pulse"}, token)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
