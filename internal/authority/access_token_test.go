package authority_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// opaqueResource is that of the core directory's audience 2, whose access tokens are opaque.
const opaqueResource = "https://api.test/"

// access makes an access token from a session, or from what a proof proves.
func access(t testing.TB, env *testenv.Env, by authority.Actor, r authority.AccessTokenRequest) authority.IssuedAccessToken {
	t.Helper()
	if r.Resource == "" {
		r.Resource = opaqueResource
	}
	issued, err := env.Authority.IssueAccessToken(t.Context(), by, r)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func bySession(t testing.TB, env *testenv.Env, token secret.Text) authority.Actor {
	t.Helper()
	by, _, err := env.Authority.AuthenticateSession(t.Context(), here, token)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func wantAccess(t testing.TB, env *testenv.Env, token secret.Text, want string) authority.Verdict {
	t.Helper()
	v, err := env.Authority.Verify(t.Context(), here, token)
	if err != nil || v.Reason != want {
		t.Errorf("the access token's verdict is %q, %v; want %q", v.Reason, err, want)
	}
	return v
}

func TestWhatEndsASessionEndsTheAccessTokensMadeFromIt(t *testing.T) {
	env := testenv.New(t, "sqlite") // the rule is the same whatever the store; that sessions end is tested on both
	env.Apply(t, coreDirectory)
	restore := remember(t, env)
	for _, c := range causesOfEnding {
		for kind, end := range c.ends {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				defer restore()
				session := sessionKinds[kind](t, env)
				token := access(t, env, bySession(t, env, session), authority.AccessTokenRequest{}).Token
				if v := wantAccess(t, env, token, ""); v.Session.Parent.IsZero() {
					t.Error("it has no parent")
				}
				end(t, env, session)
				if v, err := env.Authority.Verify(t.Context(), here, token); err != nil || v.Valid() {
					t.Errorf("the session has ended, and its access token counts: %+v, %v", v.Reason, err)
				}
			})
		}
	}
}

func TestAnAccessTokenNamesWhoActsAndForWhom(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		issued := access(t, env, bySession(t, env, sessionKinds[actingSession](t, env)), authority.AccessTokenRequest{Thumbprint: "thumb"})
		v := wantAccess(t, env, issued.Token, "")
		s := v.Session
		if s.Kind != authority.AccessToken || s.Subject != ada || s.Actor != "person:5" || s.Audience != 2 || s.Account != acme || s.Thumbprint != "thumb" ||
			!s.ExpiresAt.Equal(env.Clock.Now().Add(20*time.Minute)) {
			t.Errorf("%+v", s)
		}
	})
}

func TestAnAccessTokenOfACredentialEndsWithIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := access(t, env, as(t, env, pair), authority.AccessTokenRequest{}).Token
		v := wantAccess(t, env, token, "")
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			revoked := *v.Credential
			revoked.RevokedAt = env.Clock.Now()
			tx.PutCredential(revoked)
			return nil
		})
		wantAccess(t, env, token, authority.ReasonRevoked)
	})
}

func TestAnAccessTokenOutlivesNothingItWasMadeFrom(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	for name, lifetime := range map[string]authority.Lifetimes{
		"the session's end": {Absolute: 10 * time.Minute}, "the end of an idle session": {Absolute: time.Hour, Idle: 10 * time.Minute},
	} {
		session := open(t, env, clerk, authority.SessionRequest{Lifetime: lifetime})
		issued := access(t, env, bySession(t, env, session), authority.AccessTokenRequest{})
		if want := env.Clock.Now().Add(10 * time.Minute); !issued.Session.ExpiresAt.Equal(want) {
			t.Errorf("%s: it lives until %s, not %s", name, issued.Session.ExpiresAt, want)
		}
	}
}

func TestASessionIsNoAccessTokenAndTheOtherWayRound(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	session := open(t, env, clerk, authority.SessionRequest{Lifetime: hour})
	token := access(t, env, bySession(t, env, session), authority.AccessTokenRequest{}).Token
	wantVerdict(t, env, token, authority.ReasonUnknown)
	_, err := env.Authority.Authenticate(t.Context(), here, authority.ByBearer(token))
	wantFault(t, err, fault.Unauthenticated, authority.ReasonOtherAudience)
	// The row's kind decides, whatever the text looks like.
	forged := env.Keys.MintSession(secret.ShapeNative, env.Clock.Now())
	row := wantAccess(t, env, token, "").Session
	row.ID, row.Fingerprint = authority.SessionID(forged.ID), forged.Fingerprint
	change(t, env, func(_ context.Context, tx authority.Tx) error {
		tx.PutSession(row)
		return nil
	})
	wantVerdict(t, env, forged.Text, authority.ReasonUnknown)
}

func TestAnAccessTokenIsNarrowedAndNeverWidened(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	issued := access(t, env, as(t, env, pair), authority.AccessTokenRequest{Permissions: []grant.Permission{"readApplications"}})
	if !slices.Equal(issued.Session.Permissions, []grant.Permission{"readApplications"}) {
		t.Error(issued.Session.Permissions)
	}
	for _, more := range []grant.Permission{"writeApplications", grant.ManageDirectory} { // not the key's, not Ada's
		_, err := env.Authority.IssueAccessToken(t.Context(), as(t, env, pair), authority.AccessTokenRequest{
			Resource: opaqueResource, Permissions: []grant.Permission{"readApplications", more},
		})
		wantFault(t, err, fault.Unmet, authority.ReasonNotHeld)
	}
	_, err := env.Authority.IssueAccessToken(t.Context(), as(t, env, pair), authority.AccessTokenRequest{Resource: "https://nobody.test/"})
	wantFault(t, err, fault.Unmet, authority.ReasonUnknownAudience)
}

func TestWhatMayBePresentedOnceIsNotTakenTwice(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		r := authority.AccessTokenRequest{Resource: opaqueResource, Once: []authority.Once{{ID: secret.Fingerprint{9}, ExpiresAt: env.Clock.Now().Add(time.Minute)}}}
		access(t, env, as(t, env, pair), r)
		_, err := env.Authority.IssueAccessToken(t.Context(), as(t, env, pair), r)
		wantFault(t, err, fault.Unauthenticated, authority.ReasonRepeated)
	})
}
